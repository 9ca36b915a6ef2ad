/** Collects the text of a document page by page, within the caps. */
import {
  DocumentError,
  type ExtractedDocument,
  type PageRange,
  type PageStart,
} from '../document.ts'
import type { Limits } from '../limits.ts'

/** What is known of a document beside its text. */
export interface DocumentFacts {
  readonly format: ExtractedDocument['format']
  readonly processor: string
  readonly title?: string | undefined
  /** Of the whole file; undefined where it has no pages. */
  readonly pageCount?: number | undefined
  /** True where something other than the caps of this room ended it early. */
  readonly truncated?: boolean
}

/** Text in the making. */
export interface Pages {
  /** Whether nothing more is taken; what comes now would be left out. */
  readonly full: boolean
  /**
   * The pages to read of this many, in order.
   * @throws DocumentError `NO_SUCH_PAGE` where none of those asked for is there
   */
  wanted(count: number): number[]
  /** Takes a page, or a part of a document without pages. Empty parts leave no trace. */
  add(text: string, page?: number): void
  document(facts: DocumentFacts): ExtractedDocument
}

const GAP = '\n\n'

/** Collects what was asked for, as much as the limits allow. */
export function createPages(limits: Limits, range: PageRange | undefined): Pages {
  const parts: string[] = []
  const starts: PageStart[] = []
  let length = 0
  let isCut = false
  let isFull = false

  return {
    get full() {
      return isFull
    },
    wanted(count) {
      const first = range?.first ?? 1
      const last = Math.min(range?.last ?? count, count)
      if (range !== undefined && first > count) {
        throw new DocumentError('NO_SUCH_PAGE', `The file has ${count} pages, no page ${first}`)
      }
      const end = Math.min(last, first + limits.pages - 1)
      if (end < last) isCut = true
      return Array.from({ length: Math.max(0, end - first + 1) }, (_, at) => first + at)
    },
    add(text, page) {
      if (length >= limits.characters) {
        isFull = true
        return
      }
      const clean = cleaned(text)
      if (page === undefined && clean === '') return
      const gap = length === 0 ? '' : GAP
      const room = limits.characters - length - gap.length
      const kept = clean.length > room ? clean.slice(0, Math.max(0, room)).toWellFormed() : clean
      if (kept.length < clean.length) isFull = true
      if (page !== undefined) starts.push({ number: page, start: length + gap.length })
      parts.push(gap, kept)
      length += gap.length + kept.length
    },
    document({ format, processor, title, pageCount, truncated = false }) {
      const name = title === undefined ? '' : cleaned(title).replaceAll(/\s+/g, ' ').slice(0, 500)
      return {
        text: parts.join(''),
        format,
        title: name === '' ? undefined : name,
        pages: starts,
        pageCount,
        truncated: isCut || isFull || truncated,
        processor,
      }
    },
  }
}

/** Controls say nothing and some break those who read on; a form feed ends a page. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFEFF]/g

function cleaned(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(CONTROLS, '')
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[^\S\n]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd()
}
