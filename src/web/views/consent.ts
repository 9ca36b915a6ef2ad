/** Pages on which a person decides what may be done in their name. */
import { type Html, html } from '../html.ts'
import { type PlainKey, type Translator, translator } from '../messages/index.ts'
import { boxes, type ScopeArea } from './areas.ts'
import { nextcloudHost, overviewPath, type PageContext } from './context.ts'
import { page } from './page.ts'
import { host, name, plainName, postForm, tidy, website } from './parts.ts'

/** Why a page with boxes is shown once more. */
export type ChoiceProblem = 'nothing-chosen' | 'try-again'

/** Name of the two buttons; their values are `allow` and `deny`. */
export const DECISION_FIELD = 'decision'

/** Where the browser goes when the decision is made. */
export interface RedirectTarget {
  /** Host and port, as a browser would show them (`URL.host`). */
  readonly host: string
  /** Whether it is a port of the person's own computer, which any program may listen on. */
  readonly isLoopback: boolean
  /** For an app's own scheme, such as `cursor`, where the host tells nothing (RFC 8252 7.1). */
  readonly scheme?: string | undefined
}

/** Data of {@link consentPage}. */
export interface Consent {
  /** Where the form goes: `scopes` (repeated), `decision` and `csrf`. */
  readonly action: string
  /** As the client says of itself: nothing of it is to be trusted. */
  readonly client: { readonly name: string; readonly website?: string | undefined }
  readonly redirect: RedirectTarget
  readonly areas: readonly ScopeArea[]
  /** The account in Nextcloud that is known already; absent: Nextcloud comes next. */
  readonly account?: string | undefined
  readonly problem?: ChoiceProblem | undefined
}

/** An AI client asks to be let in. */
export function consentPage(context: PageContext, consent: Consent): string {
  const say = translator(context.language)
  const { account, areas, client, problem } = consent
  const unnamed = say.text('unnamed-app')
  return page(context, {
    title: say.text('consent.title', { client: plainName(client.name, unnamed) }),
    isProblem: problem !== undefined,
    main: html`${complaint(say, problem)}
<h1>${say('consent.title', { client: name(client.name, unnamed) })}</h1>
<p class="lead">${say('consent.lead', { host: host(nextcloudHost(context)) })}</p>
${identity(context, consent)}
${warning(say, consent.redirect)}
${postForm(
  context,
  consent.action,
  choice(say, areas, { asked: 'areas.asked', more: 'areas.more', hint: 'areas.more-hint' }),
  decision(say, account, 'consent.as-account'),
)}`,
  })
}

/** Who asks: what it says of itself, and where the person will end up. */
function identity(context: PageContext, consent: Consent): Html {
  const say = translator(context.language)
  const { account, client, redirect } = consent
  const site = website(client.website)
  return html`<dl class="facts">
<div><dt>${say('consent.name')}</dt>
<dd><strong>${name(client.name, say.text('unnamed-app'))}</strong>
<small>${say('consent.name-unchecked')}</small></dd></div>
${site && html`<div><dt>${say('consent.website')}</dt><dd>${site}</dd></div>`}
<div><dt>${say('consent.returns')}</dt><dd>${destination(say, redirect)}</dd></div>
${
  account !== undefined &&
  html`<div><dt>${say('consent.account')}</dt><dd>${name(account, account)}</dd></div>`
}
</dl>`
}

function destination(say: Translator, redirect: RedirectTarget): Html {
  const place = html`<strong>${host(redirect.host)}</strong>`
  if (redirect.isLoopback) return say('consent.loopback', { redirect: place })
  if (redirect.scheme === undefined) return place
  return say('consent.scheme', { scheme: html`<strong>${schemeName(redirect.scheme)}</strong>` })
}

/** As people see schemes: with or without a colon before, `cursor://`. */
function schemeName(scheme: string): Html {
  return host(`${scheme.replace(/:.*$/s, '')}://`)
}

function warning(say: Translator, redirect: RedirectTarget): Html {
  if (!redirect.isLoopback && redirect.scheme === undefined) {
    const place = html`<strong>${host(redirect.host)}</strong>`
    return html`<p class="note">${say('consent.host-warning', { redirect: place })}</p>`
  }
  const [title, text] = redirect.isLoopback
    ? [say('consent.loopback-title'), say('consent.loopback-warning')]
    : [
        say('consent.scheme-title'),
        say('consent.scheme-warning', { scheme: schemeName(redirect.scheme ?? '') }),
      ]
  return html`<div class="note warning"><h2>${title}</h2><p>${text}</p></div>`
}

/** What went wrong the last time, before anything else. */
function complaint(say: Translator, problem: ChoiceProblem | undefined): Html | undefined {
  return problem && html`<p class="note problem" role="alert">${say(`problem.${problem}`)}</p>`
}

/** Texts around the boxes. */
interface ChoiceTexts {
  readonly asked: PlainKey
  readonly more: PlainKey
  readonly hint: PlainKey
}

/** Boxes: what is asked for in plain view, the rest behind a fold. */
function choice(say: Translator, areas: readonly ScopeArea[], texts: ChoiceTexts): Html {
  const all = areas.flatMap(({ choices }) => choices)
  const rest = all.filter(({ asked }) => !asked)
  if (rest.length === 0 || rest.length === all.length) {
    return html`<h2>${say(texts.asked)}</h2>
${boxes(say, areas)}`
  }
  // What is ticked must be seen.
  const open = rest.some(({ checked }) => checked) && html` open`
  return html`<h2>${say(texts.asked)}</h2>
${boxes(say, areas, ({ asked }) => asked)}
<details${open}>
<summary>${say(texts.more)}</summary>
<p>${say(texts.hint)}</p>
${boxes(say, areas, ({ asked }) => !asked)}
</details>`
}

