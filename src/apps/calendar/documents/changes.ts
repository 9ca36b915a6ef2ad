/** What changed in one calendar. */
import { z } from 'zod'
import { createBreather } from '../../../nextcloud/breather.ts'
import type { Calendar } from '../../../nextcloud/caldav/calendars.ts'
import { changedObjects, objectsAt } from '../../../nextcloud/caldav/sync.ts'
import { isGeneral } from '../../../nextcloud/errors.ts'
import { unusable } from '../../../nextcloud/reply.ts'
import type { Session } from '../../../nextcloud/session.ts'
import type { ListedDocument, ListingSink } from '../../../search/source.ts'
import { brokenId, documentOf } from './event.ts'

/** Objects of one answer; about a kilobyte each, some with much longer texts. */
const PAGE = 200
/** After this others are served. */
const LONGEST_MS = 10

/** What is remembered of a calendar. */
export const CalendarState = z.object({
  token: z.string(),
  /** Ids of documents by the last part of the path of their object. */
  ids: z.record(z.string(), z.string()),
})
export type CalendarState = z.infer<typeof CalendarState>

/** How the listing of a calendar ended. */
export interface Seen {
  readonly state: CalendarState
  /** Whether every event of it was named. */
  readonly isFull: boolean
  readonly isWhole: boolean
  /** Why nothing could be told of it now. */
  readonly failure?: unknown
}

/** As {@link changesOf}; of a calendar that fails all is taken to be as it was. */
export async function listCalendar(
  session: Session,
  calendar: Calendar,
  known: CalendarState | undefined,
  sink: ListingSink,
): Promise<Seen> {
  try {
    return await changesOf(session, calendar, known, sink)
  } catch (failure) {
    if (isGeneral(failure)) throw failure
    // Without a token it is asked again.
    const state = { token: known?.token ?? '', ids: known?.ids ?? {} }
    return { state, isFull: false, isWhole: false, failure }
  }
}

/** Lists what changed in a calendar, or all of it where nothing is known, or nothing any more. */
async function changesOf(
  session: Session,
  calendar: Calendar,
  known: CalendarState | undefined,
  sink: ListingSink,
): Promise<Seen> {
  const asked = known?.token || undefined
  const some = asked && (await changedObjects(session, calendar, asked))
  const changes = some || (await changedObjects(session, calendar, undefined))
  if (changes === undefined) throw unusable('a calendar without an end')
  const isFull = !some
  const ids = isFull ? {} : { ...known?.ids }
  const paths = [...changes.changed, ...changes.gone]
  let isWhole = true
  const breathe = createBreather(LONGEST_MS)
  for (let from = 0; from < paths.length; from += PAGE) {
    const page = paths.slice(from, from + PAGE)
    const { objects, unclear } = await objectsAt(session, calendar, page)
    if (unclear.length > 0) isWhole = false
    const found: ListedDocument[] = []
    const kept: string[] = []
    for (const object of objects) {
      await breathe()
      const name = nameIn(object.path)
      const document = documentOf(session, calendar, object)
      const id = document?.id ?? brokenId(calendar, object) ?? known?.ids[name]
      if (id === undefined) continue
      ids[name] = id
      if (document === undefined) kept.push(id)
      else found.push(document)
    }
    if (found.length > 0) await sink.found(found)
    await tellUnchanged(sink, kept)
    const there = new Set([...objects.map(({ path }) => path), ...unclear])
    const removed = forget(ids, page.filter(path => !there.has(path)).map(nameIn))
    if (removed.length > 0) await sink.removed(removed)
  }
  // A calendar that could not be understood is asked again.
  const token = isWhole ? changes.token : (known?.token ?? '')
  return { state: { token, ids }, isFull, isWhole }
}

/** Takes names out; gives the ids that no other name has. */
function forget(ids: Record<string, string>, names: readonly string[]): string[] {
  const gone = names.flatMap(name => {
    const id = ids[name]
    delete ids[name]
    return id ?? []
  })
  const left = new Set(gone.length === 0 ? [] : Object.values(ids))
  return gone.filter(id => !left.has(id))
}

/** Names documents that are as they were. */
export async function tellUnchanged(sink: ListingSink, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 1_000) {
    await sink.unchanged(ids.slice(from, from + 1_000))
  }
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
