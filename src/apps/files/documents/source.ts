/** Files as documents to search for. */
import { createHash } from 'node:crypto'
import {
  DocumentError,
  type DocumentReader,
  type ExtractedDocument,
} from '../../../documents/document.ts'
import { unlessMissing } from '../../../nextcloud/errors.ts'
import { createExclusion } from '../../../nextcloud/files/exclusion.ts'
import { type Home, openHome } from '../../../nextcloud/files/home.ts'
import type { DocumentContent } from '../../../search/document.ts'
import type { DocumentSource, ListedDocument } from '../../../search/source.ts'
import { readState } from '../../../search/state.ts'
import { download, type WholeFile } from '../content.ts'
import { type Entry, fileUrl } from '../entry.ts'
import { findById } from '../search.ts'
import { State, stateText } from './tree.ts'
import { fileVerdicts } from './verdicts.ts'
import { walk } from './walk.ts'

/** How often storages are looked through of which Nextcloud does not notice every change. */
const FOREIGN_MS = 3_600_000

/** What decides which files are documents, and reads them. */
export interface FileDocumentsOptions {
  /** Names of system tags; what carries one of them is not there. */
  readonly excludedTags: readonly string[]
  readonly reader: Pick<DocumentReader, 'canRead' | 'read'>
  /** Changes with what the reader can read: every folder is then looked through again. */
  readonly readerKey: string
  /** Larger files are left out. */
  readonly maxBytes: number
  /** Default: Date.now. */
  readonly now?: () => number
}

/**
 * The files of a user, those of others that are shared with them included. Left out are what is
 * excluded, what begins with a dot, and what is encrypted end to end.
 *
 * An unchanged account costs one request; otherwise one for each folder above a change. Where
 * other storages are mounted, their folders are looked through once an hour besides.
 */
export function createFileDocuments(options: FileDocumentsOptions): DocumentSource {
  const { reader, maxBytes, now = Date.now } = options
  const exclusion = createExclusion(options.excludedTags)

  const documentOf = (file: Entry): ListedDocument | undefined => {
    const bytes = file.size ?? 0
    const { name, path, etag, file_id: id, content_type: type } = file
    if (id === null || etag === null || bytes === 0 || bytes > maxBytes) return undefined
    if (!reader.canRead({ name, mediaType: type ?? undefined, bytes })) return undefined
    // A file that is moved keeps its ETag, and is then to be found elsewhere.
    const place = createHash('sha256').update(path).digest('base64url').slice(0, 10)
    return { id: String(id), etag: `${etag}/${place}`, ref: path }
  }

  return {
    type: 'file',
    title: 'Files',
    scope: 'files:read',

    async list(session, state, sink) {
      const home = await openHome(session, exclusion)
      const scope = `${options.readerKey}/${maxBytes}/${home.exclusion}`
      const read = readState(State, state)
      const last = read?.scope === scope ? read : undefined
      const throughForeign = now() - (last?.foreignAt ?? 0) >= FOREIGN_MS
      const seen = await walk(home, { known: last?.root, throughForeign, documentOf, sink })
      if (seen === undefined) return { kind: 'unchanged', state: state ?? '' }
      const foreignAt = throughForeign ? now() : (last?.foreignAt ?? 0)
      return {
        kind: seen.isWhole ? 'all' : 'changes',
        state: stateText({ root: seen.root, scope, foreignAt }),
      }
    },

    async read(session, document) {
      const home = await openHome(session, exclusion)
      const found = await wholeFile(home, document, maxBytes)
      if (found === undefined) return undefined
      const { path, file } = found
      const name = path.slice(path.lastIndexOf('/') + 1)
      const request = { bytes: file.bytes, name, mediaType: file.contentType }
      const extracted = await reader
        .read({ ...request, signal: session.signal })
        .catch((error: unknown) => {
          throw error instanceof DocumentError ? named(error, path) : error
        })
      if (extracted.text.trim() === '') return undefined
      const url = fileUrl(session, Number(document.id))
      return contentOf(path, file, extracted, url)
    },

    async verify(session, documents) {
      return fileVerdicts(() => openHome(session, exclusion), documents)
    },
  }
}

/** Downloads a file from where it was, or from where it is now. */
async function wholeFile(
  home: Home,
  { id, etag, ref }: ListedDocument,
  maxBytes: number,
): Promise<{ path: string; file: WholeFile } | undefined> {
  const at = (path: string) => unlessMissing((async () => download(home.place(path), maxBytes))())
  const file = ref === undefined ? undefined : await at(ref)
  if (ref !== undefined && file !== undefined && etag.startsWith(`${file.etag}/`)) {
    return { path: ref, file }
  }
  // It was changed meanwhile, or another one is in its place.
  const entry = await findById(home, Number(id))
  if (entry === undefined || entry.is_directory) return undefined
  if (file !== undefined && entry.path === ref && entry.etag === file.etag) {
    return { path: ref, file }
  }
  const moved = await at(entry.path)
  return moved && { path: entry.path, file: moved }
}

function contentOf(
  path: string,
  { lastModified }: WholeFile,
  { text, format, pages, pageCount }: ExtractedDocument,
  url: string,
): DocumentContent {
  const slash = path.lastIndexOf('/')
  const modifiedAt = Date.parse(lastModified ?? '')
  return {
    title: path.slice(slash + 1),
    text,
    format,
    pages,
    pageCount,
    category: slash < 0 ? '' : path.slice(0, slash),
    path: `/${path}`,
    modifiedAt: Number.isNaN(modifiedAt) ? undefined : modifiedAt,
    url,
  }
}

/** The failure of a file that people find again by its path. */
function named({ code, message, permanent }: DocumentError, subject: string): DocumentError {
  return new DocumentError(code, message, { permanent, subject })
}
