/** What a search found. All of it was written elsewhere, by whomever. */
import type { DocumentType } from '../../search/document.ts'
import type { TextPart } from '../../search/query/words.ts'
import type { Time } from '../../vault/vault.ts'
import { type Html, html } from '../html.ts'
import type { Translator } from '../messages/index.ts'
import { tidy } from './parts.ts'
import { when } from './times.ts'

/** A document, by its best passage. */
export interface FoundDocument {
  readonly type: DocumentType
  readonly title: string
  /** What it is filed under; empty: nothing. */
  readonly place: string
  readonly modifiedAt?: Time | undefined
  /** Of the passage, where the document has pages. */
  readonly page?: number | undefined
  /** In this Nextcloud; absent: nowhere to open it. */
  readonly href?: string | undefined
  readonly passage: readonly TextPart[]
}

/** One page of what was found. */
export interface Found {
  /** Number of the first row, from one. */
  readonly from: number
  readonly rows: readonly FoundDocument[]
  readonly hasMore: boolean
  /** Whether the model gave no answer, so that the words alone were looked for. */
  readonly isByWordsOnly: boolean
  /** Documents that were left out because Nextcloud could not tell about them. */
  readonly unchecked: number
  /** What the person did not allow to be searched. */
  readonly notSearched: readonly DocumentType[]
}

/** Longer than names of apps: titles are what people know their documents by. */
const LONGEST_TITLE = 150
const LONGEST_PLACE = 200

/** @param hrefOf address of a page of the results */
export function foundList(
  say: Translator,
  { from, hasMore, isByWordsOnly, notSearched, rows, unchecked }: Found,
  hrefOf: (page: number) => string,
  { page: number }: { readonly page: number },
): Html {
  const last = from + rows.length - 1
  return html`<section aria-labelledby="results">
<h2 id="results">${
    rows.length > 0
      ? say('search.results', { from: String(from), to: String(last) })
      : say('search.nothing')
  }</h2>
${rows.length === 0 && html`<p>${say('search.nothing-hint')}</p>`}
${isByWordsOnly && html`<p class="note warning">${say('search.words-only')}</p>`}
${unchecked > 0 && html`<p class="note warning">${say('search.unchecked', { count: String(unchecked) })}</p>`}
${notSearched.map(type => html`<p class="next">${say('search.not-searched', { what: say(`search.types.${type}`) })}</p>`)}
${
  rows.length > 0 &&
  html`<ol class="cards" start="${from}">${rows.map(
    row => html`
<li>${foundCard(say, row)}</li>`,
  )}
</ol>`
}
${
  (number > 1 || hasMore) &&
  html`<nav class="actions" aria-label="${say('search.pages')}">
${number > 1 && html`<a class="button secondary" href="${hrefOf(number - 1)}">${say('search.previous')}</a>`}
${hasMore && html`<a class="button secondary" href="${hrefOf(number + 1)}">${say('search.next')}</a>`}
</nav>`
}
</section>`
}

function foundCard(say: Translator, row: FoundDocument): Html {
  const { href, modifiedAt, page, passage, type } = row
  const title = html`<bdi>${tidy(row.title, LONGEST_TITLE) || say('search.untitled')}</bdi>`
  const place = tidy(row.place, LONGEST_PLACE)
  return html`<h3>${href === undefined ? title : html`<a href="${href}" rel="noopener">${title}</a>`}</h3>
<p class="about">${say(`search.kind.${type}`)}${place !== '' && html` · <bdi>${place}</bdi>`}${
    page !== undefined && html` · ${say('search.page', { number: String(page) })}`
  }${modifiedAt !== undefined && html` · ${when(say.language, modifiedAt)}`}</p>
<p class="passage"><bdi>${passage.map(({ isWord, text }) => (isWord ? html`<mark>${text}</mark>` : text))}</bdi></p>`
}
