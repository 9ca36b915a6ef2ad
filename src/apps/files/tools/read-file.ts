/** The tool that reads files, as they are or as the text of documents. */
import { z } from 'zod'
import type { DocumentReader, PageRange } from '../../../documents/document.ts'
import { decodeText } from '../../../documents/encoding.ts'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { type FileContent, MOST_BYTES, readContent, TEXT_BYTES } from '../content.ts'
import {
  isDocument,
  notesOn,
  pageRange,
  type ReadDocument,
  readDocument,
  withPageMarks,
} from '../document.ts'
import { versionPlace } from '../versions.ts'
import { nextOffset, type OpenHome, offset } from './shared.ts'

const MODES = ['auto', 'markdown', 'raw'] as const

/** Earlier clients say true and false. */
const parseDocument = z
  .preprocess(
    mode => (mode === true ? 'auto' : mode === false ? 'raw' : mode),
    z.enum(MODES).default('auto'),
  )
  .meta({ type: 'string', enum: [...MODES], default: 'auto' })
  .describe('raw: the file itself; markdown: HTML too')

const page = z.int().min(1).optional()

const Result = z.object({
  path: z.string(),
  content: z.string(),
  content_type: z.string(),
  size: z.int().describe('Bytes of the whole file'),
  encoding: z.string().nullable().describe('The charset of text, else base64'),
  content_format: z.enum(['text', 'markdown', 'base64']),
  offset: z.int().optional().describe('Where the content begins, unless at the start'),
  next_offset: nextOffset,
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  parsed: z.boolean().describe('Whether the content is the text of a document'),
  parse_status: z.enum(['parsed', 'failed', 'skipped', 'not_applicable']),
  parse_tier: z.string().nullable().describe('fast, structured or ocr'),
  parse_processor: z.string().nullable(),
  parse_notes: z.array(z.string()).describe('What is missing, and how to get it'),
  parsing_metadata: z.record(z.string(), z.unknown()).nullable(),
  page_count: z.int().optional().describe('Of the document: pages, sheets, slides, chapters'),
  page_start: z.int().optional().describe('First page in the text'),
  page_end: z.int().optional().describe('Last page in the text'),
})

type Answer = z.input<typeof Result>

/** @param reader undefined where the operator has no documents read */
export function readFileTool(open: OpenHome, reader: DocumentReader | undefined): Tool {
  return defineTool({
    name: 'nc_webdav_read_file',
    title: 'Read a file',
    description:
      'Reads a file: text and documents (PDF, Office, EPUB, e-mail) as text, 1 MiB at a time; anything else as base64, up to 5 MiB. Go on with offset=next_offset.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      path: z.string(),
      offset: offset.describe('Bytes'),
      version: z.string().optional().describe('From nc_webdav_list_versions'),
      max_bytes: z.int().min(16).max(MOST_BYTES).optional(),
      parse_document: parseDocument,
      pages: z.string().optional().describe('"3-7": pages, sheets or slides'),
      page_start: page,
      page_end: page,
    }),
    output: Result,
    async run(context, { path, offset, version, max_bytes, parse_document, ...asked }) {
      const range = pageRange(asked)
      if (range !== undefined && parse_document === 'raw') {
        throw badInput('pages: the file itself is not given by pages', 'Leave parse_document out.')
      }
      const file = (await open(context.session)).place(path)
      const place = version === undefined ? file : await versionPlace(file, version)
      const notes: string[] = []
      if (reader !== undefined && isDocument(reader, file.path, parse_document)) {
        const read = await readDocument(place, reader, range, context)
        if (read !== undefined) return textResult(file.path, read, range, { offset, max_bytes })
        notes.push('The file is too large to be read as a document; this is the file itself.')
      }
      if (range !== undefined) notes.push('The pages were left aside: this is no document.')
      const content = await readContent(place, { offset, maxBytes: max_bytes })
      if (parse_document === 'markdown' && content.encoding === 'base64' && notes.length === 0) {
        notes.push('Files of this format are not converted; this is the file itself.')
      }
      return rawResult(file.path, content, notes)
    },
  })
}

function rawResult(path: string, read: FileContent, notes: string[]): Answer {
  const isText = read.encoding !== 'base64'
  return {
    path,
    content: read.content,
    content_type: read.contentType,
    size: read.size,
    encoding: read.encoding,
    content_format: isText ? 'text' : 'base64',
    ...(read.offset > 0 ? { offset: read.offset } : {}),
    ...(read.nextOffset === undefined ? {} : { next_offset: read.nextOffset }),
    etag: read.etag,
    last_modified: read.lastModified ?? null,
    parsed: false,
    parse_status: isText ? 'not_applicable' : 'skipped',
    parse_tier: null,
    parse_processor: null,
    parse_notes: notes,
    parsing_metadata: null,
  }
}

function textResult(
  path: string,
  { file, document }: ReadDocument,
  range: PageRange | undefined,
  part: { offset: number; max_bytes: number | undefined },
): Answer {
  const { content, offset, next } = stretchOf(withPageMarks(document), part, path)
  const { pages, pageCount, title, processor, format } = document
  const isOcr = processor === 'ocr' || processor === 'docling'
  return {
    path,
    content,
    content_type: file.contentType,
    size: file.bytes.length,
    encoding: 'utf-8',
    content_format: format === 'markdown' ? 'markdown' : 'text',
    ...(offset > 0 ? { offset } : {}),
    ...(next === undefined ? {} : { next_offset: next }),
    etag: file.etag,
    last_modified: file.lastModified ?? null,
    parsed: true,
    parse_status: 'parsed',
    parse_tier: isOcr ? 'ocr' : format === 'markdown' ? 'structured' : 'fast',
    parse_processor: processor,
    parse_notes: notesOn(document, range),
    parsing_metadata: title === undefined ? null : { title },
    ...(pageCount === undefined ? {} : { page_count: pageCount }),
    ...(pages[0] === undefined ? {} : { page_start: pages[0].number }),
    ...(pages.at(-1) === undefined ? {} : { page_end: pages.at(-1)?.number }),
  }
}

/** A part of the text, counted in bytes of UTF-8 and cut between characters. */
function stretchOf(
  text: string,
  { offset, max_bytes = TEXT_BYTES }: { offset: number; max_bytes: number | undefined },
  path: string,
) {
  const bytes = Buffer.from(text)
  if (offset > 0 && offset >= bytes.length) {
    throw badInput(`The text of "${path}" has no byte ${offset}`, 'Read it from the start.')
  }
  const window = bytes.subarray(offset, offset + max_bytes)
  const end = offset + window.length
  const stretch = { atStart: offset === 0, atEnd: end >= bytes.length }
  const part = decodeText(window, 'text', 'text/plain; charset=utf-8', stretch)
  return {
    content: part.text,
    offset: offset + part.skipped,
    next: stretch.atEnd ? undefined : end - part.left,
  }
}
