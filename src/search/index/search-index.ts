/**
 * The index: passages with their vectors and words, each in the partition of one user.
 *
 * It holds one generation for each combination of embedding model and chunker. One is searched; while
 * another is built beside it, both are. An index is for recall only: whoever shows a hit has asked
 * Nextcloud before whether the user may read it.
 */
import type {
  Chunk,
  DocumentKey,
  DocumentType,
  EmbeddedChunk,
  IndexedDocument,
} from '../document.ts'

/** What makes vectors and passages comparable. */
export interface GenerationSpec {
  readonly model: string
  readonly dimension: number
  /** Version and settings of the chunker. */
  readonly chunker: string
}

/** One edition of the index. */
export interface Generation extends GenerationSpec {
  readonly id: number
  /** Whether it is complete; the one that is searched alone. */
  readonly active: boolean
}

/** Which documents count. */
export interface SearchFilter {
  readonly types?: readonly DocumentType[]
  /** Milliseconds since 1970; documents without a time are left out by either. */
  readonly modifiedAfter?: number
  readonly modifiedBefore?: number
  /** Any of these folders with what is below them: `/Work` holds `/Work/a.md`, not `/Workshop`. */
  readonly pathPrefixes?: readonly string[]
}

/** A query in one generation. */
export interface IndexQuery {
  readonly generation: number
  /** Undefined: not by meaning. */
  readonly vector: Float32Array | undefined
  /** The words of the user; undefined: not by words. Never interpreted as a query language. */
  readonly text: string | undefined
  /** Passages wanted of each kind. */
  readonly limit: number
  readonly filter: SearchFilter
}

/** A passage that matched. */
export interface IndexHit {
  readonly document: IndexedDocument
  readonly chunk: Chunk
  /** Passages that the document has. */
  readonly chunkCount: number
  /** Cosine similarity, -1 to 1, or the BM25 weight, the greater the better. */
  readonly score: number
}

/** Both rankings, the best first. */
export interface IndexHits {
  readonly dense: readonly IndexHit[]
  readonly sparse: readonly IndexHit[]
}

/** What there is of a user, or of everybody. */
export interface IndexStats {
  readonly documents: number
  readonly chunks: number
  readonly documentsByType: Readonly<Partial<Record<DocumentType, number>>>
  /** Bytes that vectors take. */
  readonly vectorBytes: number
}

/** An index; `user` is whoever {@link SearchIndex.put} was told the document is of. */
export interface SearchIndex {
  /** Tells this index from every other, also from one that was there before it. */
  identity(): Promise<string>
  generations(): Promise<readonly Generation[]>
  /** The generation of this kind, which is made where there is none; the first is active at once. */
  open(spec: GenerationSpec): Promise<Generation>
  /** Makes a generation the one that is searched, and drops the others. */
  activate(generation: number): Promise<void>
  /** Stores a document in place of what was stored of it, all of it or nothing. */
  put(
    generation: number,
    user: string,
    document: IndexedDocument,
    chunks: readonly EmbeddedChunk[],
  ): Promise<void>
  /** Removes documents from all generations; gives the number of those that were there. */
  remove(user: string, documents: readonly DocumentKey[]): Promise<number>
  /** Removes everything of a user. */
  forget(user: string): Promise<void>
  query(user: string, query: IndexQuery): Promise<IndexHits>
  /** Passages of a document from one index to another (inclusive), in order; for context. */
  passages(
    generation: number,
    user: string,
    document: DocumentKey,
    from: number,
    to: number,
  ): Promise<readonly Chunk[]>
  /** @param user undefined: of everybody */
  stats(user?: string): Promise<IndexStats>
  /** What is wrong, in a sentence for people; undefined: ready. */
  health(): Promise<string | undefined>
  close(): Promise<void>
}
