/** Events as documents to search for; a series is one. */
import { z } from 'zod'
import {
  type Calendar,
  forgetCalendars,
  listCalendars,
} from '../../../nextcloud/caldav/calendars.ts'
import { objectsAt } from '../../../nextcloud/caldav/sync.ts'
import { unlessMissing } from '../../../nextcloud/errors.ts'
import { inParallel } from '../../../nextcloud/parallel.ts'
import type { Session } from '../../../nextcloud/session.ts'
import type { DocumentSource, ListedDocument, Verdict } from '../../../search/source.ts'
import { readState } from '../../../search/state.ts'
import { verdictsOf } from '../../../search/verdict.ts'
import { CalendarState, listCalendar, tellUnchanged } from './changes.ts'
import { documentOf } from './event.ts'

const AT_A_TIME = 4
/** Nextcloud forgets changes after some weeks without saying that a token is too old. */
const FULL_MS = 7 * 24 * 3_600_000

const State = z.object({
  /** By path. */
  calendars: z.record(z.string(), CalendarState),
  /** When all was listed, in milliseconds since 1970. */
  fullAt: z.number(),
})
type State = z.infer<typeof State>

/**
 * The events of a user's calendars, those of others that are shared with them included;
 * subscriptions are left out. An unchanged account costs one request, a calendar with changes two.
 * @param now in milliseconds since 1970
 */
export function createEventDocuments(now: () => number = Date.now): DocumentSource {
  return {
    type: 'calendar_event',
    title: 'Calendar',
    scope: 'calendar:read',

    async list(session, state, sink) {
      const read = readState(State, state)
      const last = read !== undefined && now() - read.fullAt < FULL_MS ? read : undefined
      // What is remembered of them may be older than the last change.
      forgetCalendars(session)
      const calendars = await searchable(session)
      const next: State = { calendars: {}, fullAt: last?.fullAt ?? now() }
      const kept: CalendarState[] = []
      const failures: unknown[] = []
      let isFull = last === undefined
      let isWhole = true
      let changed = 0
      for (const calendar of calendars) {
        const known = last?.calendars[calendar.path]
        if (known !== undefined && known.token === calendar.syncToken) {
          next.calendars[calendar.path] = known
          kept.push(known)
          continue
        }
        changed++
        const seen = await listCalendar(session, calendar, known, sink)
        next.calendars[calendar.path] = seen.state
        isWhole &&= seen.isWhole
        if (seen.isFull) isFull = true
        else kept.push(seen.state)
        if (seen.failure !== undefined) failures.push(seen.failure)
      }
      if (failures.length > 0 && failures.length === changed) throw failures[0]
      const hasGone = Object.keys(last?.calendars ?? {}).some(path => !(path in next.calendars))
      if (last !== undefined && !hasGone && changed === 0) {
        return { kind: 'unchanged', state: state ?? '' }
      }
      if (!isFull && !hasGone) return { kind: 'changes', state: JSON.stringify(next) }
      for (const { ids } of kept) await tellUnchanged(sink, Object.values(ids))
      return { kind: isWhole ? 'all' : 'changes', state: JSON.stringify(next) }
    },

    async read(session, { ref }) {
      const calendar = await calendarOf(session, ref)
      if (calendar === undefined || ref === undefined) return undefined
      const { objects } = await objectsAt(session, calendar, [ref])
      const [document] = objects.flatMap(object => documentOf(session, calendar, object) ?? [])
      return document?.content
    },

    async verify(session, documents) {
      const verdicts = new Map<string, Verdict>(
        documents.map(({ id }) => [id, { state: 'unknown' }]),
      )
      const byCalendar = Map.groupBy(documents, ({ ref = '' }) => collectionOf(ref))
      await inParallel([...byCalendar], AT_A_TIME, async ([path, members]) => {
        if (path === '') return
        const ids = members.map(({ id }) => id)
        const told = await verdictsOf(ids, async () => {
          const calendar = await calendarOf(session, path)
          if (calendar === undefined) return { verdicts: new Map(), isWhole: true }
          const paths = [...new Set(members.flatMap(({ ref }) => ref ?? []))]
          const there = await unlessMissing(objectsAt(session, calendar, paths))
          const read = there?.objects.map(object => documentOf(session, calendar, object)) ?? []
          const readable = read.flatMap(document =>
            document === undefined ? [] : [[document.id, verdictOn(document)] as const],
          )
          const isWhole = !there?.unclear.length && !read.includes(undefined)
          return { verdicts: new Map(readable), isWhole }
        })
        for (const [id, verdict] of told) verdicts.set(id, verdict)
      })
      return verdicts
    },
  }
}

/** What is in calendars of their own, and not copied from elsewhere. */
async function searchable(session: Session): Promise<Calendar[]> {
  return (await listCalendars(session)).filter(
    ({ source, components }) => source !== 'subscription' && components.includes('VEVENT'),
  )
}

/** The calendar that an object or a collection is in; undefined where the user has none there. */
async function calendarOf(session: Session, path = ''): Promise<Calendar | undefined> {
  const collection = collectionOf(path)
  return (await searchable(session)).find(calendar => calendar.path === collection)
}

function collectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

function verdictOn({ content }: ListedDocument): Verdict {
  return { state: 'readable', ...(content === undefined ? {} : { title: content.title }) }
}
