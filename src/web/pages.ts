/** What every page is made with: the parts of this server that people decide about, and answers. */

import type { Connections } from '../authorization/connections.ts'
import type { AuthorizationServer } from '../authorization/server.ts'
import { SCOPES, type Scope } from '../identity/scopes.ts'
import { isCodedError } from '../nextcloud/errors.ts'
import type { DocumentKey, DocumentType } from '../search/document.ts'
import type { Search, Searcher } from '../search/query/search.ts'
import type { IndexReport } from '../search/sync/status.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Vault } from '../vault/vault.ts'
import type { Browsers, PageRequest, Visitor } from './browser.ts'
import { type HeaderOptions, securityHeaders } from './headers.ts'
import type { Logins } from './logins.ts'
import type { Tickets } from './tickets.ts'
import { type Fault, faultPage, onwardPage } from './views/index.ts'

/** What the pages work with. */
export interface Pages {
  /** Public address of this server. */
  readonly serverUrl: string
  /** Address of the Nextcloud, as browsers reach it. */
  readonly nextcloudUrl: string
  /** Path before `/app`. */
  readonly base: string
  readonly browsers: Browsers
  readonly logins: Logins
  readonly tickets: Tickets
  readonly connections: Connections
  /** Scopes that there are tools for. */
  readonly offered: readonly Scope[]
  readonly vault: Pick<Vault, 'audit' | 'appPasswords'>
  /** Undefined where an identity provider signs people in. */
  readonly authorization: AuthorizationServer | undefined
  /** Who tells who somebody is: Nextcloud itself, or the identity provider. */
  readonly signInAt: 'nextcloud' | 'provider'
  /** Undefined: not offered. */
  readonly background: BackgroundPages | undefined
  /** Undefined: search by meaning is switched off. */
  readonly search: SearchPages | undefined
  readonly log: Logger
}

/** Search by meaning as people use it; every user by the id that this server knows them by. */
export interface SearchPages {
  /** What can be found at all. */
  readonly types: readonly DocumentType[]
  readonly search: Search
  /**
   * Whom a search is for, with the access that the user gave to this server itself.
   * @throws CodedError `NOT_PROVISIONED` where there is none, or no longer
   */
  searcher(userId: string, signal: AbortSignal): Promise<Searcher>
  /** @param failures how many of the documents that failed to tell */
  report(userId: string, failures: number): Promise<IndexReport>
  /** Whether something keeps everybody's documents from being indexed just now. */
  isHeldUp(): boolean
  /** Tries again what failed of the user's: one document, or all. */
  retry(userId: string, document: DocumentKey | undefined): Promise<void>
}

/** Background access as people switch it on and off. */
export interface BackgroundPages {
  /** Path of the page on which it is granted, for a ticket; undefined: it cannot be, any more. */
  readonly path: ((ticket: string) => string) | undefined
  /** Undefined: not granted. */
  status(userId: string): Promise<{ readonly provisionedAt?: number | undefined } | undefined>
  revoke(userId: string): Promise<unknown>
}

const STATUS: Record<Fault, 403 | 404 | 409 | 429 | 500 | 503> = {
  'request-expired': 404,
  'other-browser': 403,
  'nextcloud-unreachable': 503,
  'too-many': 429,
  'other-user': 403,
  'client-refused': 403,
  'form-expired': 403,
  'provider-failed': 503,
  'no-background': 409,
  'not-found': 404,
  internal: 500,
}

/** A page as a response. */
export function show(c: PageRequest, html: string, options: HeaderOptions = {}): Response {
  return c.html(html, 200, securityHeaders(options))
}

/** A fault as a page. */
export function fault(c: PageRequest, visitor: Visitor, what: Fault, href?: string): Response {
  return c.html(faultPage(visitor.page, what, href), STATUS[what], securityHeaders())
}

/** On to another page, by GET. */
export function go(c: PageRequest, to: string): Response {
  c.header('cache-control', 'no-store')
  c.header('referrer-policy', 'same-origin')
  return c.redirect(to, 303)
}

/** Out of a form to where redirects may lead to another site, such as that of a client. */
export function leave(c: PageRequest, visitor: Visitor, to: string): Response {
  return show(c, onwardPage(visitor.page, to), { keepsOpener: true })
}

/** Runs what asks Nextcloud; that it does not answer, or not so often, is a page of its own. */
export async function withNextcloud(
  c: PageRequest,
  pages: Pages,
  visitor: Visitor,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!isCodedError(error)) throw error
    const isLimit = error.code === 'RATE_LIMITED'
    pages.log.warn(
      { code: error.code },
      `${isLimit ? 'too many requests' : 'Nextcloud is not reached'}: ${error.message}`,
    )
    const again = c.req.method === 'GET' ? new URL(c.req.url) : undefined
    return fault(
      c,
      visitor,
      isLimit ? 'too-many' : 'nextcloud-unreachable',
      again && pages.base + again.pathname + again.search,
    )
  }
}

/** The scopes that were ticked, of those that were offered. */
export function scopesOf(form: FormData, field: string, offered: readonly Scope[]): Scope[] {
  const ticked = new Set(form.getAll(field).map(String))
  return SCOPES.filter(scope => offered.includes(scope) && ticked.has(scope))
}
