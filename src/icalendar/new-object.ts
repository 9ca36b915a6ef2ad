/** New calendar objects, and what a new one needs. */
import { type Component, makeComponent, property } from '../contentline/component.ts'
import { makeLine } from '../contentline/line.ts'
import type { Years } from './make-vtimezone.ts'
import type { CalendarObject, Kind } from './object.ts'
import { parseRule } from './rule.ts'
import { isRecurring } from './series.ts'
import type { When } from './time.ts'
import { partsOf } from './wall.ts'
import type { Zone } from './zone.ts'
import { zonesOf } from './zones.ts'

const PRODID = '-//nextcloud-mcp-server//EN'

/** A calendar around one component. */
export function makeCalendar(component: Component, uid: string, kind: Kind): CalendarObject {
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
export function yearsOf(
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
export function zonesOfTimes({ start, end }: { start: When; end?: When | undefined }): Zone[] {
  const zones = [start, end].flatMap(each => (each?.kind === 'zoned' ? [each.zone] : []))
  return zones.filter((zone, at) => zones.findIndex(each => each.tzid === zone.tzid) === at)
}
