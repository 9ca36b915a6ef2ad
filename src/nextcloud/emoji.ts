/** The emoji that several apps put beside a name or a status. */

/** Pictures, flags and keycaps. */
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u

/**
 * Whether a text is one emoji as Nextcloud takes it; several of its apps fail for others with an
 * internal error.
 */
export function isEmoji(text: string): boolean {
  const [, ...others] = new Intl.Segmenter().segment(text)
  return others.length === 0 && EMOJI.test(text) && [...text].length <= 8
}
