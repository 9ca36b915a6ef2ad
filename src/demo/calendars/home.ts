import { type Access, accessible } from '../dav/collection.ts'
import type { Instance } from '../instance.ts'
import { beginCalendars, type Calendar } from './store.ts'

/** The calendars in a user's home: by their order, the deleted ones last. */
export function calendarsOf(instance: Instance, userId: string): Access<Calendar>[] {
  const { calendars: store } = instance.state
  beginCalendars(store, userId)
  return accessible(instance.state.directory, store.calendars, userId).toSorted(
    ({ collection: a, owned: ownA }, { collection: b, owned: ownB }) =>
      Number(ownB) - Number(ownA) ||
      Number(a.deleted !== undefined) - Number(b.deleted !== undefined) ||
      a.order - b.order,
  )
}

/** The calendar a user has under a name. */
export function findCalendar(
  instance: Instance,
  userId: string,
  uri: string,
): Access<Calendar> | undefined {
  return calendarsOf(instance, userId).find(access => access.uri === uri)
}
