/** Unstructured (https://docs.unstructured.io), version 0 of its general API. */
import { z } from 'zod'
import { createPages } from '../parse/pages.ts'
import { postFile, type Service, unreachable } from './http.ts'
import type { Processor, ProcessorOptions } from './processor.ts'

/** How Unstructured is asked. */
export interface UnstructuredOptions extends ProcessorOptions {
  readonly strategy: string
  /** For its OCR, as Tesseract calls them. */
  readonly languages: readonly string[]
  readonly heartbeatMs: number
}

const TYPES = new Set([
  'application/pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.ms-excel',
  'application/rtf',
  'text/rtf',
  'application/vnd.oasis.opendocument.text',
  'application/epub+zip',
  'message/rfc822',
  'application/vnd.ms-outlook',
  'image/jpeg',
  'image/png',
  'image/tiff',
  'image/bmp',
])

const Elements = z.array(
  z.object({
    type: z.string().catch(''),
    text: z.string().catch(''),
    metadata: z
      .object({ page_number: z.int().optional().catch(undefined) })
      .optional()
      .catch(undefined),
  }),
)

type Element = z.output<typeof Elements>[number]

/** Titles become headings, list items lists; the pages are those of the answer. */
export function createUnstructured(options: UnstructuredOptions): Processor {
  const service: Service = {
    name: 'unstructured',
    timeoutMs: options.timeoutMs,
    heartbeatMs: options.heartbeatMs,
    headers: options.apiKey === undefined ? {} : { 'unstructured-api-key': options.apiKey },
  }
  return {
    name: service.name,
    takes: mediaType => TYPES.has(mediaType),
    async read(request, mediaType, limits) {
      const { bytes, name, signal, onProgress } = request
      const answer = await postFile(`${options.url}/general/v0/general`, service, {
        field: 'files',
        bytes,
        name,
        mediaType,
        fields: [
          ['strategy', options.strategy],
          ['languages', options.languages.join(',')],
        ],
        signal,
        onWait: seconds => onProgress?.(seconds, undefined),
      })
      const elements = Elements.safeParse(answer)
      if (!elements.success) throw unreachable(service, 'answered with an unexpected shape')
      const pages = createPages(limits, request.pages)
      const byPage = groupedByPage(elements.data)
      const pageCount = Math.max(0, ...byPage.keys())
      if (pageCount === 0) pages.add(blocks(elements.data))
      else
        for (const page of pages.wanted(pageCount)) pages.add(blocks(byPage.get(page) ?? []), page)
      return pages.document({
        format: 'markdown',
        processor: service.name,
        ...(pageCount === 0 ? {} : { pageCount }),
      })
    },
  }
}

/** Elements without a page belong to that of the one before. */
function groupedByPage(elements: readonly Element[]): Map<number, Element[]> {
  const pages = new Map<number, Element[]>()
  let page = elements.find(({ metadata }) => metadata?.page_number)?.metadata?.page_number
  for (const element of elements) {
    page = element.metadata?.page_number ?? page
    if (page !== undefined) pages.set(page, [...(pages.get(page) ?? []), element])
  }
  return pages
}

function blocks(elements: readonly Element[]): string {
  return elements
    .filter(({ text }) => text.trim() !== '')
    .map(({ type, text }) => {
      if (type === 'Title') return `## ${text}`
      return type === 'ListItem' ? `- ${text}` : text
    })
    .join('\n\n')
}
