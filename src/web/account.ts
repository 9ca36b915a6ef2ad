/** What is connected, what may be done in the background, what was done; signing in and out. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { BACKGROUND_CLIENT } from '../access/background.ts'
import type { Connection } from '../authorization/connections.ts'
import { SCOPES } from '../identity/scopes.ts'
import { addressOf, localPath, type PageRequest } from './browser.ts'
import { fault, go, leave, type Pages, scopesOf, show, withNextcloud } from './pages.ts'
import { SEARCH_PATH } from './search.ts'
import { askToSignIn, forSignedIn, type SignedIn } from './signed-in.ts'
import {
  type ChoiceProblem,
  connectionPage,
  logPage,
  type Notice,
  overviewPage,
  RETURN_FIELD,
  SCOPES_FIELD,
  scopeAreas,
} from './views/index.ts'

const NOTICES: readonly Notice[] = ['revoked', 'background-on', 'background-off', 'scopes-saved']
const LOG_PAGE = 50
const SIGN_IN_FINISH = '/app/sign-in/finish'
/** In an address, for the connection that is for whichever client. */
const ANY_CLIENT = '-'

/** Adds the pages. */
export function addAccountPages(app: Hono<{ Bindings: HttpBindings }>, pages: Pages): void {
  const { base, browsers, connections, background, vault } = pages

  const { signedIn, submitted } = forSignedIn(pages)

  app.get('/app', c =>
    signedIn(c, async visitor => {
      const { user, page } = visitor
      const [connected, status] = await Promise.all([
        connections.list(user.id),
        background?.status(user.id),
      ])
      const html = overviewPage(page, {
        connections: connected.map(connection => described(pages, connection)),
        background: {
          state: status !== undefined ? 'on' : background?.path ? 'off' : 'unavailable',
          since: status?.provisionedAt,
          onAction: `${base}/app/background/on`,
          offAction: `${base}/app/background/off`,
        },
        notice: NOTICES.find(notice => notice === c.req.query('done')),
        logHref: `${base}/app/log`,
        searchHref: pages.search && base + SEARCH_PATH,
        signOutAction: `${base}/app/sign-out`,
      })
      return show(c, html)
    }),
  )

  app.get('/app/connections/:key', c => signedIn(c, visitor => change(c, pages, visitor)))
  app.post('/app/connections/:key', c =>
    submitted(c, async (visitor, form) => {
      const clientId = clientIdOf(c)
      const scopes = scopesOf(form, SCOPES_FIELD, pages.offered)
      if (scopes.length === 0) return change(c, pages, visitor, 'nothing-chosen')
      const found = await connections.setScopes(visitor.user.id, clientId, scopes)
      if (!found) return fault(c, visitor, 'not-found')
      if (clientId !== undefined) {
        await pages.authorization?.rescope(visitor.user.id, clientId, scopes)
      }
      return go(c, `${base}/app?done=scopes-saved`)
    }),
  )
  app.post('/app/connections/:key/revoke', c =>
    submitted(c, async visitor => {
      const clientId = clientIdOf(c)
      await connections.disconnect(visitor.user.id, clientId)
      if (clientId !== undefined) await pages.authorization?.forget(visitor.user.id, clientId)
      return go(c, `${base}/app?done=revoked`)
    }),
  )

  app.post('/app/background/off', c =>
    submitted(c, async ({ user }) => {
      await background?.revoke(user.id)
      return go(c, `${base}/app?done=background-off`)
    }),
  )
  app.post('/app/background/on', c =>
    submitted(c, async visitor => {
      if (background?.path === undefined) return fault(c, visitor, 'not-found')
      const { id: userId } = visitor.user
      const scopes = pages.offered
      const ticket = { kind: 'background', userId, scopes, confirmed: true } as const
      return leave(c, visitor, base + background.path(await pages.tickets.issue(ticket)))
    }),
  )

  app.get('/app/log', c =>
    signedIn(c, async ({ user, page }) => {
      const cursor = c.req.query('before')
      const { entries, next } = await vault.audit.page({
        userId: user.id,
        limit: LOG_PAGE,
        ...(cursor === undefined || !/^\d{1,15}-\d{1,15}$/.test(cursor) ? {} : { cursor }),
      })
      const clientIds = entries.flatMap(({ resourceType, resourceId }) =>
        resourceType === 'client' && resourceId !== undefined ? [resourceId] : [],
      )
      const names = new Map(
        await Promise.all(
          [...new Set(clientIds)].map(
            async id => [id, await connections.nameOf(user.id, id)] as const,
          ),
        ),
      )
      const html = logPage(page, {
        entries: entries.map(({ time, event, resourceType, resourceId, method }) => {
          const isClient = resourceType === 'client'
          const resource = isClient ? names.get(resourceId ?? '') : resourceId
          const gone = isClient && resource === undefined ? 'gone' : undefined
          const about = resourceId === BACKGROUND_CLIENT ? 'background' : gone
          return { time, event, resource, about, method }
        }),
        olderHref: next && `${base}/app/log?before=${encodeURIComponent(next)}`,
      })
      return show(c, html)
    }),
  )

  app.post('/app/sign-in', async c => {
    const visitor = await browsers.visitor(c)
    const form = await browsers.form(c, visitor)
    if (form === undefined) return askToSignIn(c, pages, visitor)
    const returnTo = localPath(String(form.get(RETURN_FIELD) ?? ''), base)
    if (pages.signInAt === 'provider') {
      const query = new URLSearchParams({ return_to: returnTo })
      return leave(c, visitor, `${base}/oauth/login?${query}`)
    }
    return withNextcloud(c, pages, visitor, async () => {
      const id = await pages.logins.begin(visitor.browserId, addressOf(c), {
        purpose: 'sign-in',
        appPasswordName: new URL(pages.serverUrl).host,
        finish: SIGN_IN_FINISH,
        data: { returnTo },
      })
      return go(c, `${base}/app/login/${id}`)
    })
  })
  app.get(SIGN_IN_FINISH, async c => {
    const visitor = await browsers.visitor(c)
    return withNextcloud(c, pages, visitor, async () => {
      const id = c.req.query('login') ?? ''
      const { identify } = connections
      const login = await pages.logins.take(visitor.browserId, id, SIGN_IN_FINISH, identify)
      if (login === undefined) return fault(c, visitor, 'request-expired')
      const { user } = login
      // It only had to say who this is.
      await connections.discard(login.granted)
      await browsers.signIn(c, user)
      await vault.audit.append({ event: 'signed_in', userId: user.id, method: 'login_flow' })
      return go(c, localPath(String(login.data?.returnTo), base))
    })
  })
  app.post('/app/sign-out', c =>
    submitted(c, async ({ user }) => {
      await browsers.signOut(c)
      await vault.audit.append({ event: 'signed_out', userId: user.id })
      return go(c, `${base}/app`)
    }),
  )
}

