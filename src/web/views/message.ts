/** Pages that say one thing: what went wrong and what to do, or that all is well. */
import { html } from '../html.ts'
import { type PlainKey, translator } from '../messages/index.ts'
import { overviewPath, type PageContext } from './context.ts'
import { page } from './page.ts'

/** Data of {@link messagePage}. */
export interface Message {
  readonly kind: 'error' | 'done'
  readonly title: string
  readonly text: string
  /** The one thing to do next. */
  readonly action?: { readonly href: string; readonly label: string } | undefined
}

/** One message. */
export function messagePage(context: PageContext, message: Message): string {
  const { action, kind, text, title } = message
  return page(context, {
    title,
    isProblem: kind === 'error',
    main: html`<div class="message${kind === 'done' && ' over'}">
<h1>${title}</h1>
<p class="lead">${text}</p>
${action && html`<div class="actions"><a class="button" href="${action.href}">${action.label}</a></div>`}
</div>`,
  })
}

/** What can go wrong. */
export type Fault =
  | 'request-expired'
  | 'other-browser'
  | 'nextcloud-unreachable'
  | 'too-many'
  | 'other-user'
  | 'client-refused'
  | 'form-expired'
  | 'provider-failed'
  | 'no-background'
  | 'not-found'
  | 'internal'

/** What can be over. */
export type Done = 'connected' | 'denied' | 'cancelled' | 'signed-out'

/** Words of the button, for those that have one. */
const LABELS = {
  'nextcloud-unreachable': 'try-again',
  'too-many': 'try-again',
  'other-user': 'to-overview',
  'form-expired': 'reload',
  'not-found': 'to-overview',
  internal: 'try-again',
  'signed-out': 'sign-in-again',
  connected: 'back-to-app',
  denied: 'back-to-app',
} as const satisfies Partial<Record<Fault | Done, PlainKey>>

/** Those whose button leads to the overview unless told otherwise. */
const TO_OVERVIEW: ReadonlySet<Fault | Done> = new Set(['other-user', 'not-found', 'signed-out'])

/**
 * A fault in words, with what to do about it.
 * @param href where its button leads: `nextcloud-unreachable`, `too-many` and `internal` have one to try
 *   again, `form-expired` one to load the page again, all four only if this is given; `other-user` and
 *   `not-found` have one to the overview; the others have none, because the way on is elsewhere
 */
export function faultPage(context: PageContext, fault: Fault, href?: string): string {
  return messagePage(context, messageOf(context, 'error', fault, href))
}

/**
 * The end of something in words.
 * @param href where the button leads, of `signed-out` (default: the overview), of `connected` and
 *   `denied` (without it, there is none)
 */
export function donePage(context: PageContext, done: Done, href?: string): string {
  return messagePage(context, messageOf(context, 'done', done, href))
}

/**
 * Goes on by itself. A form has to be left this way where it leads to another site: browsers follow
 * no redirect out of a form that its page does not name, nor any further one from there.
 */
export function onwardPage(context: PageContext, href: string): string {
  const say = translator(context.language)
  return page(context, {
    title: say.text('onward.title'),
    head: html`<meta http-equiv="refresh" content="0; url=${href}">`,
    main: html`<h1>${say('onward.title')}</h1>
<p class="actions"><a class="button" href="${href}">${say('onward.link')}</a></p>`,
  })
}

function messageOf(
  context: PageContext,
  kind: Message['kind'],
  what: Fault | Done,
  given: string | undefined,
): Message {
  const say = translator(context.language)
  const label = Object.hasOwn(LABELS, what) ? LABELS[what as keyof typeof LABELS] : undefined
  const href = given ?? (TO_OVERVIEW.has(what) ? overviewPath(context) : undefined)
  const action = label && href !== undefined ? { href, label: say.text(label) } : undefined
  // Where a way back to the app is given, nothing is over before it is gone.
  const isLastClick = what === 'connected' && href !== undefined
  const text = say.text(isLastClick ? 'connected.last-click' : `${what}.text`)
  const message = { kind, title: say.text(`${what}.title`), text }
  return action ? { ...message, action } : message
}
