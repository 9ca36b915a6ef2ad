/** Items of feeds as documents to search for. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { htmlToMarkdown } from '../../documents/html.ts'
import { createBreather } from '../../nextcloud/breather.ts'
import { hasCode, unlessMissing } from '../../nextcloud/errors.ts'
import { inParallel } from '../../nextcloud/parallel.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { Elements } from '../../nextcloud/tolerant.ts'
import type { DocumentContent } from '../../search/document.ts'
import type { DocumentSource, ListedDocument, Verdict } from '../../search/source.ts'
import { readState } from '../../search/state.ts'
import { verdictsOf } from '../../search/verdict.ts'
import { type Item, news, type UpdatedItems } from './api.ts'

/** The latest ones are documents; older ones are hardly looked for, and feeds have no end. */
const MOST_ITEMS = 2_000
const PAGE = 200
/** News does not tell what it deleted: now and then all are listed. */
const FULL_MS = 24 * 3_600_000
/** Items of lower ids that may come along when one is asked for. */
const MOST_BETWEEN = 50
const AT_A_TIME = 6
/** After this others are served. */
const LONGEST_MS = 10
/** News tells times in seconds: more may happen within one. */
const SETTLED_S = 2

const State = z.object({
  /** What changed earlier is known; by Nextcloud's clock, in seconds. */
  since: z.number(),
  /** Titles by id. */
  feeds: z.record(z.string(), z.string()),
  /** When all were listed, in milliseconds since 1970. */
  fullAt: z.number(),
})

type Feeds = Readonly<Record<string, string>>

/**
 * The latest items of a user's feeds. An unchanged account costs two requests; once a day, and
 * where a feed was removed or renamed, everything is listed.
 * @param now in milliseconds since 1970
 */
export function createNewsDocuments(now: () => number = Date.now): DocumentSource {
  return {
    type: 'news_item',
    title: 'News',
    scope: 'news:read',
    requires: 'news',

    async list(session, state, sink) {
      const last = readState(State, state)
      const feeds = await feedTitles(session)
      const isSame = Object.entries(last?.feeds ?? {}).every(([id, title]) => feeds[id] === title)
      const known = last !== undefined && isSame && now() - last.fullAt < FULL_MS ? last : undefined
      const updated = known && (await updatedSince(session, known.since))
      const pages = updated === undefined ? everyPage(session) : [updated]
      let unreadable = 0
      let latest = 0
      let asOf = updated?.asOf
      let count = 0
      for await (const page of pages) {
        asOf ??= page.asOf
        unreadable += page.unreadable
        count += page.items.length
        for (const { lastModified } of page.items) latest = Math.max(latest, lastModified)
        const found = await documentsOf(feeds, page.items)
        for (let from = 0; from < found.length; from += PAGE) {
          await sink.found(found.slice(from, from + PAGE))
        }
      }
      // Of what happens in a second that is over, nothing more can come.
      const isOver = asOf !== undefined && asOf - latest >= SETTLED_S
      const since = count === 0 ? (known?.since ?? 0) : isOver ? latest + 1 : latest
      const fullAt = updated === undefined ? now() : (known?.fullAt ?? now())
      const next = JSON.stringify({ since, feeds, fullAt } satisfies z.infer<typeof State>)
      if (updated === undefined) return { kind: unreadable === 0 ? 'all' : 'changes', state: next }
      return { kind: count + unreadable === 0 ? 'unchanged' : 'changes', state: next }
    },

    async read(session, { id }) {
      const item = await unlessMissing(news(session).item(Number(id)))
      return item && contentOf(item, await feedTitles(session))
    },

    async verify(session, documents) {
      const verdicts = new Map<string, Verdict>()
      const ids = documents.map(({ id }) => Number(id))
      await inParallel(neighbours(ids), AT_A_TIME, async group => {
        const told = await verdictsOf(group.map(String), async () => {
          const [highest = 0] = group
          const limit = highest - (group.at(-1) ?? highest) + 1
          const query = { type: 'all', limit, offset: highest + 1 } as const
          const { items, unreadable } = await news(session).page(query)
          const readable = items.map(({ id, title }) => [String(id), { state: 'readable', title }])
          return { verdicts: new Map(readable as [string, Verdict][]), isWhole: unreadable === 0 }
        })
        for (const [id, verdict] of told) verdicts.set(id, verdict)
      })
      return verdicts
    },
  }
}

async function feedTitles(session: Session): Promise<Feeds> {
  const { feeds } = await news(session).feeds()
  return Object.fromEntries(feeds.map(({ id, title }) => [String(id), title]))
}

/** Undefined where it is too much for one answer. */
async function updatedSince(session: Session, since: number): Promise<UpdatedItems | undefined> {
  try {
    return await news(session).updated(since)
  } catch (error) {
    if (hasCode(error, 'TOO_LARGE')) return undefined
    throw error
  }
}

/** The latest items, page by page. */
async function* everyPage(session: Session): AsyncGenerator<UpdatedItems> {
  let offset = 0
  for (let count = 0; count < MOST_ITEMS; count += PAGE) {
    const page = await news(session).page({ type: 'all', limit: PAGE, offset })
    yield { ...page, asOf: undefined }
    const last = page.items.at(-1)
    if (last === undefined || sizeOf(page) < PAGE) return
    offset = last.id
  }
}

function sizeOf({ items, unreadable }: Elements<Item>): number {
  return items.length + unreadable
}

async function documentsOf(feeds: Feeds, items: readonly Item[]): Promise<ListedDocument[]> {
  const breathe = createBreather(LONGEST_MS)
  const documents: ListedDocument[] = []
  for (const item of items) {
    await breathe()
    const content = contentOf(item, feeds)
    // Being read or starred changes nothing of it.
    const etag = createHash('sha256').update(JSON.stringify(content)).digest('base64url')
    documents.push({ id: String(item.id), etag, content })
  }
  return documents
}

function contentOf(item: Item, feeds: Feeds): DocumentContent {
  const { title, author, body, mediaDescription, feedId, url, pubDate, lastModified } = item
  const parts = [
    author?.trim() ? `By ${author.trim()}` : '',
    htmlToMarkdown(body ?? '', { links: false }),
    htmlToMarkdown(mediaDescription ?? '', { links: false }),
  ]
  const text = parts.filter(part => part !== '').join('\n\n')
  const seconds = pubDate || lastModified
  return {
    title: htmlToMarkdown(title, { links: false }),
    text: text === '' ? title : text,
    format: 'markdown',
    pages: [],
    pageCount: undefined,
    category: feeds[feedId] ?? '',
    path: undefined,
    modifiedAt: seconds ? seconds * 1_000 : undefined,
    // News has no address for one item.
    url: url !== null && /^https?:/i.test(url) ? url : undefined,
  }
}

/** Ids from the highest to the lowest, in groups that one request tells of. */
function neighbours(ids: readonly number[]): number[][] {
  const groups: number[][] = []
  for (const id of [...new Set(ids)].toSorted((a, b) => b - a)) {
    const group = groups.at(-1)
    const [highest] = group ?? []
    if (group !== undefined && highest !== undefined && highest - id < MOST_BETWEEN) group.push(id)
    else groups.push([id])
  }
  return groups
}
