/**
 * Text as the words it is found by: the same for what is stored and for what is asked.
 *
 * Scripts that put no spaces between words become overlapping pairs of characters, so that any part
 * of a sentence is found; an index of all three-character sequences of every script would take as
 * much room as the text.
 */

/** Changes whenever the same text may become other words: what was stored before has to be read anew. */
export const WORDS_VERSION = `1 unicode ${process.versions.unicode}`

const WORD = /[\p{L}\p{N}\p{M}]+/gu
/** Accents and points, which people leave out; in other scripts such marks are vowels. */
const MARKS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g
const UNSPACED =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\u30fc\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]'
const IS_UNSPACED = new RegExp(UNSPACED, 'u')
const RUN = new RegExp(`${UNSPACED}+|(?:(?!${UNSPACED}).)+`, 'gu')
/** What is longer is no word: it is encoded data. */
const LONGEST = 64

/** A word that is looked for. */
export interface QueryWord {
  readonly text: string
  /** Whether words that begin with it count as well. */
  readonly isPrefix: boolean
}

/** The words of a text in order, folded: without case, accents and the width of characters. */
export function wordsOf(text: string): string[] {
  return runsOf(text).flatMap(run => (run.isUnspaced ? pairsToStore(run.text) : run.text))
}

/** The different words of a question, in order. */
export function queryWordsOf(text: string): QueryWord[] {
  const words = new Map<string, QueryWord>()
  for (const run of runsOf(text)) {
    for (const word of run.isUnspaced ? pairsToFind(run.text) : [whole(run.text)]) {
      if (!words.has(word.text)) words.set(word.text, word)
    }
  }
  return [...words.values()]
}

/** Whether a word is a pair of characters out of text without spaces. */
export function isPair(word: string): boolean {
  return IS_UNSPACED.test(word)
}

interface Run {
  readonly text: string
  readonly isUnspaced: boolean
}

function runsOf(text: string): Run[] {
  return (fold(text).match(WORD) ?? []).flatMap(word => {
    if (!IS_UNSPACED.test(word)) return { text: shortened(word), isUnspaced: false }
    return (word.match(RUN) ?? []).map(run =>
      IS_UNSPACED.test(run)
        ? { text: run, isUnspaced: true }
        : { text: shortened(run), isUnspaced: false },
    )
  })
}

function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
}

/** Each character begins one, the last one alone, so that a single character is found as a prefix. */
function pairsToStore(run: string): string[] {
  const characters = [...run]
  return characters.map((character, at) => character + (characters[at + 1] ?? ''))
}

function pairsToFind(run: string): QueryWord[] {
  const pairs = pairsToStore(run)
  return pairs.length === 1 ? [{ text: run, isPrefix: true }] : pairs.slice(0, -1).map(whole)
}

function whole(text: string): QueryWord {
  return { text, isPrefix: false }
}

function shortened(word: string): string {
  return word.length <= LONGEST ? word : [...word].slice(0, LONGEST).join('')
}
