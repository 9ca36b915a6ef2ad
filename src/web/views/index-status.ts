/** How far the index of a person's documents is, app by app, and what could not be indexed. */
import type { DocumentType } from '../../search/document.ts'
import type { JobCounts } from '../../search/status.ts'
import type { Time } from '../../vault/vault.ts'
import { type Html, html } from '../html.ts'
import { isMessageKey, type Translator, translator } from '../messages/index.ts'
import type { PageContext } from './context.ts'
import { button, postForm, tidy } from './parts.ts'
import { when } from './times.ts'

/** The documents of one app. Reasons are codes: what goes with them is for the log. */
export interface IndexedApp extends JobCounts {
  readonly type: DocumentType
  readonly documents: number
  /** When a listing last ended well. */
  readonly listedAt?: Time | undefined
  /** Why there is nothing, or nothing new. */
  readonly why?: string | undefined
}

/** A document that is left alone until somebody says otherwise. */
export interface FailedDocument {
  readonly type: DocumentType
  readonly id: string
  readonly name: string
  readonly why: string
}

/** How the index of a person is. */
export interface IndexStatus {
  /** Whether this server may work for the person; `unavailable`: nobody can allow it here. */
  readonly access: 'allowed' | 'not-allowed' | 'unavailable'
  /** Page on which it is allowed. */
  readonly allowHref: string
  /** Whether nothing is indexed for anybody just now. */
  readonly isHeldUp?: boolean
  /** Whether the index is made anew beside the one that is searched. */
  readonly isRebuilt?: boolean
  /** Why nothing of this person is indexed now. */
  readonly why?: string | undefined
  /** Empty: nothing was listed yet. Absent: the index does not tell. */
  readonly apps?: readonly IndexedApp[]
  readonly failures?: readonly FailedDocument[]
}

const LONGEST_NAME = 150

/** @param retryAction where the forms go that try again what failed */
export function indexStatus(
  context: PageContext,
  { access, allowHref, apps, failures = [], ...about }: IndexStatus,
  retryAction: string,
): Html {
  const say = translator(context.language)
  if (access !== 'allowed') {
    return html`<section aria-labelledby="index">
<h2 id="index">${say('index.none')}</h2>
<p>${say(`index.${access}`)}</p>
${access === 'not-allowed' && html`<p><a class="button" href="${allowHref}">${say('index.allow')}</a></p>`}
</section>`
  }
  const failed = (apps ?? []).reduce((sum, app) => sum + app.failed, 0)
  return html`<section aria-labelledby="index">
<h2 id="index">${say('index.title')}</h2>
${about.isHeldUp && html`<p class="note warning">${say('index.held-up')}</p>`}
${about.isRebuilt && html`<p class="note">${say('index.rebuilt')}</p>`}
${about.why !== undefined && html`<p class="note warning">${reason(say, about.why)}</p>`}
${apps === undefined && html`<p class="note warning">${say('index.silent')}</p>`}
${apps?.length === 0 && html`<p>${say('index.begins')}</p>`}
${
  apps !== undefined &&
  apps.length > 0 &&
  html`<ul class="cards">${apps.map(
    app => html`
<li>${appCard(say, app)}</li>`,
  )}
</ul>`
}
</section>
${failures.length > 0 && failureList(context, failures, Math.max(failed, failures.length), retryAction)}`
}

function appCard(say: Translator, app: IndexedApp): Html {
  const { documents, failed, listedAt, type, why } = app
  const waiting = app.waiting + app.running
  const fact = (
    term: Html,
    value: string | Html,
  ) => html`<div><dt>${term}</dt><dd>${value}</dd></div>
`
  return html`<h3 id="index-${type}">${say(`search.types.${type}`)}</h3>
${
  waiting > 0 &&
  html`<progress aria-labelledby="index-${type}" max="${documents + waiting}" value="${documents}"></progress>`
}
<dl class="facts">
${fact(say('index.documents'), String(documents))}
${waiting > 0 && fact(say('index.waiting'), String(waiting))}
${failed > 0 && fact(say('index.failed'), String(failed))}
${fact(say('index.listed'), listedAt === undefined ? say('index.never') : when(say.language, listedAt))}
${why !== undefined && fact(say('index.why'), reason(say, why))}
</dl>`
}

function failureList(
  context: PageContext,
  failures: readonly FailedDocument[],
  count: number,
  retryAction: string,
): Html {
  const say = translator(context.language)
  return html`<section aria-labelledby="failures">
<h2 id="failures">${say('index.failures', { count: String(count) })}</h2>
<p>${say('index.failures-hint')}</p>
<ul class="cards">${failures.map(
    failure => html`
<li>${failedCard(context, say, failure, retryAction)}</li>`,
  )}
</ul>
${count > failures.length && html`<p class="next">${say('index.more', { count: String(count - failures.length) })}</p>`}
<div class="actions">${button(context, retryAction, say('index.retry-all'), 'secondary')}</div>
</section>`
}

function failedCard(
  context: PageContext,
  say: Translator,
  { id, name, type, why }: FailedDocument,
  retryAction: string,
): Html {
  const title = html`<bdi>${tidy(name, LONGEST_NAME) || say('search.untitled')}</bdi>`
  return html`<h3>${title}</h3>
<p class="about">${say(`search.kind.${type}`)}</p>
<p>${reason(say, why)}</p>
<div class="actions">${postForm(
    context,
    retryAction,
    html`<input type="hidden" name="type" value="${type}">
<input type="hidden" name="id" value="${id}">
<button type="submit" class="secondary">${say('index.retry')} <span class="hidden">${title}</span></button>`,
  )}</div>`
}

/** In words; what has none, an administrator finds in the log. */
function reason(say: Translator, code: string): Html {
  const key = `why.${code}` as const
  return isMessageKey(key) ? say(key) : say('why.OTHER')
}
