/** The user's own lines of the audit log. */

import { parseScope } from '../../identity/scopes.ts'
import type { Time } from '../../vault/vault.ts'
import { type Html, html, type Part } from '../html.ts'
import { isMessageKey, type Translator, translator } from '../messages/index.ts'
import { summaryText } from './areas.ts'
import { overviewPath, type PageContext } from './context.ts'
import { page } from './page.ts'
import { name, tidy } from './parts.ts'
import { when } from './times.ts'

/** A line of the log. */
export interface LogEntry {
  readonly time: Time
  /** As noted in the audit log; one without words of its own is shown as it is. */
  readonly event: string
  /** What it was about, such as a client's name. */
  readonly resource?: string | undefined
  /** In place of a name: a client whose name nobody knows any more, or background work. */
  readonly about?: 'gone' | 'background' | undefined
  readonly method?: string | undefined
}

/** Data of {@link logPage}. */
export interface Log {
  /** The newest first. */
  readonly entries: readonly LogEntry[]
  /** Absent at the end. */
  readonly olderHref?: string | undefined
}

/** What was done in the user's name, the newest first. */
export function logPage(context: PageContext, log: Log): string {
  const say = translator(context.language)
  const { entries, olderHref } = log
  return page(context, {
    title: say.text('log.title'),
    main: html`<p><a href="${overviewPath(context)}">${say('to-overview')}</a></p>
<h1>${say('log.title')}</h1>
<p class="lead">${say('log.lead')}</p>
${
  entries.length > 0
    ? html`<ol class="log">${entries.map(each => entry(say, each))}
</ol>`
    : html`<p>${say('log.none')}</p>`
}
${olderHref !== undefined && html`<p><a class="button secondary" href="${olderHref}">${say('log.older')}</a></p>`}`,
  })
}

/** How things are kept, which the words for what was done say already. */
const UNTOLD: ReadonlySet<string> = new Set(['app_password', 'offline_access', 'revocation'])

function entry(say: Translator, { about, event, method, resource, time }: LogEntry): Html {
  const isSeen = (text: string | undefined) => text !== undefined && tidy(text) !== ''
  const isTold = isSeen(method) && !UNTOLD.has(method ?? '')
  return html`
<li><p><strong>${eventName(say, event)}</strong>
<small>${about ? say(`log.${about}`) : isSeen(resource) && name(resource ?? '', '')}
${isTold && say('log.method', { method: methodName(say, method ?? '') })}</small></p>
${when(say.language, time)}</li>`
}

/** Scopes in words, where they are what was noted. */
function methodName(say: Translator, method: string): Part {
  const key = `method.${method}` as const
  if (isMessageKey(key)) return say(key)
  const scopes = method.split(' ').map(parseScope)
  return scopes.every(scope => scope !== undefined) ? summaryText(say, scopes) : name(method, '')
}

function eventName(say: Translator, event: string): Html {
  const key = `event.${event}` as const
  return isMessageKey(key) ? say(key) : name(event, '?')
}
