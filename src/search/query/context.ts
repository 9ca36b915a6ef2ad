/** What stands around a passage, out of the passages beside it. */
import type { Chunk } from '../document.ts'
import type { IndexHit, SearchIndex } from '../index/search-index.ts'
import { marked } from './words.ts'

/** The text around a passage. */
export interface Context {
  readonly before: string
  readonly after: string
  /** Whether the document goes on beyond what is shown. */
  readonly moreBefore: boolean
  readonly moreAfter: boolean
  /** All three in a row, with the passage set apart and the query's words in it between asterisks. */
  readonly markedText: string
}

/** More is for reading the document. */
const MOST_CHARS = 4_000
const MOST_NEIGHBOURS = 8
/** No chunker makes passages that are so short on the whole. */
const LEAST_STEP = 200

/** What is asked for. */
export interface ContextOptions {
  readonly index: Pick<SearchIndex, 'passages'>
  readonly generation: number
  readonly user: string
  /** Characters wanted on either side. */
  readonly chars: number
  readonly words: ReadonlySet<string>
}

/** The text around a passage, as far as the index has it. */
export async function contextOf(
  { document, chunk, chunkCount }: IndexHit,
  { index, generation, user, chars, words }: ContextOptions,
): Promise<Context> {
  const wanted = Math.min(chars, MOST_CHARS)
  // Half of what a passage has may be its neighbour's as well.
  const step = Math.max(LEAST_STEP, chunk.text.length / 2)
  const reach = Math.min(MOST_NEIGHBOURS, Math.ceil(wanted / step))
  const from = Math.max(0, chunk.index - reach)
  const to = Math.min(chunkCount - 1, chunk.index + reach)
  const around =
    from < to && reach > 0 ? await index.passages(generation, user, document, from, to) : []
  const allBefore = textBefore(chunk, around)
  const allAfter = textAfter(chunk, around)
  const before = lastOf(allBefore, wanted)
  const after = firstOf(allAfter, wanted)
  const moreBefore = before.length < allBefore.length || (reach === 0 ? chunk.index : from) > 0
  const last = chunkCount - 1
  const moreAfter = after.length < allAfter.length || (reach === 0 ? chunk.index : to) < last
  const markedText = [
    moreBefore ? '[…] ' : '',
    before,
    '\n\n--- match ---\n\n',
    marked(words, chunk.text),
    '\n\n--- end of match ---\n\n',
    after,
    moreAfter ? ' […]' : '',
  ].join('')
  return { before, after, moreBefore, moreAfter, markedText }
}

/** What precedes a passage; where passages overlap, the text is there once. */
function textBefore({ index, start }: Chunk, around: readonly Chunk[]): string {
  let text = ''
  let until = start
  for (const chunk of around.filter(other => other.index < index).toReversed()) {
    const gap = chunk.end < until ? '\n\n' : ''
    text = chunk.text.slice(0, Math.max(0, until - chunk.start)) + gap + text
    until = Math.min(until, chunk.start)
  }
  return text
}

/** The same for what follows. */
function textAfter({ index, end }: Chunk, around: readonly Chunk[]): string {
  let text = ''
  let since = end
  for (const chunk of around.filter(other => other.index > index)) {
    const gap = chunk.start > since ? '\n\n' : ''
    text += gap + chunk.text.slice(Math.max(0, since - chunk.start))
    since = Math.max(since, chunk.end)
  }
  return text
}

/** The first characters, without half of one at the end. */
function firstOf(text: string, count: number): string {
  const cut = text.slice(0, count)
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}

function lastOf(text: string, count: number): string {
  const cut = count === 0 ? '' : text.slice(-count)
  return /^[\uDC00-\uDFFF]/.test(cut) ? cut.slice(1) : cut
}
