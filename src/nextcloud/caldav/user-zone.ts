/**
 * The user's own time zone. Nextcloud tells it nowhere, so it is taken from where the user, or the
 * user's other programs, wrote it down: the time zone of a calendar, else the one that most of the
 * recent events are in.
 */
import type { Session } from '../session.ts'
import { type Calendar, listCalendars } from './calendars.ts'
import { queryObjects } from './objects.ts'

const HOUR_MS = 3_600_000
const LOOK_AROUND_MS = 60 * 24 * HOUR_MS

/**
 * A TZID, as it is written: usually an IANA name; of `calendar` where it is the user's own and has
 * one. Undefined where there is none to be found. One or two requests an hour.
 */
export function userZone(session: Session, calendar?: Calendar): Promise<string | undefined> {
  // Where others are is no place of the user.
  const own = calendar?.source === 'own' ? zoneOf(calendar) : undefined
  if (own !== undefined) return Promise.resolve(own)
  return session.account.cached('user-zone', HOUR_MS, async () => {
    const detached = session.detached()
    const calendars = (await listCalendars(detached)).filter(({ source }) => source === 'own')
    const named = calendars.map(zoneOf).find(zone => zone !== undefined)
    if (named !== undefined) return named
    const main = calendars.find(({ name }) => name === 'personal') ?? calendars[0]
    if (main === undefined || !main.components.includes('VEVENT')) return undefined
    const window = { from: Date.now() - LOOK_AROUND_MS, to: Date.now() + LOOK_AROUND_MS }
    const objects = await queryObjects(detached, main, { component: 'VEVENT', window })
    return mostFrequent(objects.flatMap(({ data }) => zonesIn(data)))
  })
}

/**
 * The TZID of a calendar's own zone: `calendar-timezone` is a VTIMEZONE (RFC 4791 5.2.2), or a bare
 * name where others wrote it.
 */
export function zoneOf(calendar: Calendar | undefined): string | undefined {
  const text = calendar?.timezone
  if (text === undefined) return undefined
  if (!/BEGIN:/i.test(text)) return text
  return /^TZID(?:;[^:\r\n]*)?:(.+)$/im.exec(text)?.[1]?.trim()
}

function zonesIn(data: string): string[] {
  return [...data.matchAll(/^DTSTART;(?:[^:\r\n]*;)?TZID="?([^":;\r\n]+)/gim)].map(
    ([, zone = '']) => zone,
  )
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0]
}
