/** Recurrence rules: what an RRULE says (RFC 5545 3.3.10). */
import { type BasicTime, parseBasic } from './wall.ts'

export const FREQUENCIES = [
  'SECONDLY',
  'MINUTELY',
  'HOURLY',
  'DAILY',
  'WEEKLY',
  'MONTHLY',
  'YEARLY',
] as const
export type Frequency = (typeof FREQUENCIES)[number]

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

/** `-1FR`: weekday 5, ordinal -1; without an ordinal 0. Sunday is 0. */
export interface ByDay {
  readonly weekday: number
  readonly ordinal: number
}

/** A rule; lists are sorted as they are written, empty where a part is missing. */
export interface Rule {
  readonly frequency: Frequency
  readonly interval: number
  readonly count: number | undefined
  readonly until: BasicTime | undefined
  readonly bySecond: readonly number[]
  readonly byMinute: readonly number[]
  readonly byHour: readonly number[]
  readonly byDay: readonly ByDay[]
  readonly byMonthDay: readonly number[]
  readonly byYearDay: readonly number[]
  readonly byWeekNo: readonly number[]
  readonly byMonth: readonly number[]
  readonly bySetPos: readonly number[]
  /** Sunday is 0; Monday where the rule says nothing. */
  readonly weekStart: number
}

/** A rule, and what is wrong with it in words that end `recurrence_rule ...`. */
export interface ParsedRule {
  /** As far as it can be read; undefined where it has no frequency. */
  readonly rule: Rule | undefined
  readonly problems: readonly string[]
}

/** The parts `NAME=value` in their order, names in upper case. */
export function ruleParts(text: string): [name: string, value: string][] {
  return text
    .replace(/^\s*RRULE:/i, '')
    .split(';')
    .map(part => part.trim())
    .filter(part => part !== '')
    .map(part => {
      const [name = '', ...rest] = part.split('=')
      return [name.trim().toUpperCase(), rest.join('=').trim()]
    })
}

/** Reads a rule; what it cannot read it leaves out and says. */
export function parseRule(text: string): ParsedRule {
  const problems: string[] = []
  const parts = new Map<string, string>()
  for (const [name, value] of ruleParts(text)) {
    if (parts.has(name)) problems.push(`says ${name} twice`)
    else parts.set(name, value)
    if (!KNOWN.has(name) && !name.startsWith('X-')) problems.push(`has an unknown part ${name}`)
  }
  const numbers = (name: string, most: number, least = -most) =>
    (parts.get(name)?.split(',') ?? []).flatMap(each => {
      const value = /^[+-]?\d{1,9}$/.test(each.trim()) ? Number(each) : Number.NaN
      if (value >= least && value <= most && (value !== 0 || least === 0)) return [value]
      problems.push(`has ${name}=${shortened(each)}, which is out of range`)
      return []
    })
  const positive = (name: string) => {
    const value = parts.get(name)
    if (value === undefined) return undefined
    if (/^\d{1,9}$/.test(value) && Number(value) > 0) return Number(value)
    problems.push(`has ${name}=${shortened(value)}, which is no positive number`)
    return undefined
  }
  const frequency = FREQUENCIES.find(each => each === parts.get('FREQ')?.toUpperCase())
  if (frequency === undefined) {
    problems.push(`needs FREQ, one of ${FREQUENCIES.join(', ')}`)
    return { rule: undefined, problems }
  }
  const until = parts.has('UNTIL') ? parseBasic(parts.get('UNTIL') ?? '') : undefined
  if (parts.has('UNTIL') && until === undefined) problems.push('has an UNTIL that is no time')
  const [weekStart = 1] = weekdays(parts.get('WKST'), 'WKST', problems).map(each => each.weekday)
  const rule: Rule = {
    frequency,
    interval: positive('INTERVAL') ?? 1,
    count: positive('COUNT'),
    until,
    bySecond: numbers('BYSECOND', 60, 0),
    byMinute: numbers('BYMINUTE', 59, 0),
    byHour: numbers('BYHOUR', 23, 0),
    byDay: weekdays(parts.get('BYDAY'), 'BYDAY', problems),
    byMonthDay: numbers('BYMONTHDAY', 31),
    byYearDay: numbers('BYYEARDAY', 366),
    byWeekNo: numbers('BYWEEKNO', 53),
    byMonth: numbers('BYMONTH', 12, 1),
    bySetPos: numbers('BYSETPOS', 366),
    weekStart,
  }
  return { rule, problems: [...problems, ...misfits(rule)] }
}