async function change(
  c: PageRequest,
  pages: Pages,
  visitor: SignedIn,
  problem?: ChoiceProblem,
): Promise<Response> {
  const { connections, offered } = pages
  const { user, page } = visitor
  const connection = await connections.find(user.id, clientIdOf(c))
  if (connection === undefined) return fault(c, visitor, 'not-found')
  const scopes = connection.scopes ?? SCOPES
  const html = connectionPage(page, {
    action: described(pages, connection).editHref,
    clientName: nameOf(connection),
    areas: scopeAreas({ asked: scopes, checked: scopes, offered }),
    problem,
  })
  return show(c, html)
}

function described({ base }: Pages, connection: Connection) {
  const { clientId, host, scopes, connectedAt, lastUsedAt } = connection
  const key = clientId === undefined ? ANY_CLIENT : Buffer.from(clientId).toString('base64url')
  const here = `${base}/app/connections/${key}`
  return {
    key,
    clientName: nameOf(connection),
    website: host && `https://${host}`,
    scopes: scopes ?? SCOPES,
    connectedAt,
    lastUsedAt,
    revokeAction: `${here}/revoke`,
    editHref: here,
  }
}

/** Undefined: for whichever client. */
function nameOf({ name, clientId }: Connection): string | undefined {
  return name ?? clientId
}

function clientIdOf(c: PageRequest): string | undefined {
  const key = c.req.param('key') ?? ''
  return key === ANY_CLIENT ? undefined : Buffer.from(key, 'base64url').toString('utf8')
}
