import type { DavCall } from '../dav/call.ts'
import { sortedMembers } from '../dav/collection.ts'
import { query, type Reply, reply } from '../http.ts'
import {
  type Component,
  escapeText,
  parseDocument,
  property,
  propertyOf,
  serialise,
} from '../vobject/document.ts'
import { takesPlace } from '../vobject/occurrences.ts'
import { type CalendarAccess, dataFor, isVisible } from './access.ts'
import { expandDocument } from './expand.ts'
import { partsOf } from './objects.ts'
import { componentNames } from './store.ts'

/**
 * GET with `?export`: all objects of a calendar in one file. `start` and `end` (Unix seconds),
 * `expand=1` and `componentType` choose among them.
 */
export function exportCalendar(call: DavCall, access: CalendarAccess): Reply {
  const parameters = query(call.exchange)
  const limit = (name: string, otherwise: number) =>
    parameters.has(name) ? Number(parameters.get(name)) * 1000 : otherwise
  const from = limit('start', Number.NEGATIVE_INFINITY)
  const to = limit('end', Number.POSITIVE_INFINITY)
  const type = parameters.get('componentType')?.toUpperCase()
  const documents = sortedMembers(access.collection)
    .filter(object => isVisible(access, object) && (!type || object.component === type))
    .map(object => parseDocument(dataFor(access, object)).document)
    .filter(document => {
      if (!parameters.has('start') && !parameters.has('end')) return true
      return partsOf(document).some(part => takesPlace(part, from, to))
    })
  const merged = merge(access, documents)
  const expand = parameters.get('expand') === '1' && Number.isFinite(to)
  const text = serialise(expand ? expandDocument(merged, { from, to }) : merged)
  const date = new Date(call.instance.settings.now()).toISOString().slice(0, 10)
  return reply(
    200,
    {
      'Content-Type': 'text/calendar;charset=UTF-8',
      'Content-Disposition': `attachment; filename="${access.uri}-${date}.ics"`,
    },
    text,
  )
}

function merge({ collection }: CalendarAccess, documents: readonly Component[]): Component {
  const zones = new Map<string, Component>()
  for (const zone of documents.flatMap(({ components }) => components)) {
    if (zone.name === 'VTIMEZONE') zones.set(propertyOf(zone, 'TZID')?.value ?? '', zone)
  }
  const parts = documents.flatMap(partsOf)
  const { displayName, color } = collection
  return {
    name: 'VCALENDAR',
    properties: [
      property('VERSION', '2.0'),
      property('CALSCALE', 'GREGORIAN'),
      property('PRODID', '-//SabreDAV//SabreDAV//EN'),
      ...(displayName === undefined ? [] : [property('X-WR-CALNAME', escapeText(displayName))]),
      ...(color === undefined ? [] : [property('X-APPLE-CALENDAR-COLOR', color)]),
      property('REFRESH-INTERVAL', 'PT4H', [['VALUE', 'DURATION']]),
      property('X-PUBLISHED-TTL', 'PT4H'),
    ],
    components: [
      ...zones.values(),
      ...componentNames.flatMap(name => parts.filter(part => part.name === name)),
    ],
  }
}
