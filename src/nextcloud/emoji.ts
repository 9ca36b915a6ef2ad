/** The emoji that several apps put beside a name or a status. */

/**
 * Whether a text is one emoji as Nextcloud takes it; several of its apps fail for others with an
 * internal error.
 */
export function isEmoji(text: string): boolean {
  const [, ...others] = new Intl.Segmenter().segment(text)
  const isOne = others.length === 0 && /\p{Extended_Pictographic}/u.test(text)
  return isOne && [...text].length <= 8
}
