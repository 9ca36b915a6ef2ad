/** The text of a mail, for reading. Nothing that it names is ever fetched. */
import { htmlToMarkdown } from '../../documents/html.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Message } from './shapes.ts'

/** Most characters of a text in one answer. */
export const MOST_CHARACTERS = 40_000

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#039;': "'",
  '&amp;': '&',
}

/** The text of a mail: Markdown where it was HTML; null where the mail cannot be decrypted. */
export function textOf({ body, signature, hasHtmlBody }: Message): string | null {
  if (body === null) return null
  if (hasHtmlBody) return htmlToMarkdown(withBlockedImages(body))
  const text = plain(body)
  return signature === null ? text.trimEnd() : `${text}-- \n${plain(signature)}`.trimEnd()
}

/**
 * The Mail app hides pictures from elsewhere until somebody wants to see them. Their alternative
 * text may be all that a newsletter says.
 */
function withBlockedImages(html: string): string {
  return html.replaceAll(/<img\b[^<>]*>/g, image =>
    /\bdata-original-src=/.test(image) ? image.replace(/\bstyle="[^"]*"/, '') : image,
  )
}

/**
 * Text as it was before the Mail app made HTML of it, which it does to every plain text: it
 * escapes it and puts links around addresses.
 */
function plain(html: string): string {
  return html
    .replaceAll('\r\n', '\n')
    .replaceAll(/<\/?a\b[^<>]*>/g, '')
    .replaceAll(/&(?:lt|gt|quot|#039|amp);/g, entity => ENTITIES[entity] ?? entity)
}

/** A stretch of a text, and where the next one begins. */
export interface Stretch {
  text: string
  next: number | undefined
}

/**
 * The stretch of a text from `offset` on, in UTF-16 units; no character is cut in two.
 * @throws CodedError `BAD_INPUT` for an offset behind the end
 */
export function stretchOf(text: string, offset: number, most = MOST_CHARACTERS): Stretch {
  if (offset > 0 && offset >= text.length) {
    throw badInput(`offset: the text has only ${text.length} characters`, 'Read it from 0.')
  }
  let end = Math.min(offset + most, text.length)
  if (end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1] ?? '')) end--
  return { text: text.slice(offset, end), next: end < text.length ? end : undefined }
}
