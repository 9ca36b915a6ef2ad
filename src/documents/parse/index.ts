/** From bytes to text. Parsers are loaded when their format comes first: some are large. */
import { DocumentError, type ExtractedDocument, type PageRange } from '../document.ts'
import type { BuiltInFormat } from '../formats.ts'
import type { Limits } from '../limits.ts'
import { createPages } from './pages.ts'
import type { Parser, Recognise } from './parser.ts'

/** All that reading one file needs. */
export interface ParseJob {
  readonly bytes: Uint8Array
  readonly format: BuiltInFormat
  readonly mediaType: string | undefined
  readonly range: PageRange | undefined
  readonly limits: Limits
}

const PARSERS: Readonly<Record<BuiltInFormat, () => Promise<Parser>>> = {
  pdf: async () => (await import('./pdf.ts')).parsePdf,
  docx: async () => (await import('./docx.ts')).parseDocx,
  pptx: async () => (await import('./pptx.ts')).parsePptx,
  xlsx: async () => (await import('./xlsx.ts')).parseXlsx,
  odt: async () => (await import('./opendocument.ts')).parseOdt,
  ods: async () => (await import('./opendocument.ts')).parseOds,
  odp: async () => (await import('./opendocument.ts')).parseOdp,
  epub: async () => (await import('./epub.ts')).parseEpub,
  html: async () => (await import('./plain.ts')).parseHtml,
  markdown: async () => (await import('./plain.ts')).parseMarkdown,
  text: async () => (await import('./plain.ts')).parseText,
  email: async () => (await import('./email.ts')).parseEmail,
  image: async () => (await import('./image.ts')).parseImage,
}

/**
 * Reads a file in this thread; {@link createPool} does it in another.
 * @throws DocumentError for whatever a parser trips over: a file may be wrong in every way
 */
export async function parse(
  job: ParseJob,
  progress: (done: number, total: number | undefined) => void = () => {},
  recognise?: Recognise,
): Promise<ExtractedDocument> {
  const { bytes, mediaType, limits, range } = job
  const pages = createPages(limits, range)
  try {
    const parser = await PARSERS[job.format]()
    const facts = await parser({ bytes, mediaType, limits, pages, recognise, progress })
    return pages.document(facts)
  } catch (error) {
    if (error instanceof DocumentError) throw error
    const damaged = new DocumentError('DAMAGED', `The file is no ${job.format}, or a broken one`)
    damaged.cause = error
    throw damaged
  }
}
