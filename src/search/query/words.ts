/** Words of a query in a text: how many are there, and where. */

/** Runs of letters and digits, as the word index splits texts. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu
/** Shorter words are in every text and tell none apart, save numbers. */
const LEAST_LETTERS = 3

/** The words of a query that tell texts apart, folded; all of its words where none does. */
export function wordsOf(query: string): ReadonlySet<string> {
  const words = [...query.matchAll(WORD)].map(([word]) => folded(word))
  const telling = words.filter(word => word.length >= LEAST_LETTERS || /\p{N}/u.test(word))
  return new Set(telling.length > 0 ? telling : words)
}

/** The share of the words that a text has, 0 to 1. */
export function shareOf(words: ReadonlySet<string>, text: string): number {
  if (words.size === 0) return 0
  const present = new Set<string>()
  for (const [word] of text.matchAll(WORD)) {
    const plain = folded(word)
    if (words.has(plain)) present.add(plain)
  }
  return present.size / words.size
}

/** The text with each of the words between two asterisks. */
export function marked(words: ReadonlySet<string>, text: string): string {
  return text.replace(WORD, word => (words.has(folded(word)) ? `**${word}**` : word))
}

/** Without case and diacritics. */
function folded(word: string): string {
  return word
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
}
