import type { Parameters } from '../http.ts'
import { DeckError, notAllowed } from './call.ts'

type Rule = 'numeric' | 'not empty' | 'hex color' | `max ${number}`

const name = (longest: number): readonly Rule[] => ['not empty', `max ${longest}`]

/** What Deck asks of the fields of each kind of thing, in the order it looks at them. */
const rules = {
  board: { title: name(100), color: name(6) },
  stack: { title: name(100), order: ['numeric'] },
  label: { title: name(100), color: [...name(6), 'hex color'] },
  newCard: { title: name(255), type: name(64), order: ['numeric'] },
  card: { title: name(255), type: name(64), owner: name(64), order: ['numeric'] },
  assignment: { userId: name(64) },
} as const satisfies Record<string, Record<string, readonly Rule[]>>

/** Checks what was sent; the first fault is told. */
export function validate(kind: keyof typeof rules, given: Parameters): void {
  for (const [field, checks] of Object.entries<readonly Rule[]>(rules[kind])) {
    for (const rule of checks) {
      if (holds(rule, given[field])) continue
      const longest = /^max (\d+)$/.exec(rule)?.[1]
      throw new DeckError(
        400,
        longest === undefined
          ? `${field} must be provided and must be ${rule}`
          : `${field} cannot be longer than ${longest} characters `,
      )
    }
  }
}

function holds(rule: Rule, value: unknown): boolean {
  switch (rule) {
    case 'numeric':
      return typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value))
    case 'not empty':
      return typeof value === 'string' && value.trim() !== ''
    case 'hex color':
      return /[A-Fa-f0-9]{6}/.test(String(value))
    default:
      return [...String(value)].length <= Number(rule.slice(4))
  }
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/

/** A time as it was sent: its wall clock, and its offset as PHP writes it. */
export interface SentTime {
  wall: string
  offset: string
}

/** Reads a time. The database will keep its wall clock and forget its offset. */
export function sentTime(value: unknown): SentTime | null {
  if (value === null || value === undefined || value === '') return null
  const [, date, time = '00:00', second = '00', zone = 'Z'] = ISO.exec(String(value)) ?? []
  if (date === undefined) throw notAllowed('Internal server error')
  const offset = zone === 'Z' ? '+00:00' : zone.replace(/^(...)(\d\d)$/, '$1:$2')
  return { wall: `${date}T${time}:${second}`, offset }
}
