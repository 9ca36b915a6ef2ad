/** All the calendar objects that must survive a change, and what there is of them besides it. */
import { readFileSync } from 'node:fs'
import { fixtures, linesOf } from './support.ts'

/** What the recorded exchanges of a real Nextcloud have in the way of objects. */
const recorded = ['calendar', 'tasks'].flatMap(app => {
  const path = `${import.meta.dirname}/../../recordings/${app}.json`
  const text = readFileSync(path, 'utf8')
  const objects = text.match(/BEGIN:VCALENDAR.*?END:VCALENDAR(?:\\r)?(?:\\n)?/g) ?? []
  return [...new Set(objects)].map((each, index): [string, string] => [
    `${app} ${index}`,
    JSON.parse(`"${each}"`).replaceAll('&#13;', '\r'),
  ])
})
/** What a server expanded is many occurrences and no series; that is tested elsewhere. */
const isExpanded = (text: string) =>
  (text.match(/^RECURRENCE-ID/gm)?.length ?? 0) > 1 && !/^RRULE/m.test(text)

/** By name: the nasty ones of the fixtures, and the recorded ones. */
export const calendarObjects = [...fixtures, ...recorded].filter(([, text]) => !isExpanded(text))

/** The component that an update of the series is about, found by other means than the code's. */
export function seriesPath(text: string, kind: string): string {
  const lines = linesOf(text)
  const paths = [...new Set(lines.map(({ path }) => path))].filter(path =>
    new RegExp(`^VCALENDAR#1/${kind}#\\d+$`).test(path),
  )
  const hasId = (path: string) =>
    lines.some(line => line.path === path && line.name === 'RECURRENCE-ID')
  return paths.find(path => !hasId(path)) ?? paths[0] ?? ''
}

/** All text but that of some properties, or components inside, of one component. */
export function othersOf(text: string, path: string, names: readonly string[]): string {
  return linesOf(text)
    .filter(line => {
      const [inside = ''] = line.path.slice(path.length + 1).split('#')
      const isInside = line.path.startsWith(`${path}/`) && names.includes(inside)
      return !isInside && (line.path !== path || !names.includes(line.name))
    })
    .map(({ raw }) => raw)
    .join('')
}

const TIMES = ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE']

/**
 * All text but that of the times of one component, of which occurrences others are, and of the
 * zones that are not in `before`.
 */
export function othersThanTimes(text: string, path: string, before: string): string {
  const known = new Set(before.match(/^TZID:.*$/gm)?.map(each => each.trim()))
  const zones = text.match(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\s+/g) ?? []
  const added = zones.find(each => !known.has(/^TZID:.*$/m.exec(each)?.[0].trim() ?? ''))
  const stays = linesOf(text.replace(added ?? '', '')).filter(
    ({ path: at, name }) => name !== 'RECURRENCE-ID' && !(at === path && isTime(name)),
  )
  return stays.map(({ raw }) => raw).join('')
}

function isTime(name: string): boolean {
  return [...TIMES, 'DTSTAMP', 'LAST-MODIFIED', 'SEQUENCE'].includes(name)
}
