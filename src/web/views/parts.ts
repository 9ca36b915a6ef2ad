/** Small parts of pages, above all text from elsewhere in a form that cannot mislead. */
import { type Html, html, type Part } from '../html.ts'
import { CSRF_FIELD, type PageContext } from './context.ts'

/** Longest name that is shown, in characters as people count them. */
const LONGEST_NAME = 60

/** Longest host that can exist, with its port (RFC 1035 2.3.4). */
const LONGEST_HOST = 259

/** Of a text of any length, so much is looked at. */
const LOOKED_AT = 2_000

const SPACES = /[\s\p{Cc}\p{Zl}\p{Zp}\u2800]+/gu

/** Invisible, or turning the text around; joiners and emoji style belong to what is seen. */
const UNSEEN = /(?!\u200c|\u200d|\ufe0f)[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu
const ANYTHING_SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Text from elsewhere on one line: without what cannot be seen, without direction marks, shortened.
 * @returns empty where nothing is left to see
 */
export function tidy(text: string, longest = LONGEST_NAME): string {
  const line = text
    .slice(0, LOOKED_AT)
    .toWellFormed()
    .replace(SPACES, ' ')
    .replace(UNSEEN, '')
    .replace(STACKED_MARKS, '$1')
    .trim()
  if (!ANYTHING_SEEN.test(line)) return ''
  const characters = Array.from(graphemes.segment(line), ({ segment }) => segment)
  const short = characters.slice(0, longest).join('')
  // One character can be joined from any number of others.
  const capped = [...short].slice(0, longest * 4).join('')
  return capped.length < line.length ? `${capped.trimEnd()}…` : capped
}

/** A name from elsewhere, isolated so that its direction does not affect what stands around it. */
export function name(text: string, fallback: string): Html {
  return html`<bdi>${tidy(text) || fallback}</bdi>`
}

/** The same within plain text, isolated by characters (UAX 9, 2.4.2): for titles. */
export function plainName(text: string, fallback: string): string {
  return `\u2068${tidy(text) || fallback}\u2069`
}

/** A host, or a scheme: shown in full, and if it is too long to be real, the end of it: it counts. */
export function host(text: string): Html {
  const end = tidy(text.slice(-LONGEST_HOST), LONGEST_HOST)
  return html`<bdi dir="ltr">${text.length > LONGEST_HOST && '…'}${end}</bdi>`
}

/** An address of the web; undefined for any other, such as `javascript:`. */
export function webAddress(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text)
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined
}

/** A link to a site that somebody else named; nothing where it is none. */
export function website(text: string | undefined): Html | undefined {
  const url = webAddress(text)
  if (url === undefined) return undefined
  return html`<a href="${url.href}" rel="noopener noreferrer nofollow" target="_blank">${host(url.host)}</a>`
}

/** A form with its token. */
export function postForm(context: PageContext, action: string, ...content: Part[]): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="${CSRF_FIELD}" value="${context.csrf}">
${content}
</form>`
}

/** A form that is nothing but a button. */
export function button(context: PageContext, action: string, label: Part, look: string): Html {
  return postForm(context, action, html`<button type="submit" class="${look}">${label}</button>`)
}
