/** A recurring todo goes on with the next open occurrence, as in Nextcloud Tasks. */
import { type Component, properties, property, replacePart } from '../contentline/component.ts'
import { setWhen, withComponents } from './edit.ts'
import { expand } from './expansion.ts'
import type { CalendarObject } from './object.ts'
import { withRestOfCount } from './scope.ts'
import { endFor, lengthOfComponent, seriesOf } from './series.ts'
import { instantOf, wallInFormOf } from './time.ts'
import { isOpen, openOccurrences, type TodoOptions } from './todo.ts'

/**
 * The series moved to its first open occurrence, where all before it are done; completed where
 * none is open. COUNT counts what is left.
 */
export function advanced(
  object: CalendarObject,
  options: TodoOptions,
  complete: (component: Component) => Component,
  touched: (component: Component) => Component,
): CalendarObject {
  const { master, zoneOf } = object
  const series = master && seriesOf(master, zoneOf)
  if (master === undefined || series === undefined) return object
  const { current, isComplete } = openOccurrences(object, options)
  const id = current?.recurrenceId
  if (id === undefined) {
    if (!isComplete) return object
    return withComponents(object, new Map([[master, complete(master)]]))
  }
  const wall = wallInFormOf(series.start, id)
  if (wall <= series.start.wall || hasOpenBefore(object, instantOf(id, options.zone), options)) {
    return object
  }
  const { start } = series
  let moved = property(master, 'DTSTART') ? setWhen(master, 'DTSTART', id, zoneOf) : master
  if (property(master, 'DUE') !== undefined) {
    const length = lengthOfComponent(master, zoneOf)
    moved = setWhen(moved, 'DUE', endFor(id, start, length, options.zone, true), zoneOf)
  }
  for (const line of properties(moved, 'RRULE')) {
    moved = replacePart(moved, line, withRestOfCount(line, object, wall))
  }
  return withComponents(object, new Map([[master, touched(moved)]]))
}

/** Whether an occurrence whose id is before an instant is open: moved ahead, or to come. */
function hasOpenBefore(object: CalendarObject, instant: number, { zone }: TodoOptions): boolean {
  const window = { from: -8.64e15, to: 8.64e15 }
  const alone = { ...object, master: undefined }
  return expand(alone, window, { zone }).occurrences.some(
    ({ component, recurrenceId }) =>
      recurrenceId !== undefined && instantOf(recurrenceId, zone) < instant && isOpen(component),
  )
}
