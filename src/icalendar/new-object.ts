/** New calendar objects, and what a new one needs. */
import { type Component, makeComponent, property } from '../contentline/component.ts'
import { type ContentLine, makeLine } from '../contentline/line.ts'
import { stamp, withZones } from './edit.ts'
import type { Years } from './make-vtimezone.ts'
import type { CalendarObject, Kind } from './object.ts'
import { parseRule } from './rule.ts'
import { isRecurring } from './series.ts'
import type { When } from './time.ts'
import { partsOf } from './wall.ts'
import type { Zone } from './zone.ts'
import { zonesOf } from './zones.ts'

const PRODID = '-//nextcloud-mcp-server//EN'

/** An object with one component that has nothing yet but its UID, when it was made, and `more`. */
export function newObject(
  kind: Kind,
  uid: string,
  now: number,
  more: ContentLine,
): { readonly object: CalendarObject; readonly component: Component } {
  const time = stamp(now)
  const component = makeComponent(kind, [
    makeLine('UID', uid),
    makeLine('DTSTAMP', time),
    makeLine('CREATED', time),
    makeLine('LAST-MODIFIED', time),
    more,
  ])
  return { object: makeCalendar(component, uid, kind), component }
}

/** The object with the VTIMEZONE of each zone that these times of a component are in. */
export function withZonesOf(
  object: CalendarObject,
  component: Component,
  times: { readonly start: When; readonly end?: When | undefined },
): CalendarObject {
  return withZones(object, zonesOfTimes(times), yearsOf(component, times))
}

/** A calendar around one component. */
function makeCalendar(component: Component, uid: string, kind: Kind): CalendarObject {
  const calendar = makeComponent('VCALENDAR', [
    makeLine('VERSION', '2.0'),
    makeLine('PRODID', PRODID),
    makeLine('CALSCALE', 'GREGORIAN'),
    component,
  ])
  return {
    parts: [calendar],
    calendar,
    kind,
    uid,
    master: component,
    overrides: [],
    zoneOf: zonesOf(calendar),
  }
}

/** The years that a component's times are in: up to its UNTIL, or on and on. */
function yearsOf(
  component: Component,
  times: { readonly start: When; readonly end?: When | undefined },
): Years {
  const first = partsOf(times.start.wall).year
  const end = partsOf(times.end?.wall ?? times.start.wall).year
  if (!isRecurring(component)) return { first, last: Math.max(first, end) }
  const rule = parseRule(property(component, 'RRULE')?.value ?? '').rule
  const until = rule?.until
  if (until === undefined) return { first }
  return { first, last: Math.max(end, partsOf(until.wall).year) }
}

/** The zones of times, each once. */
function zonesOfTimes({ start, end }: { start: When; end?: When | undefined }): Zone[] {
  const zones = [start, end].flatMap(each => (each?.kind === 'zoned' ? [each.zone] : []))
  return zones.filter((zone, at) => zones.findIndex(each => each.tzid === zone.tzid) === at)
}
