/** What an app lets search know of a user's documents; its `documents.ts` implements this. */
import type { Scope } from '../identity/scopes.ts'
import type { Session } from '../nextcloud/session.ts'
import type { DocumentContent, DocumentType } from './document.ts'

/** A document as a listing names it. */
export interface ListedDocument {
  readonly id: string
  /** Changes whenever the content does. */
  readonly etag: string
  /** What {@link DocumentSource.read} and `verify` need besides the id; kept with the document. */
  readonly ref?: string
  /** Where the listing brought it along: then nothing is fetched. */
  readonly content?: DocumentContent
}

/** Where a listing puts what it finds; awaiting it keeps memory bounded. */
export interface ListingSink {
  found(documents: readonly ListedDocument[]): Promise<void>
  /** Documents that are there as they were when `state` was made. */
  unchanged(ids: readonly string[]): Promise<void>
  /** Documents that are certainly gone: said by Nextcloud, not concluded from silence. */
  removed(ids: readonly string[]): Promise<void>
}

/** How a listing ended. One that fails throws: then nothing is concluded from it. */
export interface ListingEnd {
  /**
   * `unchanged`: nothing happened since `state`. `all`: every document was named, so what was not
   * is missing. `changes`: what was not named is as it was.
   */
  readonly kind: 'unchanged' | 'all' | 'changes'
  /** For the next listing; opaque. */
  readonly state: string
}

/** What the caller's own access says of a document. */
export type Verdict =
  /** With what may have changed since it was indexed. */
  | { readonly state: 'readable'; readonly title?: string; readonly path?: string }
  /** Not there for this user: it was deleted, or is no longer shared. */
  | { readonly state: 'gone' }
  /** Nobody can tell now; it is not shown, and stays in the index. */
  | { readonly state: 'unknown' }

/** The documents of one app. Sessions are of the user whose documents they are. */
export interface DocumentSource {
  readonly type: DocumentType
  /** For people: `Notes`. */
  readonly title: string
  /** What a caller needs to be shown such documents, and a background grant to index them. */
  readonly scope: Scope
  /** The app that an instance must have; undefined for what every Nextcloud has. */
  readonly requires?: string
  /**
   * Names what there is, or what changed since `state`.
   * @param state of the last listing that ended; undefined: list everything
   * @throws CodedError; then the listing says nothing
   */
  list(session: Session, state: string | undefined, sink: ListingSink): Promise<ListingEnd>
  /**
   * Reads one document.
   * @returns undefined when it is not there (any more), or holds nothing to search for
   * @throws CodedError; DocumentError for a file that cannot be read
   */
  read(session: Session, document: ListedDocument): Promise<DocumentContent | undefined>
  /** What the user may read now, in as few requests as the API allows; one verdict for each id. */
  verify(
    session: Session,
    documents: readonly Pick<ListedDocument, 'id' | 'ref'>[],
  ): Promise<ReadonlyMap<string, Verdict>>
}
