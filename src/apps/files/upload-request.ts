/** What a write asks for. */
import { bareEtag, quotedEtag } from '../../nextcloud/dav/etag.ts'

/** What must be true of the target for a write to happen. */
export type Precondition =
  | { readonly kind: 'absent' }
  /** Whatever is there may be replaced, but something must be. */
  | { readonly kind: 'present' }
  /** `etag` is quoted. */
  | { readonly kind: 'unchanged'; readonly etag: string }

/** A file as it is to be. */
export interface Upload {
  bytes: Buffer
  contentType: string
  precondition: Precondition
  /** Told after each part of a large upload, in bytes. */
  onProgress(done: number, total: number): void
}

/** `if_match` as tools take it: nothing to create, `*` to replace, an etag to update. */
export function preconditionOf(ifMatch: string | undefined): Precondition {
  if (ifMatch === undefined) return { kind: 'absent' }
  if (bareEtag(ifMatch) === '*') return { kind: 'present' }
  return { kind: 'unchanged', etag: quotedEtag(ifMatch) }
}
