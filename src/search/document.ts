/** A document as search knows it: where it is, what it says, and the passages it is found by. */

/** Kinds of documents, in the words of the search tools. */
export const DOCUMENT_TYPES = [
  'note',
  'file',
  'calendar_event',
  'deck_card',
  'news_item',
  'mail_message',
] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

/** Names one document of one user. */
export interface DocumentKey {
  readonly type: DocumentType
  /** The id by which the tools of its app take it; unique among those of its type. */
  readonly id: string
}

/** Where a page, sheet or slide starts; numbers count from one. */
export interface PageStart {
  readonly number: number
  /** Offset in the text, in UTF-16 units. */
  readonly start: number
}

/** What a document says and how people name it. */
export interface DocumentContent {
  readonly title: string
  readonly text: string
  readonly format: 'markdown' | 'plain'
  /** Empty where the format has none. */
  readonly pages: readonly PageStart[]
  /** Pages of the whole file, where it has pages. */
  readonly pageCount: number | undefined
  /** What it is filed under: category, folder, calendar, board, feed or mailbox. */
  readonly category: string
  /** Where it is, as `path_prefix` filters: `/Work/plan.md`; undefined for what is in no folder. */
  readonly path: string | undefined
  /** Milliseconds since 1970. */
  readonly modifiedAt: number | undefined
  /** Address in Nextcloud's own interface. */
  readonly url: string | undefined
}

/** A document with the passages that are stored of it. */
export interface IndexedDocument extends DocumentKey {
  /** What its source needs to find it again besides the id; opaque to everybody else. */
  readonly ref: string | undefined
  readonly title: string
  readonly category: string
  readonly path: string | undefined
  readonly url: string | undefined
  readonly modifiedAt: number | undefined
  readonly pageCount: number | undefined
}

/** One passage. */
export interface Chunk {
  /** Position among the document's passages, from zero. */
  readonly index: number
  readonly text: string
  /** Offsets in the document's text, in UTF-16 units; the end is exclusive. */
  readonly start: number
  readonly end: number
  /** The pages it begins and ends on, counted from one. */
  readonly page: number | undefined
  readonly pageEnd: number | undefined
}

/** A passage with its vector. */
export interface EmbeddedChunk extends Chunk {
  /** Of unit length and the generation's dimension. */
  readonly vector: Float32Array
}
