/** The words of a text, as an index without a word list of its own compares them. */
import { fold } from '../text/fold.ts'

/** Runs of letters and digits, with the marks that belong to them. */
const RUN = /[\p{L}\p{N}]+/gu
/** Scripts that put no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu
/** Longer ones are no words but data, such as encoded images. */
const LONGEST = 64

/**
 * Words in their order, folded, each as often as it is there. What is written without spaces is
 * cut into pairs of letters, which find each other in any longer text.
 */
export function wordsOf(text: string): string[] {
  return (fold(text).match(RUN) ?? [])
    .flatMap(run => [...pairsIn(run), ...run.split(UNSPACED)])
    .filter(word => word !== '' && word.length <= LONGEST)
}

function pairsIn(run: string): string[] {
  return (run.match(UNSPACED) ?? []).flatMap(part => {
    const letters = [...part]
    if (letters.length === 1) return letters
    return letters.slice(1).map((letter, at) => `${letters[at]}${letter}`)
  })
}
