/** Where a text may be cut: lines and what they mean, in a window small enough to look at at once. */
import type { DocumentContent } from '../document.ts'

/** A heading in force. */
export interface Heading {
  readonly level: number
  readonly title: string
}

/** What earlier lines say about the ones to come. */
export interface Outline {
  readonly headings: readonly Heading[]
  /** What closes the code block that the text is in. */
  readonly fence: string | undefined
}

/** A line whose beginning is a place to cut, the better the earlier its kind is in the list. */
export interface LineStart {
  readonly kind: 'heading' | 'block' | 'item' | 'line' | 'wrapped'
  readonly at: number
  /** What holds after this line. */
  readonly outline: Outline
  /** Of a heading. */
  readonly level?: number
}

/** At the beginning of a text. */
export const START: Outline = { headings: [], fence: undefined }

const HEADING = /^ {0,3}(#{1,6})(?=\s|$)/
/** Dashes below a line make a heading too; far more often they are rules, or end front matter. */
const UNDERLINE = /^ {0,3}=+\s*$/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const ITEM = /^[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]/
const TABLE_ROW = /^[ \t]*\|/
/** No title is longer where it says what a passage is about. */
const LONGEST_TITLE = 120

/**
 * The lines that begin in a part of a text.
 * @param from where to begin; what is before the next line break is a line only if one starts there
 * @param to exclusive; a line that is cut off by it is judged by what is there of it
 */
export function lineStarts(
  text: string,
  format: DocumentContent['format'],
  from: number,
  to: number,
  before: Outline,
): LineStart[] {
  const begin = lineBegin(text, from)
  // Only this part is ever searched: the rest may be a line of megabytes.
  const window = text.slice(begin ?? from, to)
  const offset = begin ?? from
  const starts: LineStart[] = []
  let outline = before
  let previous: Line = begin === undefined ? 'text' : 'blank'
  for (let at = begin === undefined ? nextLine(window, 0) : 0; at < window.length; ) {
    const next = nextLine(window, at)
    const line = window.slice(at, next)
    const read: Reading =
      format === 'markdown' ? readMarkdown(line, previous, outline) : readPlain(line, outline)
    outline = read.outline
    if (read.line === 'underline') {
      outline = retitle(starts, line => window.slice(line - offset, at)) ?? outline
    } else if (read.line !== 'blank') {
      const kind = read.level === undefined ? kindOf(read.line, previous) : 'heading'
      const level = read.level === undefined ? {} : { level: read.level }
      starts.push({ kind, at: Math.max(offset + at, from), outline, ...level })
    }
    // What follows a heading belongs to it, whether or not there is a blank line between them.
    if (read.line !== 'blank' || previous !== 'heading') previous = read.line
    at = next
  }
  return starts
}

type Line = 'blank' | 'text' | 'heading' | 'underline' | 'item' | 'row' | 'code' | 'fence' | 'close'

interface Reading {
  readonly line: Line
  readonly outline: Outline
  readonly level?: number
}

function readMarkdown(line: string, previous: Line, outline: Outline): Reading {
  const { fence, headings } = outline
  const mark = FENCE.exec(line)?.[1]
  if (fence !== undefined) {
    const closes = mark?.startsWith(fence) && line.trim() === mark
    return closes
      ? { line: 'close', outline: { headings, fence: undefined } }
      : { line: 'code', outline }
  }
  if (mark !== undefined) return { line: 'fence', outline: { headings, fence: mark } }
  const hashes = HEADING.exec(line)
  if (hashes !== null) {
    const level = hashes[1]?.length ?? 1
    return { line: 'heading', level, outline: under(headings, level, line.slice(hashes[0].length)) }
  }
  if (previous === 'text' && UNDERLINE.test(line)) return { line: 'underline', outline }
  if (TABLE_ROW.test(line)) return { line: 'row', outline }
  return readPlain(line, outline)
}

function readPlain(line: string, outline: Outline): Reading {
  if (line.trim() === '') return { line: 'blank', outline }
  return { line: ITEM.test(line) ? 'item' : 'text', outline }
}

/** How good it is to cut before a line, by what it is and what came before it. */
function kindOf(line: Line, previous: Line): LineStart['kind'] {
  if (previous === 'heading' || previous === 'underline') return 'wrapped'
  switch (line) {
    case 'code':
      return 'line'
    case 'close':
      // Alone it would say nothing.
      return 'wrapped'
    case 'row':
      return previous === 'row' ? 'line' : 'block'
    case 'item':
      return previous === 'item' || previous === 'text' ? 'item' : 'block'
    case 'fence':
      return 'block'
    default:
      return previous === 'text' || previous === 'item' ? 'wrapped' : 'block'
  }
}

/** Makes the last line a heading of the first level, as the line below it says. */
function retitle(starts: LineStart[], textFrom: (at: number) => string): Outline | undefined {
  const last = starts.pop()
  if (last === undefined) return undefined
  const outline = under(last.outline.headings, 1, textFrom(last.at))
  starts.push({ kind: 'heading', at: last.at, level: 1, outline })
  return outline
}

/** The outline with a further heading, which ends those of its level and below. */
function under(headings: readonly Heading[], level: number, title: string): Outline {
  const above = headings.filter(heading => heading.level < level)
  const short = title.slice(0, LONGEST_TITLE).replace(/#*$/, '').trim()
  return { headings: short === '' ? above : [...above, { level, title: short }], fence: undefined }
}

/** Where the line begins whose first character this is, its indentation aside. */
function lineBegin(text: string, at: number): number | undefined {
  let begin = at
  while (at - begin < 4 && (text[begin - 1] === ' ' || text[begin - 1] === '\t')) begin--
  return begin === 0 || text[begin - 1] === '\n' ? begin : undefined
}

function nextLine(window: string, at: number): number {
  const end = window.indexOf('\n', at)
  return end < 0 ? window.length : end + 1
}
