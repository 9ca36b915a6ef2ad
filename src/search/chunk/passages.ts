/** Passages of a text, one after the other; each step looks at no more than one window. */
import type { Chunk, DocumentContent } from '../document.ts'
import { chooseCut, takeUp } from './cut.ts'
import { lineStarts, type Outline, START } from './structure.ts'

/** Longest passage and what it repeats of the one before, in UTF-16 units. */
export interface ChunkSize {
  readonly size: number
  /** At most half of the size, so that every passage has more of its own than it repeats. */
  readonly overlap: number
}

/** A passage and what it stands under. */
export interface Passage extends Chunk {
  /** Titles of the headings above it, the outermost first; not those within. */
  readonly headings: readonly string[]
}

/** What of a document matters here. */
export type Chunkable = Pick<DocumentContent, 'text' | 'format' | 'pages'>

/**
 * Passages in order. No passage reaches over the end of a page. Each step costs at most a constant
 * times the size; `undefined` is a step through blank space, for whoever counts the time.
 */
export function* passagesOf(
  { text, format, pages }: Chunkable,
  { size, overlap }: ChunkSize,
): Generator<Passage | undefined, void> {
  const section = Math.ceil(size / 4)
  let outline: Outline = START
  let index = 0
  let page = 0
  /** Beginning of the passage, and of what no passage before it holds. */
  let [start, from] = [0, 0]
  while (from < text.length) {
    while ((pages[page]?.start ?? text.length) <= from) page++
    const end = Math.min(pages[page]?.start ?? text.length, text.length)
    const fresh = skipBlank(text, from, Math.min(end, from + size))
    // Nothing is taken up again over a gap that would leave no room for anything else.
    if (start === from || fresh - start > size / 2) start = fresh
    from = fresh
    if (from === end || isBlank(text, from)) {
      start = from
      yield undefined
      continue
    }
    const limit = Math.min(start + size, end)
    const starts = lineStarts(text, format, from, Math.min(end, limit + 1), outline)
    const { at, clean } = chooseCut(text, from, limit, end, section, starts)
    const first = starts[0]
    const level = first?.at === from ? first.level : undefined
    yield {
      index: index++,
      start,
      ...textOf(text, start, at),
      page: pages[page - 1]?.number,
      pageEnd: pages[page - 1]?.number,
      headings: outline.headings
        .filter(heading => level === undefined || heading.level < level)
        .map(({ title }) => title),
    }
    outline = starts.findLast(line => line.at < at)?.outline ?? outline
    start = clean ? at : skipBlank(text, takeUp(text, from, at, overlap), at)
    from = at
  }
}

function textOf(text: string, start: number, at: number): { text: string; end: number } {
  const passage = text.slice(start, at).trimEnd()
  return { text: passage, end: start + passage.length }
}

function skipBlank(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(text, at)) at++
  return at
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 32 || (code < 14 && code > 8) || (code > 127 && /\s/.test(text.charAt(at)))
}
