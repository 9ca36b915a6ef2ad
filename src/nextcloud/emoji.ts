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

/**
 * An emoji as keyboards write it: with the selector that has it drawn as a picture, where it is
 * text otherwise. Nextcloud takes both spellings, and takes them for different emoji.
 * @see https://www.unicode.org/reports/tr51/#def_fully_qualified_emoji
 */
export function fullyQualified(emoji: string): string {
  return emoji.replace(TEXT_BY_DEFAULT, '$&\uFE0F')
}

/** The emoji without these selectors; the same for all spellings of one emoji. */
export function unqualified(emoji: string): string {
  return emoji.replaceAll('\uFE0F', '')
}

/** What is text where no selector follows; a skin tone makes it a picture as well. */
const TEXT_BY_DEFAULT = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\uFE0F|\p{Emoji_Modifier})/gu
