/** Search in one's own Nextcloud: the question, what was found, and how far the index is. */
import type { DocumentType } from '../../search/document.ts'
import { MODES, type SearchMode } from '../../search/query/request.ts'
import { assetPath } from '../assets.ts'
import { type Html, html } from '../html.ts'
import { type Translator, translator } from '../messages/index.ts'
import { overviewPath, type PageContext } from './context.ts'
import { type IndexStatus, indexStatus } from './index-status.ts'
import { page } from './page.ts'
import { type Found, foundList } from './search-results.ts'

export type { FailedDocument, IndexedApp, IndexStatus } from './index-status.ts'
export type { Found, FoundDocument } from './search-results.ts'

/** Names of what the address of the page says. */
export const SEARCH_FIELDS = { query: 'q', types: 'types', mode: 'mode', page: 'page' } as const

/** What was asked. */
export interface Question {
  /** Empty: nothing yet. */
  readonly query: string
  /** None: all there are. */
  readonly types: readonly DocumentType[]
  readonly mode: SearchMode
  /** From one. */
  readonly page: number
}

/** Why there is no answer. */
export type SearchProblem = 'too-long' | 'too-many' | 'not-allowed' | 'model-down' | 'search-down'

/** Data of {@link searchPage}. */
export interface SearchView {
  /** Where the form goes, by GET. */
  readonly action: string
  readonly longestQuery: number
  /** What can be searched. */
  readonly types: readonly DocumentType[]
  readonly question: Question
  /** Absent: nothing was asked, or there was no answer. */
  readonly found?: Found | undefined
  readonly problem?: SearchProblem | undefined
  readonly index: IndexStatus
  /** Where the forms go that try again what failed: `csrf`, and `type` and `id` for one of them. */
  readonly retryAction: string
  /** Whether that was just done. */
  readonly isRetried?: boolean
}

/** The search page. */
export function searchPage(context: PageContext, view: SearchView): string {
  const say = translator(context.language)
  const { found, index, isRetried, problem, question } = view
  const isProblem = problem !== undefined && problem !== 'not-allowed'
  return page(context, {
    title: say.text('search.title'),
    isProblem,
    head: html`<link rel="stylesheet" href="${context.base}${assetPath('search.css')}">`,
    main: html`<p><a href="${overviewPath(context)}">${say('to-overview')}</a></p>
${isRetried && html`<p class="note done" role="status">${say('search.retried')}</p>`}
${isProblem && html`<p class="note problem" role="alert">${say(`search.problem.${problem}`)}</p>`}
<h1>${say('search.title')}</h1>
${index.access === 'allowed' && searchForm(say, view)}
${found && foundList(say, found, number => addressOf(view, { ...question, page: number }), question)}
${indexStatus(context, index, view.retryAction)}`,
  })
}

function addressOf({ action }: SearchView, { query, types, mode, page: number }: Question): string {
  const fields = new URLSearchParams({ [SEARCH_FIELDS.query]: query })
  for (const type of types) fields.append(SEARCH_FIELDS.types, type)
  fields.set(SEARCH_FIELDS.mode, mode)
  fields.set(SEARCH_FIELDS.page, String(number))
  return `${action}?${fields}`
}

function searchForm(say: Translator, { action, longestQuery, question, types }: SearchView): Html {
  const { mode, query } = question
  const isPlain = question.types.length === 0 && mode === 'hybrid'
  const option = (each: SearchMode) =>
    html`<option value="${each}"${each === mode && html` selected`}>${say(`search.mode.${each}`)}</option>`
  const box = (type: DocumentType) => {
    const isTicked = question.types.includes(type)
    return html`
<label class="choice"><input type="checkbox" name="${SEARCH_FIELDS.types}" value="${type}"${isTicked && html` checked`}><span>${say(`search.types.${type}`)}</span></label>`
  }
  return html`<form method="get" action="${action}" role="search">
<label for="query">${say('search.label')}</label>
<div class="ask">
<input type="search" id="query" name="${SEARCH_FIELDS.query}" value="${query}" maxlength="${longestQuery}" autocomplete="off" required>
<button type="submit">${say('search.go')}</button>
</div>
<details${!isPlain && html` open`}>
<summary>${say('search.options')}</summary>
<fieldset><legend>${say('search.where')}</legend>${types.map(box)}
</fieldset>
<p class="next">${say('search.where-hint')}</p>
<label for="mode">${say('search.how')}</label>
<select id="mode" name="${SEARCH_FIELDS.mode}">${MODES.map(option)}</select>
</details>
</form>`
}
