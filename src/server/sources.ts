/** What search by meaning indexes of users' documents, as the configuration has it. */
import { createHash } from 'node:crypto'
import { documentSources } from '../apps/index.ts'
import type { Config } from '../config/config.ts'
import type { DocumentReader } from '../documents/document.ts'
import type { DocumentSource } from '../search/source.ts'
import { VERSION } from '../version.ts'

/** @param reader undefined: documents are not read, so that files are not indexed */
export function indexedSources(
  { documents, offer }: Config,
  reader: DocumentReader | undefined,
): readonly DocumentSource[] {
  const sources = documentSources({
    excludedTags: offer.excludedTags,
    reader: reader ?? NO_READER,
    readerKey: readerKey(documents),
    maxBytes: documents?.limits.bytes ?? 0,
  })
  return reader === undefined ? sources.filter(({ type }) => type !== 'file') : sources
}

const NO_READER: Pick<DocumentReader, 'canRead' | 'read'> = {
  canRead: () => false,
  read: () => Promise.reject(new Error('documents are not read')),
}

/** Changes with what can be read, and tells nothing of how. */
function readerKey(documents: Config['documents']): string {
  const { ocr, custom, docling, unstructured, limits } = documents ?? {}
  const what = [VERSION, ocr, custom?.types, docling !== undefined, unstructured !== undefined]
  return createHash('sha256')
    .update(JSON.stringify([...what, limits?.bytes]))
    .digest('base64url')
    .slice(0, 16)
}
