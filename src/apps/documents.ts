/** What search by meaning may index, app by app. */
import type { DocumentSource } from '../search/source.ts'
import { noteDocuments } from './notes/documents.ts'

/** Every source of documents. */
export function documentSources(): readonly DocumentSource[] {
  return [noteDocuments]
}
