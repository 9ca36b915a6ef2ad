/** Calendar objects for the tests: small ones made here, nasty ones of the fixtures, recorded ones. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EditContext } from '../../../src/icalendar/edit.ts'
import { ianaZone } from '../../../src/icalendar/iana.ts'
import { readObject } from '../../../src/icalendar/object.ts'
import { expand } from '../../../src/icalendar/recurrence.ts'
import { isoOf } from '../../../src/icalendar/time.ts'
import type { Zone } from '../../../src/icalendar/zone.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')

export const berlin = zone('Europe/Berlin')

export function zone(name: string): Zone {
  const found = ianaZone(name)
  if (found === undefined) throw new Error(`no zone ${name}`)
  return found
}

export const context: EditContext = {
  now: Date.UTC(2026, 1, 1, 12),
  zone: 'Europe/Berlin',
  organizer: { email: 'me@example.org', name: 'Me' },
  newUid: () => 'new-uid',
}

/** All fixtures, by name. */
export const fixtures: readonly (readonly [name: string, text: string])[] = readdirSync(FIXTURES)
  .filter(name => name.endsWith('.ics'))
  .map(name => [name.replace('.ics', ''), readFileSync(join(FIXTURES, name), 'utf8')] as const)

/** A fixture by its name. */
export function fixture(name: string): string {
  return readFileSync(join(FIXTURES, `${name}.ics`), 'utf8')
}

/** A calendar around the lines of one event (or todo). */
export function calendar(lines: string, kind = 'VEVENT', more = ''): string {
  const body = `BEGIN:${kind}\nUID:a\nDTSTAMP:20260101T000000Z\n${lines.trim()}\nEND:${kind}\n`
  const text = `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n${body}${more}END:VCALENDAR\n`
  return text.replace(/\n/g, '\r\n')
}

/** Starts of the occurrences between two days, as ISO texts. */
export function starts(text: string, from: string, to: string, of = berlin): string[] {
  const window = { from: Date.parse(from), to: Date.parse(to) }
  return expand(readObject(text), window, { zone: of }).occurrences.map(each => isoOf(each.start))
}

/** The logical lines of a text with their components, by other means than the code under test. */
export function linesOf(text: string): { path: string; name: string; raw: string }[] {
  const physical = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
  const logical: string[] = []
  for (const line of physical) {
    if (/^[ \t]/.test(line) && logical.length > 0) logical[logical.length - 1] += line
    else logical.push(line)
  }
  const path: string[] = []
  const counts = new Map<string, number>()
  return logical.map(raw => {
    const name = (/^\ufeff?([A-Za-z0-9-]+)/.exec(raw)?.[1] ?? '').toUpperCase()
    const value = raw.trim().split(':')[1]?.trim().toUpperCase() ?? ''
    if (name === 'BEGIN') {
      const key = [...path, value].join('/')
      counts.set(key, (counts.get(key) ?? 0) + 1)
      path.push(`${value}#${counts.get(key)}`)
    }
    const line = { path: path.join('/'), name, raw }
    if (name === 'END') path.pop()
    return line
  })
}
