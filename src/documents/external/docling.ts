/** Docling as a service (https://github.com/docling-project/docling-serve), version 1 of its API. */
import { z } from 'zod'
import { DocumentError } from '../document.ts'
import { createPages } from '../parse/pages.ts'
import { postFile, type Service, unreachable } from './http.ts'
import type { Processor, ProcessorOptions } from './processor.ts'

/** How Docling is asked. */
export interface DoclingOptions extends ProcessorOptions {
  /** For its OCR, as its engine calls them. */
  readonly languages: readonly string[]
  readonly ocr: boolean
  readonly heartbeatMs: number
}

const IMAGES = /^image\/(jpeg|png|tiff|bmp|gif|webp)$/
/** Nothing that a document says. */
const PAGE_BREAK = '\u241E\u241Epage\u241E\u241E'

const Converted = z.object({
  status: z.string().catch(''),
  document: z.object({ md_content: z.string().nullish(), text_content: z.string().nullish() }),
})

/** Pictures, and PDFs whose pages are pictures. */
export function createDocling(options: DoclingOptions): Processor {
  const service: Service = {
    name: 'docling',
    timeoutMs: options.timeoutMs,
    heartbeatMs: options.heartbeatMs,
    headers: options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey },
  }
  return {
    name: service.name,
    takes: mediaType => mediaType === 'application/pdf' || IMAGES.test(mediaType),
    async read(request, mediaType, limits) {
      const { bytes, name, pages: range, signal, onProgress } = request
      const isPdf = mediaType === 'application/pdf'
      const first = isPdf ? (range?.first ?? 1) : 1
      const last = Math.min(range?.last ?? Number.MAX_SAFE_INTEGER, first + limits.pages - 1)
      const answer = await postFile(`${options.url}/v1/convert/file`, service, {
        field: 'files',
        bytes,
        name,
        mediaType,
        fields: [
          ['to_formats', 'md'],
          ['from_formats', isPdf ? 'pdf' : 'image'],
          ['image_export_mode', 'placeholder'],
          ['do_ocr', String(options.ocr || isPdf)],
          ...options.languages.map(language => ['ocr_lang', language] as const),
          ...(isPdf
            ? ([
                ['md_page_break_placeholder', PAGE_BREAK],
                ['page_range', String(first)],
                ['page_range', String(last)],
              ] as const)
            : []),
        ],
        signal,
        onWait: seconds => onProgress?.(seconds, undefined),
      })
      const converted = Converted.safeParse(answer)
      if (!converted.success) throw unreachable(service, 'answered with an unexpected shape')
      if (!/^(success|partial_success)?$/i.test(converted.data.status)) {
        throw new DocumentError('DAMAGED', 'The document processor docling cannot read the file')
      }
      const { md_content, text_content } = converted.data.document
      const pages = createPages(limits, undefined)
      const parts = (md_content || text_content || '').split(PAGE_BREAK)
      for (const [index, part] of parts.entries())
        pages.add(part, isPdf ? first + index : undefined)
      return pages.document({ format: 'markdown', processor: service.name })
    },
  }
}
