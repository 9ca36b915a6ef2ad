/** What is connected, and what may be done in the background. */
import type { Scope } from '../../identity/scopes.ts'
import type { Time } from '../../vault/vault.ts'
import { type Html, html } from '../html.ts'
import { translator } from '../messages/index.ts'
import { summary } from './areas.ts'
import type { PageContext } from './context.ts'
import { page } from './page.ts'
import { button, host, name, website } from './parts.ts'
import { when } from './times.ts'

/** An AI client that has access. */
export interface Connection {
  /** Tells it from the others on the page. */
  readonly key: string
  /** Absent: for whichever client. */
  readonly clientName: string | undefined
  readonly website?: string | undefined
  readonly redirectHost?: string | undefined
  readonly scopes: readonly Scope[]
  readonly connectedAt: Time
  readonly lastUsedAt?: Time | undefined
  /** Where the form of its button goes: `csrf`. */
  readonly revokeAction: string
  /** Page on which its scopes are changed. */
  readonly editHref: string
}

/** Access while the person is away. */
export interface BackgroundAccess {
  /** `unavailable`: not offered here. */
  readonly state: 'off' | 'on' | 'unavailable'
  readonly since?: Time | undefined
  /** Where the buttons' forms go: `csrf`. */
  readonly onAction: string
  readonly offAction: string
}

/** What was just done. */
export type Notice = 'revoked' | 'background-on' | 'background-off' | 'scopes-saved'

/** Data of {@link overviewPage}. */
export interface Overview {
  readonly connections: readonly Connection[]
  readonly background: BackgroundAccess
  readonly notice?: Notice | undefined
  readonly logHref: string
  /** Absent where there is no search. */
  readonly searchHref?: string | undefined
  /** Where the form of the sign-out button goes: `csrf`. */
  readonly signOutAction: string
}

/** The first page for who is signed in. */
export function overviewPage(context: PageContext, overview: Overview): string {
  const say = translator(context.language)
  const { background, connections, logHref, notice, searchHref, signOutAction } = overview
  return page(context, {
    title: say.text('overview.title'),
    signOutAction,
    main: html`${notice && html`<p class="note done" role="status">${say(`notice.${notice}`)}</p>`}
<h1>${say('overview.title')}</h1>
<section aria-labelledby="connected">
<h2 id="connected">${say('overview.connected')}</h2>
${
  connections.length > 0
    ? html`<ul class="cards">${connections.map(
        each => html`
<li>${connectionCard(context, each)}</li>`,
      )}
</ul>`
    : html`<p>${say('overview.none')}</p><p>${say('overview.none-hint')}</p>`
}
</section>
${backgroundSection(context, background)}
${
  searchHref !== undefined &&
  html`<section aria-labelledby="search">
<h2 id="search">${say('overview.search-title')}</h2>
<p>${say('overview.search-text')}</p>
<p><a class="button secondary" href="${searchHref}">${say('overview.search-link')}</a></p>
</section>`
}
<section aria-labelledby="log">
<h2 id="log">${say('overview.log-title')}</h2>
<p>${say('overview.log-text')}</p>
<p><a class="button secondary" href="${logHref}">${say('overview.log-link')}</a></p>
</section>`,
  })
}

function connectionCard(context: PageContext, connection: Connection): Html {
  const say = translator(context.language)
  const { connectedAt, lastUsedAt, redirectHost, scopes } = connection
  const client =
    connection.clientName === undefined
      ? say('overview.any')
      : name(connection.clientName, say.text('unnamed-app'))
  const site = website(connection.website)
  const fact = (term: Html, value: Html) => html`<div><dt>${term}</dt><dd>${value}</dd></div>
`
  return html`<h3>${client}</h3>
<dl class="facts">
${site && fact(say('overview.website'), site)}
${redirectHost !== undefined && fact(say('overview.redirect'), host(redirectHost))}
${fact(say('overview.may'), scopes.length > 0 ? summary(say, scopes) : say('overview.may-nothing'))}
${fact(say('overview.since'), when(context.language, connectedAt))}
${fact(
  say('overview.last-used'),
  lastUsedAt === undefined ? say('overview.never-used') : when(context.language, lastUsedAt),
)}
</dl>
<div class="actions">
<a class="button secondary" href="${connection.editHref}">${say('overview.change')} <span class="hidden">${say('overview.change-of', { client })}</span></a>
${button(
  context,
  connection.revokeAction,
  html`${say('overview.revoke')} <span class="hidden">${client}</span>`,
  'danger',
)}
</div>`
}

function backgroundSection(context: PageContext, background: BackgroundAccess): Html {
  const say = translator(context.language)
  const { offAction, onAction, since, state } = background
  const onSince = () =>
    since === undefined
      ? say('background.on')
      : say('background.on-since', { time: when(context.language, since) })
  const texts = {
    unavailable: () => html`<p>${say('background.unavailable')}</p>`,
    off: () => html`<p class="state">${say('background.off')}</p>
${toggle(onAction, say('background.turn-on'), '')}`,
    on: () => html`<p class="state on">${onSince()}</p>
${toggle(offAction, say('background.turn-off'), 'danger')}`,
  }
  const toggle = (action: string, label: Html, look: string) => {
    const what = html`<span class="hidden">: ${say('background.title')}</span>`
    return button(context, action, html`${label}${what}`, look)
  }
  return html`<section aria-labelledby="background">
<h2 id="background">${say('background.title')}</h2>
<p>${say('background.text')}</p>
${texts[state]()}
</section>`
}
