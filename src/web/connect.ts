/** An AI client asks to be let in: consent, the confirmation in Nextcloud, and back to the client. */

import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { AuthorizationRequest, AuthorizationServer } from '../authorization/server.ts'
import type { Scope } from '../identity/scopes.ts'
import { addressOf, type PageRequest, type Visitor } from './browser.ts'
import { fault, go, leave, type Pages, scopesOf, show, withNextcloud } from './pages.ts'
import {
  type ChoiceProblem,
  consentPage,
  DECISION_FIELD,
  SCOPES_FIELD,
  scopeAreas,
} from './views/index.ts'

/** Path of the page for one authorization request. */
export function connectPath(uid: string): string {
  return `/app/connect/${uid}`
}

function finishPath({ uid }: Pick<AuthorizationRequest, 'uid'>): string {
  return `${connectPath(uid)}/finish`
}

/** Adds the pages. */
export function addConnectPages(app: Hono<{ Bindings: HttpBindings }>, pages: Pages): void {
  const { authorization, browsers, connections, logins } = pages
  if (authorization === undefined) return

  app.get('/app/connect/:uid', async c => {
    const visitor = await browsers.visitor(c)
    const request = await requestOf(c, authorization)
    if (request === undefined) return fault(c, visitor, 'request-expired')
    return withNextcloud(c, pages, visitor, () => ask(c, pages, visitor, request))
  })

  app.post('/app/connect/:uid', async c => {
    const visitor = await browsers.visitor(c)
    const request = await requestOf(c, authorization)
    if (request === undefined) return fault(c, visitor, 'request-expired')
    return withNextcloud(c, pages, visitor, async () => {
      const form = await browsers.form(c, visitor)
      if (form === undefined) return ask(c, pages, visitor, request, 'try-again')
      if (form.get(DECISION_FIELD) !== 'allow') {
        return leave(c, visitor, await authorization.deny(c.env))
      }
      const scopes = scopesOf(form, SCOPES_FIELD, pages.offered)
      if (scopes.length === 0) return ask(c, pages, visitor, request, 'nothing-chosen')
      const account = await connectedAccount(pages, visitor, request)
      if (account !== undefined) {
        await connections.setScopes(account, request.client.id, scopes)
        const to = await allowed(c, pages, authorization, request, account, scopes)
        return leave(c, visitor, to)
      }
      const id = await logins.begin(visitor.browserId, addressOf(c), {
        purpose: 'connect',
        clientName: request.client.name,
        appPasswordName: request.client.name,
        finish: finishPath(request),
        cancelled: connectPath(request.uid),
        data: { scopes },
      })
      return go(c, `${pages.base}/app/login/${id}`)
    })
  })

  app.get('/app/connect/:uid/finish', async c => {
    const visitor = await browsers.visitor(c)
    const request = await requestOf(c, authorization)
    if (request === undefined) return fault(c, visitor, 'request-expired')
    return withNextcloud(c, pages, visitor, async () => {
      const { browserId } = visitor
      const id = c.req.query('login') ?? ''
      const { identify } = connections
      const login = await logins.take(browserId, id, finishPath(request), identify)
      if (login === undefined) return fault(c, visitor, 'request-expired')
      const { user } = login
      const scopes = login.data?.scopes as Scope[]
      await connections.connect({
        userId: user.id,
        nextcloudUserId: user.id,
        login: login.granted,
        client: request.client,
        scopes,
      })
      await browsers.signIn(c, user)
      return go(c, await allowed(c, pages, authorization, request, user.id, scopes))
    })
  })
}

/** The request that this browser, and no other, was sent here with. */
async function requestOf(
  c: PageRequest,
  authorization: AuthorizationServer,
): Promise<AuthorizationRequest | undefined> {
  return authorization.requestOf(c.env, c.req.param('uid') ?? '')
}

async function ask(
  c: PageRequest,
  pages: Pages,
  visitor: Visitor,
  request: AuthorizationRequest,
  problem?: ChoiceProblem,
): Promise<Response> {
  const { client, redirect, scopes } = request
  const account = await connectedAccount(pages, visitor, request)
  const html = consentPage(visitor.page, {
    action: pages.base + connectPath(request.uid),
    client: { name: client.name, website: client.host && `https://${client.host}` },
    redirect,
    areas: scopeAreas({ asked: scopes, checked: scopes, offered: pages.offered }),
    account: account && visitor.user?.displayName,
    problem,
  })
  return show(c, html, { keepsOpener: true })
}

/**
 * The account that is signed in here and that this client is connected to already, so that nothing
 * needs to be confirmed in Nextcloud again.
 */
async function connectedAccount(
  { connections }: Pages,
  { user }: Visitor,
  { client }: AuthorizationRequest,
): Promise<string | undefined> {
  if (user === undefined) return undefined
  return (await connections.isAccepted(user.id, client.id)) ? user.id : undefined
}

/** Lets the client have it. @returns where the browser goes next */
async function allowed(
  c: PageRequest,
  { vault }: Pages,
  authorization: AuthorizationServer,
  request: AuthorizationRequest,
  userId: string,
  scopes: readonly Scope[],
): Promise<string> {
  await vault.audit.append({
    event: 'client_allowed',
    userId,
    resourceType: 'client',
    resourceId: request.client.id,
    method: scopes.join(' '),
  })
  return authorization.allow(c.env, request, userId, scopes)
}
