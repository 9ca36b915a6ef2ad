/** Notes as documents to search for. */
import { z } from 'zod'
import { CodedError, hasCode, unlessMissing } from '../../nextcloud/errors.ts'
import { inParallel } from '../../nextcloud/parallel.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { DocumentContent } from '../../search/document.ts'
import type { DocumentSource, ListedDocument, Verdict } from '../../search/source.ts'
import { readState } from '../../search/state.ts'
import { type Told, verdictOf, verdictsOf } from '../../search/verdict.ts'
import { type ApiNote, type ChangesPage, type ChangesQuery, notes, noteUrl } from './api.ts'

/**
 * Nextcloud looks at every note for each page, so that small pages are dear; with texts of the
 * usual length one is a few megabytes.
 */
const PAGE = 500
/** As many at once cost less than a listing, which takes the longer the more notes there are. */
const MOST_SINGLE = 10
const AT_A_TIME = 6
/** Seconds by which the clocks of the machines of one Nextcloud may differ. */
const CLOCKS_APART = 30

const State = z.object({
  /** By Nextcloud's clock, in seconds: what changed earlier is known. */
  since: z.number(),
  /** Of a listing since then in which nothing had changed. */
  etag: z.string().optional(),
  /**
   * The last listing told much, and for Nextcloud all of that changed in the second from which the
   * next one asks: it is compared by etags before texts are sent again.
   */
  withoutTexts: z.boolean().optional(),
})

/** The notes of a user. An unchanged account costs one request, however many notes it has. */
export const noteDocuments: DocumentSource = {
  type: 'note',
  title: 'Notes',
  scope: 'notes:read',
  requires: 'notes',

  async list(session, state, sink) {
    const last = readState(State, state)
    const told = new Set<number>()
    let asOf: number | undefined
    let etag: string | undefined
    let unreadable = 0
    const asked = {
      since: last?.since ?? 0,
      content: last?.withoutTexts !== true,
      etag: last?.etag,
    }
    for await (const page of pagesOf(session, asked)) {
      if (page === 'unchanged') return { kind: 'unchanged', state: state ?? '' }
      asOf ??= page.asOf
      etag = page.etag
      unreadable += page.unreadable
      for (const { id } of page.changed) told.add(id)
      const found = page.changed.map(note => listed(session, note, page.hasTexts))
      if (found.length > 0) await sink.found(found)
      const others = page.otherIds.filter(id => !told.has(id))
      if (others.length > 0) await sink.unchanged(others.map(String))
    }
    const isQuiet = last !== undefined && told.size === 0 && unreadable === 0
    const next: z.infer<typeof State> = isQuiet
      ? { since: last.since, etag }
      : { since: Math.max(0, (asOf ?? 0) - CLOCKS_APART), withoutTexts: told.size > PAGE }
    return { kind: unreadable === 0 ? 'all' : 'changes', state: JSON.stringify(next) }
  },

  async read(session, { id }) {
    const note = await unlessMissing(notes(session).get(Number(id)))
    if (note?.error) {
      throw new CodedError('UPSTREAM_ERROR', 'Nextcloud cannot read the file of the note', {
        subject: `note ${id}`,
      })
    }
    return note && contentOf(session, note)
  },

  async verify(session, documents) {
    const ids = [...new Set(documents.map(({ id }) => id))]
    if (ids.length > MOST_SINGLE) return verdictsOf(ids, () => everyVerdict(session))
    const verdicts = await inParallel(ids, AT_A_TIME, async id => {
      const ask = async () => readable(await notes(session).head(Number(id)))
      return [id, await verdictOf(ask)] as const
    })
    return new Map(verdicts)
  },
}

/** The pages of a listing. Where texts are more than one answer takes, the rest comes without. */
async function* pagesOf(
  session: Session,
  { content, ...asked }: Omit<ChangesQuery, 'limit' | 'cursor'>,
): AsyncGenerator<'unchanged' | (ChangesPage & { hasTexts: boolean })> {
  let hasTexts = content
  let cursor: string | undefined
  do {
    const query = { ...asked, cursor, content: hasTexts, limit: hasTexts ? PAGE : 0 }
    let page: ChangesPage | undefined
    try {
      page = await notes(session).changes(query)
    } catch (error) {
      if (!hasTexts || !hasCode(error, 'TOO_LARGE')) throw error
      hasTexts = false
      continue
    }
    yield page === undefined ? 'unchanged' : { ...page, hasTexts }
    cursor = page?.cursor
    if (cursor === undefined) return
  } while (true)
}

function listed(session: Session, note: ApiNote, hasText: boolean): ListedDocument {
  const { id, etag, error } = note
  // Without content it is read by itself, which tells why it cannot be.
  return {
    id: String(id),
    etag,
    ...(hasText && !error ? { content: contentOf(session, note) } : {}),
  }
}

function contentOf(session: Session, note: ApiNote): DocumentContent {
  const { id, title, content, category, modified } = note
  return {
    title,
    // A note may be nothing but its title.
    text: content.trim() === '' ? title : content,
    format: 'markdown',
    pages: [],
    pageCount: undefined,
    category,
    path: pathOf(note),
    modifiedAt: modified === 0 ? undefined : modified * 1_000,
    url: noteUrl(session, id),
  }
}

/** Every note as one listing tells of it. */
async function everyVerdict(session: Session): Promise<Told> {
  const page = await notes(session).changes({ since: 0, content: false, limit: 0 })
  const verdicts = new Map(page?.changed.map(note => [String(note.id), readable(note)]))
  return { verdicts, isWhole: page?.unreadable === 0 }
}

function readable(note: ApiNote): Verdict {
  const path = pathOf(note)
  return { state: 'readable', title: note.title, ...(path === undefined ? {} : { path }) }
}

function pathOf({ internalPath }: ApiNote): string | undefined {
  return internalPath === '' ? undefined : internalPath
}
