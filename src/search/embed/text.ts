/** Texts as they may be sent: never empty, never with half a character. */

/**
 * The beginning of a text, at most so long (UTF-16), cut between what readers see as characters;
 * within one that is longer than all of it, between code points.
 */
export function truncated(text: string, length: number): string {
  if (text.length <= length) return text
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  const { index = 0 } = graphemes.segment(text).containing(length) ?? {}
  if (index > 0) return text.slice(0, index)
  return text.slice(0, splitsPair(text, length) ? length - 1 : length)
}

/** Whether a cut there would part a surrogate pair. */
function splitsPair(text: string, at: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1))
}

/** Whether there is nothing in a text that could have a meaning. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cc}\p{Cf}]/u.test(text)
}
