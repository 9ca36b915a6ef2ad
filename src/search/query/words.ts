/** Words of a query in a text: how many are there, and where. */
import { fold } from '../../text/fold.ts'
import { isPair, queryWordsOf, wordsOf } from '../index/words.ts'

/** Such words are in every text. */
const SHORT = /^\p{L}{1,2}$/u
/** A word as it is written. */
const RUN = /[\p{L}\p{N}\p{M}]+/gu

/** The words of a query that tell texts apart; all of its words where none does. */
export function tellingWords(query: string): ReadonlySet<string> {
  const words = queryWordsOf(query).map(({ text }) => text)
  const telling = words.filter(word => isPair(word) || !SHORT.test(word))
  return new Set(telling.length > 0 ? telling : words)
}

/** The share of the words that a text has, 0 to 1. */
export function shareOf(words: ReadonlySet<string>, text: string): number {
  const there = new Set(wordsOf(text))
  const found = [...words].filter(word => there.has(word))
  return words.size === 0 ? 0 : found.length / words.size
}

/** A part of a text: one of the words looked for, or what stands between them. */
export interface TextPart {
  readonly text: string
  readonly isWord: boolean
}

/** A text cut where the words stand in it; joined it is the same text. */
export function cutAtWords(words: ReadonlySet<string>, text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const { 0: word, index } of text.matchAll(RUN)) {
    if (!words.has(fold(word))) continue
    if (index > end) parts.push({ text: text.slice(end, index), isWord: false })
    parts.push({ text: word, isWord: true })
    end = index + word.length
  }
  if (end < text.length) parts.push({ text: text.slice(end), isWord: false })
  return parts
}

/** The text with each of the words between two pairs of asterisks. */
export function marked(words: ReadonlySet<string>, text: string): string {
  return cutAtWords(words, text)
    .map(part => (part.isWord ? `**${part.text}**` : part.text))
    .join('')
}