/** The rule with a part set, or gone, and every other as it is written. */
export function withRulePart(text: string, name: string, value: string | undefined): string {
  const parts = text.split(';')
  const isIt = (part: string) => part.trim().toUpperCase().startsWith(`${name}=`)
  const at = parts.findIndex(isIt)
  const others = parts.filter(part => !isIt(part))
  if (value === undefined) return others.join(';')
  const set = `${name}=${value}`
  if (at < 0) return [...others.filter(part => part !== ''), set].join(';')
  return [...others.slice(0, at), set, ...others.slice(at)].join(';')
}

/** `MO`, `-1FR` */
export function byDayText({ weekday, ordinal }: ByDay): string {
  return `${ordinal === 0 ? '' : ordinal}${WEEKDAYS[weekday] ?? ''}`
}

const KNOWN = new Set(
  (
    'FREQ INTERVAL COUNT UNTIL WKST BYSECOND BYMINUTE BYHOUR BYDAY ' +
    'BYMONTHDAY BYYEARDAY BYWEEKNO BYMONTH BYSETPOS'
  ).split(' '),
)

function weekdays(text: string | undefined, name: string, problems: string[]): ByDay[] {
  return (text?.split(',') ?? []).flatMap(each => {
    const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/i.exec(each.trim())
    const ordinal = Number(match?.[1] ?? 0)
    const isOrdinal = match?.[1] === undefined || (ordinal !== 0 && Math.abs(ordinal) <= 53)
    if (match && isOrdinal) {
      return [{ weekday: WEEKDAYS.indexOf((match[2] ?? '').toUpperCase()), ordinal }]
    }
    problems.push(`has ${name}=${shortened(each)}, which is no weekday`)
    return []
  })
}

/** Parts that must not stand together. */
function misfits(rule: Rule): string[] {
  const { frequency } = rule
  const has = (list: readonly unknown[]) => list.length > 0
  const hasOrdinal = rule.byDay.some(({ ordinal }) => ordinal !== 0)
  const times = [rule.bySecond, rule.byMinute, rule.byHour].some(has)
  const days = [rule.byDay, rule.byMonthDay, rule.byYearDay, rule.byWeekNo, rule.byMonth].some(has)
  const checks: [isWrong: boolean, problem: string][] = [
    [rule.count !== undefined && rule.until !== undefined, 'has both COUNT and UNTIL'],
    [
      hasOrdinal && frequency !== 'MONTHLY' && frequency !== 'YEARLY',
      `has a numbered BYDAY, which FREQ=${frequency} cannot have`,
    ],
    [hasOrdinal && has(rule.byWeekNo), 'has both BYWEEKNO and a numbered BYDAY'],
    [has(rule.byWeekNo) && frequency !== 'YEARLY', 'has BYWEEKNO without FREQ=YEARLY'],
    [
      has(rule.byYearDay) && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(frequency),
      `has BYYEARDAY, which FREQ=${frequency} cannot have`,
    ],
    [has(rule.byMonthDay) && frequency === 'WEEKLY', 'has BYMONTHDAY with FREQ=WEEKLY'],
    [has(rule.bySetPos) && !times && !days, 'has BYSETPOS without another BY part'],
  ]
  return checks.filter(([isWrong]) => isWrong).map(([, problem]) => problem)
}

function shortened(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}...` : text
}