function decision(
  say: Translator,
  account: string | undefined,
  asAccount: 'consent.as-account' | 'access.as-account' | 'access.as-account-one',
): Html {
  const isNextcloudNext = account === undefined
  const known = account === undefined ? '' : tidy(account) || account
  const next = isNextcloudNext
    ? say('consent.nextcloud-next')
    : say(asAccount, { account: html`<strong>${name(known, known)}</strong>` })
  return html`<p class="next">${next}</p>
<div class="actions">
<button type="submit" name="${DECISION_FIELD}" value="allow">${
    isNextcloudNext ? say('decision.continue') : say('decision.allow')
  }</button>
<button type="submit" name="${DECISION_FIELD}" value="deny" class="secondary">${say('decision.deny')}</button>
</div>`
}

/** Data of {@link accessPage}. */
export interface AccessRequest {
  /** Where the form goes: `scopes` (repeated), `decision` and `csrf`. */
  readonly action: string
  readonly areas: readonly ScopeArea[]
  /** `background`: for work while the person is away; default: for AI clients. */
  readonly purpose?: 'access' | 'background' | undefined
  /** The one client that it is for; absent: for whichever. */
  readonly clientName?: string | undefined
  /** As in {@link Consent}. */
  readonly account?: string | undefined
  readonly problem?: ChoiceProblem | undefined
}

/**
 * This server itself asks for access to Nextcloud: for a person whose AI clients sign in at an
 * identity provider, for one client once more, or for background work.
 */
export function accessPage(context: PageContext, request: AccessRequest): string {
  const say = translator(context.language)
  const { account, areas, clientName, problem, purpose } = request
  const nextcloud = { host: host(nextcloudHost(context)) }
  const isAny = purpose !== 'background' && clientName === undefined
  const client = clientName ?? ''
  const unnamed = say.text('unnamed-app')
  const [title, heading, lead] =
    purpose === 'background'
      ? [
          say.text('access.title-background'),
          say('access.title-background'),
          say('access.lead-background', nextcloud),
        ]
      : isAny
        ? [
            say.text('access.title'),
            say('access.title'),
            say(account === undefined ? 'access.lead' : 'access.lead-known', nextcloud),
          ]
        : [
            say.text('access.title-one', { client: plainName(client, unnamed) }),
            say('access.title-one', { client: name(client, unnamed) }),
            say('access.lead-one', nextcloud),
          ]
  const asked = isAny ? 'access.areas' : 'access.areas-one'
  return page(context, {
    title,
    isProblem: problem !== undefined,
    main: html`${complaint(say, problem)}
<h1>${heading}</h1>
<p class="lead">${lead}</p>
${postForm(
  context,
  request.action,
  choice(say, areas, { asked, more: 'access.more', hint: 'access.more-hint' }),
  decision(say, account, isAny ? 'access.as-account' : 'access.as-account-one'),
)}`,
  })
}

/**
 * Background access, before an identity provider is asked for it: many ask nothing themselves, and
 * following a link is not yet a decision.
 */
export function backgroundPage(context: PageContext, action: string): string {
  const say = translator(context.language)
  return page(context, {
    title: say.text('access.title-background'),
    main: html`<h1>${say('access.title-background')}</h1>
<p class="lead">${say('background.lead', { host: host(nextcloudHost(context)) })}</p>
${postForm(
  context,
  action,
  html`<p class="next">${say('background.next')}</p>
<div class="actions">
<button type="submit" name="${DECISION_FIELD}" value="allow">${say('decision.allow')}</button>
<button type="submit" name="${DECISION_FIELD}" value="deny" class="secondary">${say('decision.deny')}</button>
</div>`,
)}`,
  })
}

/** Data of {@link connectionPage}. */
export interface ConnectionChange {
  /** Where the form goes: `scopes` (repeated) and `csrf`. */
  readonly action: string
  /** Absent: for whichever client. */
  readonly clientName: string | undefined
  readonly areas: readonly ScopeArea[]
  readonly problem?: ChoiceProblem | undefined
}

/** Change what a client may do. */
export function connectionPage(context: PageContext, change: ConnectionChange): string {
  const say = translator(context.language)
  const { action, areas, clientName, problem } = change
  const unnamed = say.text('unnamed-app')
  const isAny = clientName === undefined
  return page(context, {
    title: isAny
      ? say.text('connection.title-any')
      : say.text('connection.title', { client: plainName(clientName, unnamed) }),
    isProblem: problem !== undefined,
    main: html`${complaint(say, problem)}
<h1>${
      isAny
        ? say('connection.title-any')
        : say('connection.title', { client: name(clientName, unnamed) })
    }</h1>
<p class="lead">${say('connection.lead')}</p>
${postForm(
  context,
  action,
  html`${boxes(say, areas)}
<div class="actions">
<button type="submit">${say('connection.save')}</button>
<a class="button secondary" href="${overviewPath(context)}">${say('cancel')}</a>
</div>`,
)}`,
  })
}
