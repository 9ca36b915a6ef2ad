/**
 * Links from an AI client to its user: reach Nextcloud for them, once more or for the first time,
 * now or while they are away. Whoever opens one has to be the user that it was made for.
 */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { BACKGROUND_CLIENT } from '../access/background.ts'
import { describeClient } from '../authorization/clients.ts'
import type { Scope } from '../identity/scopes.ts'
import { addressOf, type PageRequest, type Visitor } from './browser.ts'
import { fault, go, type Pages, scopesOf, show, withNextcloud } from './pages.ts'
import { askToSignIn } from './signed-in.ts'
import type { Ticket } from './tickets.ts'
import {
  accessPage,
  type ChoiceProblem,
  DECISION_FIELD,
  donePage,
  SCOPES_FIELD,
  scopeAreas,
} from './views/index.ts'

/** Path of the page for a ticket. */
export function accessPath(ticket: string): string {
  return `/app/access/${ticket}`
}

function finishPath(ticket: string): string {
  return `${accessPath(ticket)}/finish`
}

/** Adds the pages. */
export function addAccessPages(app: Hono<{ Bindings: HttpBindings }>, pages: Pages): void {
  const { base, browsers, connections, logins, tickets } = pages

  const opened = async (
    c: PageRequest,
    work: (visitor: Visitor, ticket: Ticket, id: string) => Promise<Response>,
  ): Promise<Response> => {
    const visitor = await browsers.visitor(c)
    const id = c.req.param('ticket') ?? ''
    const ticket = await tickets.get(id)
    if (ticket === undefined) return fault(c, visitor, 'request-expired')
    // An identity provider tells who somebody is beforehand; Nextcloud itself, on the way.
    if (pages.signInAt === 'provider' && visitor.user === undefined) {
      return askToSignIn(c, pages, visitor)
    }
    if (visitor.user !== undefined && visitor.user.id !== ticket.userId) {
      return fault(c, visitor, 'other-user')
    }
    return withNextcloud(c, pages, visitor, () => work(visitor, ticket, id))
  }

  app.get('/app/access/:ticket', c =>
    opened(c, (visitor, ticket, id) => ask(c, pages, visitor, ticket, id)),
  )

  app.post('/app/access/:ticket', c =>
    opened(c, async (visitor, ticket, id) => {
      const form = await browsers.form(c, visitor)
      if (form === undefined) return ask(c, pages, visitor, ticket, id, 'try-again')
      if (form.get(DECISION_FIELD) !== 'allow') {
        await tickets.use(id)
        return show(c, donePage(visitor.page, 'denied'))
      }
      const scopes = scopesOf(form, SCOPES_FIELD, pages.offered)
      if (scopes.length === 0) return ask(c, pages, visitor, ticket, id, 'nothing-chosen')
      if (await isConnected(pages, visitor, ticket)) {
        await connections.setScopes(ticket.userId, ticket.clientId, scopes)
        if (ticket.clientId !== undefined) {
          await pages.authorization?.rescope(ticket.userId, ticket.clientId, scopes)
        }
        await tickets.use(id)
        return show(c, donePage(visitor.page, 'connected'))
      }
      const login = await logins.begin(visitor.browserId, addressOf(c), {
        purpose: ticket.kind,
        clientName: ticket.clientName,
        appPasswordName: appPasswordName(pages, ticket),
        finish: finishPath(id),
        cancelled: accessPath(id),
        data: { scopes },
      })
      return go(c, `${base}/app/login/${login}`)
    }),
  )

  app.get('/app/access/:ticket/finish', c =>
    opened(c, async (visitor, ticket, id) => {
      const { browserId } = visitor
      const { identify } = connections
      const login = await logins.take(
        browserId,
        c.req.query('login') ?? '',
        finishPath(id),
        identify,
      )
      if (login === undefined) return fault(c, visitor, 'request-expired')
      const { user } = login
      // Where Nextcloud itself tells who somebody is, it has to be the one the link was made for.
      const isOther = pages.signInAt === 'nextcloud' && user.id !== ticket.userId
      if (isOther || !(await tickets.use(id))) {
        await connections.discard(login.granted)
        return fault(c, visitor, isOther ? 'other-user' : 'request-expired')
      }
      const { clientId, clientName } = ticket
      await connections.connect({
        userId: ticket.userId,
        nextcloudUserId: user.id,
        login: login.granted,
        client:
          ticket.kind === 'background'
            ? { id: BACKGROUND_CLIENT, name: '', host: undefined }
            : clientId === undefined
              ? undefined
              : describeClient(clientId, clientName),
        scopes: login.data?.scopes as Scope[],
      })
      if (pages.signInAt === 'nextcloud') await browsers.signIn(c, user)
      if (ticket.kind === 'background') return go(c, `${base}/app?done=background-on`)
      return show(c, donePage(visitor.page, 'connected'))
    }),
  )
}

async function ask(
  c: PageRequest,
  pages: Pages,
  visitor: Visitor,
  ticket: Ticket,
  id: string,
  problem?: ChoiceProblem,
): Promise<Response> {
  const account = (await isConnected(pages, visitor, ticket)) ? visitor.user : undefined
  const html = accessPage(visitor.page, {
    action: pages.base + accessPath(id),
    purpose: ticket.kind,
    clientName: ticket.clientName,
    areas: scopeAreas({ asked: ticket.scopes, checked: ticket.scopes, offered: pages.offered }),
    account: account?.displayName,
    problem,
  })
  return show(c, html)
}

/** Whether what is stored still works, and the user it belongs to is in front of the screen. */
async function isConnected(
  { connections }: Pages,
  { user }: Visitor,
  { kind, userId, clientId }: Ticket,
): Promise<boolean> {
  return kind === 'access' && user?.id === userId && connections.isAccepted(userId, clientId)
}

function appPasswordName({ serverUrl }: Pages, { kind, clientName }: Ticket): string {
  const { host } = new URL(serverUrl)
  return kind === 'background' ? `${host} (background)` : (clientName ?? host)
}
