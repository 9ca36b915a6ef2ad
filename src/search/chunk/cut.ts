/** Where to cut: the best place in a window, and where the next passage takes up again. */
import type { LineStart } from './structure.ts'

/** Where a passage ends, and whether what follows is something new. */
export interface Cut {
  readonly at: number
  /** True where nothing of the passage needs to be said again in the next one. */
  readonly clean: boolean
}

const SENTENCE_END = /[.!?…]["'”’»)\]]*(?=\s)|[。！？]/g
const SPACE = /\s+/g

/**
 * The end of a passage of `text` that begins at `from`.
 * @param limit longest end; at least two characters on
 * @param end where the page or the text ends
 * @param section what a section must have to be a passage of its own
 * @returns a position after `from`, at most `limit`
 */
export function chooseCut(
  text: string,
  from: number,
  limit: number,
  end: number,
  section: number,
  starts: readonly LineStart[],
): Cut {
  const heading = starts.find(({ kind, at }) => kind === 'heading' && at >= from + section)
  if (heading !== undefined && heading.at <= limit) return { at: heading.at, clean: true }
  if (end <= limit) return { at: end, clean: true }
  const half = from + Math.ceil((limit - from) / 2)
  const third = from + Math.ceil((limit - from) / 3)
  const lastStart = (kind: LineStart['kind'], least: number) =>
    starts.findLast(start => start.kind === kind && start.at >= least && start.at <= limit)?.at
  return {
    clean: false,
    at:
      lastStart('block', third) ??
      lastStart('item', half) ??
      lastStart('line', half) ??
      lastMatch(SENTENCE_END, text, half, limit) ??
      lastStart('wrapped', half) ??
      lastMatch(SPACE, text, half, limit) ??
      (splitsPair(text, limit) ? limit - 1 : limit),
  }
}

/**
 * Where the next passage begins so that it takes up the end of the last one: at a sentence if one
 * begins there, else at a word.
 * @param from where the last passage's own text began
 * @returns a position after `from`, at most `at`
 */
export function takeUp(text: string, from: number, at: number, overlap: number): number {
  // Never more than half of it: passages that are almost the same help nobody.
  const earliest = at - Math.min(overlap, Math.floor((at - from) / 2))
  if (earliest >= at) return at
  return (
    firstMatch(SENTENCE_END, text, earliest, at) ??
    firstMatch(SPACE, text, earliest, at) ??
    (splitsPair(text, earliest) ? earliest + 1 : earliest)
  )
}

/** Whether a cut would part two surrogates that are one character. */
function splitsPair(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000
}

function lastMatch(pattern: RegExp, text: string, from: number, to: number): number | undefined {
  return ends(pattern, text, from, to).at(-1)
}

function firstMatch(pattern: RegExp, text: string, from: number, to: number): number | undefined {
  return ends(pattern, text, from, to)[0]
}

/** Ends of what matches, in a part of a text only: the rest may be very long. */
function ends(pattern: RegExp, text: string, from: number, to: number): number[] {
  // One more character, as a sentence ends where a space follows.
  return [...text.slice(from, to + 1).matchAll(pattern)]
    .map(match => from + match.index + match[0].length)
    .filter(at => at > from && at <= to)
}
