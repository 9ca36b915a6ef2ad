import { instantOf, lengthOf, type Moment, momentOf, momentsOf } from './dates.ts'
import { type Component, propertiesOf, propertyOf } from './document.ts'
import { isInfinite, parseRule, wallTimes } from './recurrence.ts'

/** One time an event takes place. Times are instants in milliseconds. */
export interface Occurrence {
  event: Component
  start: number
  end: number
  /** When it would take place by the rule; `undefined` where nothing recurs. */
  recurrence: Moment | undefined
}

/** The occurrences of an event cannot be told: its rule has parts the demo does not know. */
export class UnknownRecurrence extends Error {
  override name = 'UnknownRecurrence'
}

/** Occurrences looked at before giving up; no rule of use reaches it. */
const limit = 100_000

/** Whether an event takes place more than once. */
export function isRecurring(event: Component): boolean {
  return event.properties.some(({ name }) => name === 'RRULE' || name === 'RDATE')
}

/**
 * The occurrences of one event by its own rule, in order, without those it excludes.
 *
 * @throws UnknownRecurrence
 */
export function* occurrencesOf(event: Component): Generator<Occurrence> {
  const start = momentOf(propertyOf(event, 'DTSTART'))
  if (start === undefined) return
  const length = lengthOf(event)
  const recurring = isRecurring(event)
  const at = (moment: Moment): Occurrence => {
    const instant = instantOf(moment)
    return {
      event,
      start: instant,
      end: instant + length,
      recurrence: recurring ? moment : undefined,
    }
  }
  const excluded = new Set(propertiesOf(event, 'EXDATE').flatMap(momentsOf).map(instantOf))
  const dates = propertiesOf(event, 'RDATE').flatMap(momentsOf)
  const added = dates.toSorted((a, b) => instantOf(a) - instantOf(b))
  let count = 0
  for (const wall of rulesOf(event, start)) {
    const found = at({ ...start, wall })
    while (added[0] !== undefined && instantOf(added[0]) < found.start) {
      const date = added.shift()
      if (date !== undefined && !excluded.has(instantOf(date))) yield at(date)
    }
    if (!excluded.has(found.start)) yield found
    if (++count > limit) return
  }
  for (const date of added) if (!excluded.has(instantOf(date))) yield at(date)
}

function* rulesOf(event: Component, start: Moment): Generator<number> {
  const rules = propertiesOf(event, 'RRULE')
  if (rules.length === 0) {
    yield start.wall
    return
  }
  const rule = parseRule(rules[0]?.value ?? '')
  if (rule === undefined || rules.length > 1) throw new UnknownRecurrence()
  yield* wallTimes(rule, start, wall => instantOf({ ...start, wall }))
}

/** Whether an event takes place at any time between two instants; unknown is yes. */
export function takesPlace(event: Component, from: number, to: number): boolean {
  try {
    for (const { start, end } of occurrencesOf(event)) {
      if (start >= to) return false
      if (start < to && end > from) return true
    }
    return false
  } catch (error) {
    if (error instanceof UnknownRecurrence) return true
    throw error
  }
}

/**
 * The occurrences of an event and its overrides between two instants, in order.
 *
 * @throws UnknownRecurrence
 */
export function expandBetween(
  events: readonly Component[],
  from: number,
  to: number,
): Occurrence[] {
  const overrides = new Map<number, Component>()
  for (const event of events) {
    const replaced = momentOf(propertyOf(event, 'RECURRENCE-ID'))
    if (replaced !== undefined) overrides.set(instantOf(replaced), event)
  }
  const found: Occurrence[] = []
  for (const event of events) {
    if (propertyOf(event, 'RECURRENCE-ID') !== undefined) continue
    for (const occurrence of occurrencesOf(event)) {
      if (occurrence.start >= to) break
      if (!overrides.has(occurrence.start)) found.push(occurrence)
    }
  }
  for (const event of overrides.values()) {
    const recurrence = momentOf(propertyOf(event, 'RECURRENCE-ID'))
    for (const occurrence of occurrencesOf(event)) found.push({ ...occurrence, recurrence })
  }
  return found
    .filter(({ start, end }) => start < to && end > from)
    .toSorted((a, b) => a.start - b.start)
}

/** Start of the last occurrence's end; `undefined` when there is none or it cannot be told. */
export function lastEnd(event: Component): number | undefined {
  try {
    for (const { value } of propertiesOf(event, 'RRULE')) {
      const rule = parseRule(value)
      if (rule === undefined || isInfinite(rule)) return undefined
    }
    let end: number | undefined
    for (const occurrence of occurrencesOf(event)) end = occurrence.end
    return end
  } catch (error) {
    if (error instanceof UnknownRecurrence) return undefined
    throw error
  }
}
