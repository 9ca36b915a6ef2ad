/** The passage that matched, as much of it as a page shows, cut at the query's words. */
import { cutAtWords, type TextPart, tellingWords } from '../search/query/words.ts'
import { tidy } from './views/parts.ts'

/** Characters of a passage that are shown. */
const LONGEST = 500
/** What stands before the first word in a passage whose beginning is left out. */
const LEAD = 120

/** One line of a passage: around the first of the query's words, if it is a long one. */
export function passageOf(passage: string, query: string): TextPart[] {
  const words = tellingWords(query)
  return cutAtWords(words, tidy(fromFirstWord(words, passage), LONGEST))
}

function fromFirstWord(words: ReadonlySet<string>, text: string): string {
  const [first, second] = cutAtWords(words, text)
  const at = first?.isWord === false && second !== undefined ? first.text.length : 0
  if (text.length <= LONGEST || at <= LEAD) return text
  const space = text.indexOf(' ', at - LEAD)
  return `… ${text.slice(space >= 0 && space < at ? space + 1 : at)}`
}
