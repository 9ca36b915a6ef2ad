/** From a job to a document whose passages only lack their vectors. */
import type { Session } from '../../nextcloud/session.ts'
import type { Passage } from '../chunk/chunker.ts'
import type { IndexedDocument } from '../document.ts'
import type { Job } from '../ledger/ledger.ts'
import type { SyncContext } from './context.ts'
import { fingerprint } from './fingerprint.ts'

/** A document that was read. */
export interface Prepared {
  readonly job: Job
  readonly document: IndexedDocument
  readonly hash: string
  readonly passages: readonly Passage[]
}

/** What came of reading: a document to embed, or why there is none. */
export type Preparation =
  | { readonly kind: 'ready'; readonly prepared: Prepared }
  /** It is not there, or says nothing. */
  | { readonly kind: 'nothing' }
  /** The index has it as it is. */
  | { readonly kind: 'same' }
  /** It says what could not be indexed before. */
  | { readonly kind: 'dead'; readonly hash: string; readonly name: string }

/** Reads and cuts a document. @throws what its source throws */
export async function prepare(
  { ledger, sources, chunker }: SyncContext,
  job: Job,
  session: Session,
): Promise<Preparation> {
  const { type, id, etag, ref } = job
  const source = sources.find(each => each.type === type)
  const listed = { id, etag, ...(ref === undefined ? {} : { ref }) }
  const content = (await ledger.content(job.job)) ?? (await source?.read(session, listed))
  if (content === undefined || content.text.trim() === '') return { kind: 'nothing' }
  const hash = await fingerprint(content)
  if (hash === job.knownHash) return { kind: 'same' }
  if (hash === job.deadHash) return { kind: 'dead', hash, name: content.path ?? content.title }
  const passages = await chunker.chunk(content, session.signal)
  const { title, category, path, url, modifiedAt, pageCount } = content
  const document = { type, id, ref, title, category, path, url, modifiedAt, pageCount }
  return { kind: 'ready', prepared: { job, document, hash, passages } }
}

/** Longest part of the text to embed that says where a passage stands. */
const LONGEST_PLACE = 300

/** What a passage is embedded as: after the title and the headings that it stands under. */
export function textToEmbed({ title }: IndexedDocument, { headings, text }: Passage): string {
  const place = [title, ...headings.filter(heading => heading !== title)].filter(Boolean)
  return place.length === 0 ? text : `${place.join(' > ').slice(0, LONGEST_PLACE)}\n${text}`
}
