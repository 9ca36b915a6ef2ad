/** The text of documents: which files are worth reading, how their text is given, what went wrong. */
import {
  DocumentError,
  type DocumentErrorCode,
  type DocumentReader,
  type ExtractedDocument,
  type PageRange,
} from '../../documents/document.ts'
import { formatOfType, mediaTypeOf } from '../../documents/formats.ts'
import type { ToolContext } from '../../mcp/tool.ts'
import { badInput, CodedError, type ErrorCode } from '../../nextcloud/errors.ts'
import type { Place } from '../../nextcloud/files/home.ts'
import { readWhole, type WholeFile } from './content.ts'

/** What is asked of a document. */
export type ParseMode = 'auto' | 'markdown' | 'raw'

/** A file with its text. */
export interface ReadDocument {
  readonly file: WholeFile
  readonly document: ExtractedDocument
}

/**
 * Whether a file is read as a document, told by its name. Text is text already, and so is HTML to
 * whoever did not ask for Markdown: they may want to change it.
 */
export function isDocument(reader: DocumentReader, path: string, mode: ParseMode): boolean {
  if (mode === 'raw') return false
  const format = formatOfType(mediaTypeOf({ name: path, mediaType: undefined }))
  if (format === 'text' || format === 'markdown') return false
  if (format === 'html' && mode === 'auto') return false
  return reader.canRead({ name: path, mediaType: undefined, bytes: 0 })
}

/**
 * Downloads and reads a document.
 * @returns undefined for a file that is larger than what is read
 * @throws CodedError `ENCRYPTED`, `DAMAGED`, `TIMED_OUT`, `TOO_LARGE`, `BAD_INPUT` for pages that it
 *   does not have, `UNREACHABLE` where a processor elsewhere does not answer
 */
export async function readDocument(
  place: Place,
  reader: DocumentReader,
  pages: PageRange | undefined,
  { signal, progress }: Pick<ToolContext, 'signal' | 'progress'>,
): Promise<ReadDocument | undefined> {
  const { path } = place
  const mayBeRead = (bytes: number) => reader.canRead({ name: path, mediaType: undefined, bytes })
  const file = await readWhole(place, mayBeRead)
  if (file === undefined) return undefined
  try {
    const document = await reader.read({
      bytes: file.bytes,
      name: path,
      mediaType: file.contentType,
      pages,
      signal,
      onProgress: (done, total) =>
        progress(done, total, total === undefined ? 'Reading the document' : 'Pages read'),
    })
    return { file, document }
  } catch (error) {
    throw error instanceof DocumentError ? codedError(path, error) : error
  }
}

const CODES: Readonly<Record<DocumentErrorCode, ErrorCode>> = {
  UNSUPPORTED: 'UNSUPPORTED',
  ENCRYPTED: 'ENCRYPTED',
  DAMAGED: 'DAMAGED',
  NO_SUCH_PAGE: 'BAD_INPUT',
  TOO_LARGE: 'TOO_LARGE',
  TIMED_OUT: 'TIMED_OUT',
  UNREACHABLE: 'UNREACHABLE',
}

function codedError(path: string, error: DocumentError): CodedError {
  const isCostly = error.code === 'TOO_LARGE' || error.code === 'TIMED_OUT'
  const hints = [
    error.permanent ? '' : 'Try again later.',
    isCostly ? 'Fewer pages may work.' : '',
    'The file itself comes with parse_document="raw".',
  ]
  const hint =
    error.code === 'NO_SUCH_PAGE' ? 'Ask for pages that it has.' : hints.filter(Boolean).join(' ')
  return new CodedError(CODES[error.code], error.message, { subject: path, hint, cause: error })
}

/**
 * Pages as people write them: `7`, `3-7`, `3-` for all from the third on.
 * @throws CodedError `BAD_INPUT`
 */
export function pageRange(asked: {
  pages?: string | undefined
  page_start?: number | undefined
  page_end?: number | undefined
}): PageRange | undefined {
  const { pages, page_start, page_end } = asked
  if (pages === undefined && page_start === undefined && page_end === undefined) return undefined
  const written = /^\s*(\d{1,9})\s*(-\s*(\d{1,9})?)?\s*$/.exec(
    pages ?? `${page_start ?? 1}-${page_end ?? ''}`,
  )
  const first = Number(written?.[1])
  const last = written?.[2] === undefined ? first : Number(written[3] ?? Number.MAX_SAFE_INTEGER)
  if (first >= 1 && last >= first) return { first, last }
  throw badInput(
    `pages: "${pages ?? `${page_start}-${page_end}`}" is no range of pages`,
    'Write "7", "3-7" or "3-"; pages count from 1.',
  )
}

/** The text with a mark before each page, so that a reader can say where something stands. */
export function withPageMarks({ text, pages }: ExtractedDocument): string {
  const pieces = pages.map(({ number, start }, index) => {
    const page = text.slice(start, pages[index + 1]?.start).trimEnd()
    return page === '' ? `<!-- page ${number} -->` : `<!-- page ${number} -->\n\n${page}`
  })
  return pages.length === 0 ? text : pieces.join('\n\n')
}

/** What a reader must know of a text that is not all there is. */
export function notesOn(document: ExtractedDocument, asked: PageRange | undefined): string[] {
  const notes: string[] = []
  const { pages, pageCount, truncated, text } = document
  const last = pages.at(-1)?.number
  if (text.trim() === '') {
    notes.push(
      'No text was found: the pages may be pictures, which are read only where OCR is set up.',
    )
  }
  if (truncated) notes.push(cutNote(last, Math.min(asked?.last ?? Infinity, pageCount ?? Infinity)))
  if (asked !== undefined && pages.length === 0) {
    notes.push('The format has no pages; this is all of it.')
  } else if (asked !== undefined && pageCount !== undefined && pageCount < asked.last) {
    if (asked.last < Number.MAX_SAFE_INTEGER) notes.push(`The file has only ${pageCount} pages.`)
  }
  return notes
}

function cutNote(last: number | undefined, wanted: number): string {
  if (last === undefined) return 'Only the beginning was read: the text is too long.'
  return last < wanted
    ? `Read up to page ${last}; go on with pages="${last + 1}-".`
    : `Page ${last} was cut: it is too long.`
}
