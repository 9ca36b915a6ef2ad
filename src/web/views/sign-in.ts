/** Pages on the way in: signing in, and waiting for what happens in Nextcloud. */
import { assetPath } from '../assets.ts'
import { type Html, html } from '../html.ts'
import { type Translator, translator } from '../messages/index.ts'
import { nextcloudHost, overviewPath, type PageContext } from './context.ts'
import { page } from './page.ts'
import { button, host, name, postForm, webAddress } from './parts.ts'

/** Name of the field with the page to come back to. */
export const RETURN_FIELD = 'return_to'

/** How often the page loads itself again where no script runs. */
const RELOAD_AFTER_S = 4

/** Data of {@link signInPage}. */
export interface SignIn {
  /** Where the form goes: `return_to` and `csrf`. */
  readonly action: string
  /** Whether Nextcloud itself or an identity provider tells who somebody is. */
  readonly how: 'nextcloud' | 'provider'
  /** Path to come back to. */
  readonly returnTo: string
}

/** Nobody is signed in. */
export function signInPage(context: PageContext, signIn: SignIn): string {
  const say = translator(context.language)
  const { action, how, returnTo } = signIn
  // Who comes to a page of the account knows what for; who follows a link of an app, may not.
  const isLink = returnTo.startsWith(`${overviewPath(context)}/access/`)
  return page(context, {
    title: say.text('sign-in.title'),
    main: html`<h1>${say('sign-in.title')}</h1>
<p class="lead">${
      isLink
        ? say('sign-in.lead-link')
        : say('sign-in.lead', { host: host(nextcloudHost(context)) })
    }</p>
${postForm(
  context,
  action,
  html`<input type="hidden" name="${RETURN_FIELD}" value="${returnTo}">
<div class="actions"><button type="submit">${say(`sign-in.${how}`)}</button></div>
<p class="next">${say(`sign-in.${how}-hint`)}</p>`,
)}`,
  })
}

/** Data of {@link waitingPage}. */
export interface Waiting {
  readonly purpose: 'connect' | 'sign-in' | 'access' | 'background'
  /** The client to be connected. */
  readonly clientName?: string | undefined
  /** Where Nextcloud asks; opens in a new tab. */
  readonly loginUrl: string
  /** Same origin; answers a GET with a {@link WaitingState}. */
  readonly stateUrl: string
  /** Where the form of the cancel button goes: `csrf`. */
  readonly cancelAction?: string | undefined
  /** The name under which Nextcloud will list the access. */
  readonly appPasswordName: string
}

/** JSON at {@link Waiting.stateUrl}. */
export interface WaitingState {
  readonly state: 'waiting' | 'done' | 'failed'
  /** Where the page goes then: a path of this server, else it stays. */
  readonly next?: string
}

/**
 * Confirm in your Nextcloud. Goes on by itself, without script by loading itself again.
 * @throws TypeError when the login's address is none of the web
 */
export function waitingPage(context: PageContext, waiting: Waiting): string {
  const say = translator(context.language)
  const { appPasswordName, cancelAction, clientName = '', purpose } = waiting
  const loginUrl = webAddress(waiting.loginUrl)
  if (loginUrl === undefined) throw new TypeError('the address to sign in at is none of the web')
  const client = name(clientName, say.text('unnamed-app'))
  const lead =
    purpose === 'connect' ? say('waiting.connect', { client }) : say(`waiting.${purpose}`)
  const appPassword = html`<strong>${name(appPasswordName, appPasswordName)}</strong>`
  return page(context, {
    title: say.text('waiting.title'),
    head: html`<script type="module" src="${context.base}${assetPath('wait.js')}"></script>
<noscript><meta http-equiv="refresh" content="${RELOAD_AFTER_S}"></noscript>`,
    main: html`<h1>${say('waiting.title')}</h1>
<p class="lead">${lead}</p>
<ol class="steps">
<li>${say('waiting.step-open')}</li>
<li>${say('waiting.step-grant', { name: appPassword })}</li>
<li>${say('waiting.step-return')}</li>
</ol>
<div class="actions">
<a class="button" href="${loginUrl.href}" target="_blank" rel="noopener">${say('waiting.open')} <small>(${say('new-tab')})</small></a>
${cancelAction !== undefined && button(context, cancelAction, say('cancel'), 'secondary')}
</div>
${progress(say, waiting.stateUrl)}`,
  })
}

/** Where the script reports; it finds its words here, because it speaks no language. */
function progress(say: Translator, stateUrl: string): Html {
  return html`<p class="progress" role="status" id="progress"
 data-state-url="${stateUrl}"
 data-waiting="${say('waiting.waiting')}"
 data-offline="${say('waiting.offline')}"
 data-done="${say('waiting.done')}"
 data-done-here="${say('waiting.done-here')}"
 data-failed="${say('waiting.failed')}"
 data-too-long="${say('waiting.too-long')}">${say('waiting.waiting')}</p>
<noscript><p>${say('waiting.no-script')}</p></noscript>`
}
