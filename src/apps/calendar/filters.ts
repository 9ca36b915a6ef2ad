/** Which events are meant, beside when they are. */

import type { EventDescription } from '../../icalendar/event.ts'
import { fold } from '../../text/fold.ts'

/** All that are given have to hold; empty texts hold always. */
export interface EventFilters {
  readonly title_contains?: string | undefined
  readonly location_contains?: string | undefined
  /** Comma-separated; one of them is enough. */
  readonly categories?: string | undefined
  readonly status?: string | undefined
  readonly min_attendees?: number | undefined
  readonly min_duration_minutes?: number | undefined
}

/** Whether an event is meant; `durationMs` is undefined where it is not about one occurrence. */
export function matches(
  event: EventDescription,
  filters: EventFilters,
  durationMs?: number,
): boolean {
  const { title_contains, location_contains, status, min_attendees } = filters
  const categories = namesIn(filters.categories).map(fold)
  const minutes = filters.min_duration_minutes ?? 0
  return (
    contains(event.title, title_contains) &&
    contains(event.location, location_contains) &&
    (categories.length === 0 || event.categories.some(each => categories.includes(fold(each)))) &&
    (isEmpty(status) || event.status === status?.trim().toUpperCase()) &&
    event.attendees.length >= (min_attendees ?? 0) &&
    (durationMs === undefined || durationMs >= minutes * 60_000)
  )
}

/** The names of a comma-separated list. */
export function namesIn(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
}

/** Whether an argument says nothing. */
export function isEmpty(text: string | undefined): boolean {
  return text === undefined || text.trim() === ''
}

function contains(text: string, part: string | undefined): boolean {
  return isEmpty(part) || fold(text).includes(fold(part?.trim() ?? ''))
}
