/**
 * Through the identity provider: signing in to the pages, and, apart from that and on purpose, the
 * grant for access while the user is away (flow 2). Both come back to one address.
 */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { CodeFlow, SignedIn } from '../oidc/code-flow.ts'
import { isProviderError } from '../oidc/errors.ts'
import type { Pending, RefreshTokens } from '../vault/vault.ts'
import { localPath, type PageRequest, type Visitor } from './browser.ts'
import { fault, go, leave, type Pages, show } from './pages.ts'
import { backgroundPage, DECISION_FIELD, donePage } from './views/index.ts'

/** What a person is sent to the provider for. */
export type ProviderPurpose = 'sign-in' | 'background'

/** This server as the provider's client. */
export interface ProviderClient {
  /** @throws ProviderError */
  begin(purpose: ProviderPurpose): Promise<CodeFlow>
  /** @throws ProviderError; also for a token that is of no use for the purpose */
  finish(
    purpose: ProviderPurpose,
    answer: Omit<CodeFlow, 'url'> & { callbackUrl: URL },
  ): Promise<SignedIn & { readonly clientId: string }>
  /** Gives tokens back that are not wanted. Failing is no matter. */
  discard(signedIn: SignedIn): Promise<void>
}

/** What the routes need beside the pages. */
export interface ProviderRoutes {
  readonly client: ProviderClient
  readonly pending: Pending
  readonly refreshTokens: Pick<RefreshTokens, 'put'>
}

/** A person at the provider. */
interface Away extends Omit<CodeFlow, 'url'> {
  readonly purpose: ProviderPurpose
  readonly browserId: string
  readonly returnTo: string
  /** Who it has to be; undefined: whoever it is. */
  readonly userId?: string
  /** The link that led there, which is used up in the end. */
  readonly ticket?: string
}

const KIND = 'code-flow'
const TTL_MS = 10 * 60_000
/** Of a person or a client that may not have offline access: at Keycloak, the one and the other. */
const NOT_LASTING: ReadonlySet<unknown> = new Set(['not_allowed', 'invalid_scope'])

/** Path of the page that grants background access. */
export function authorizeNextcloudPath(ticket: string): string {
  return `/oauth/authorize-nextcloud?ticket=${ticket}`
}

/** Sends a browser to the provider. @returns where to */
export function createProviderSignIn({ client, pending }: ProviderRoutes) {
  return async (
    purpose: ProviderPurpose,
    from: Pick<Away, 'browserId' | 'returnTo' | 'userId' | 'ticket'>,
  ): Promise<string> => {
    const { url, ...flow } = await client.begin(purpose)
    const away: Away = { ...flow, ...from, purpose }
    await pending.put(KIND, flow.state, { ...away }, TTL_MS)
    return url
  }
}

/** Adds `/oauth/login`, `/oauth/authorize-nextcloud` and `/oauth/callback`. */
export function addProviderRoutes(
  app: Hono<{ Bindings: HttpBindings }>,
  pages: Pages,
  routes: ProviderRoutes,
): void {
  const { base, browsers, tickets } = pages
  const { client, pending, refreshTokens } = routes
  const send = createProviderSignIn(routes)

  /** Runs what asks the provider; that it does not answer, or refuses, is a page of its own. */
  const withProvider = async (
    c: PageRequest,
    work: (visitor: Visitor) => Promise<Response>,
  ): Promise<Response> => {
    const visitor = await browsers.visitor(c)
    try {
      return await work(visitor)
    } catch (error) {
      if (!isProviderError(error)) throw error
      if (error.details.oauthError === 'access_denied') {
        return show(c, donePage(visitor.page, 'denied'))
      }
      pages.log.warn({ code: error.code }, error.message)
      return fault(c, visitor, 'provider-failed')
    }
  }

  app.get('/oauth/login', c =>
    withProvider(c, async ({ browserId }) => {
      const returnTo = localPath(c.req.query('return_to'), base)
      return go(c, await send('sign-in', { browserId, returnTo }))
    }),
  )

  /** The link's ticket, and where it leads at the provider. */
  const openedBy = async (c: PageRequest, { browserId }: Visitor) => {
    const id = c.req.query('ticket') ?? ''
    const ticket = await tickets.get(id)
    if (ticket?.kind !== 'background') return undefined
    const { userId, confirmed } = ticket
    const from = { browserId, userId, ticket: id, returnTo: `${base}/app` }
    return { id, confirmed, begin: () => send('background', from) }
  }
  app.get('/oauth/authorize-nextcloud', c =>
    withProvider(c, async visitor => {
      const opened = await openedBy(c, visitor)
      if (opened === undefined) return fault(c, visitor, 'request-expired')
      if (opened.confirmed) return go(c, await opened.begin())
      return show(c, backgroundPage(visitor.page, base + authorizeNextcloudPath(opened.id)))
    }),
  )
  app.post('/oauth/authorize-nextcloud', c =>
    withProvider(c, async visitor => {
      const opened = await openedBy(c, visitor)
      if (opened === undefined) return fault(c, visitor, 'request-expired')
      const form = await browsers.form(c, visitor)
      if (form === undefined) return fault(c, visitor, 'form-expired')
      if (form.get(DECISION_FIELD) === 'allow') return leave(c, visitor, await opened.begin())
      await tickets.use(opened.id)
      return show(c, donePage(visitor.page, 'denied'))
    }),
  )

  app.get('/oauth/callback', c =>
    withProvider(c, async visitor => {
      const away = (await pending.take(KIND, c.req.query('state') ?? '')) as Away | undefined
      if (away === undefined) return fault(c, visitor, 'request-expired')
      // Whoever was sent away has to be who comes back: an answer can be slipped to anybody.
      if (away.browserId !== visitor.browserId) return fault(c, visitor, 'other-browser')
      const { purpose, state, nonce, codeVerifier } = away
      const callbackUrl = new URL(c.req.url)
      const answer = { state, nonce, codeVerifier, callbackUrl }
      const signedIn = await client.finish(purpose, answer).catch((error: unknown) => {
        const isRefused = isProviderError(error) && NOT_LASTING.has(error.details.oauthError)
        if (purpose === 'background' && isRefused) return undefined
        throw error
      })
      if (signedIn === undefined) return fault(c, visitor, 'no-background')
      const { userId, profile } = signedIn
      if (away.userId !== undefined && away.userId !== userId) {
        await client.discard(signedIn)
        return fault(c, visitor, 'other-user')
      }
      const { refreshToken, refreshExpiresAt, scopes, clientId } = signedIn
      if (purpose === 'background') {
        if (refreshToken === undefined) return fault(c, visitor, 'no-background')
        if (away.ticket !== undefined && !(await tickets.use(away.ticket))) {
          await client.discard(signedIn)
          return fault(c, visitor, 'request-expired')
        }
        await refreshTokens.put({
          userId,
          token: refreshToken,
          clientId,
          scopes,
          profile,
          ...(refreshExpiresAt === undefined ? {} : { expiresAt: refreshExpiresAt }),
        })
      } else {
        // It only had to say who this is.
        await client.discard(signedIn)
      }
      const displayName = profile.name ?? profile.preferred_username ?? userId
      await browsers.signIn(c, { id: userId, displayName })
      await pages.vault.audit.append({ event: 'signed_in', userId, method: 'provider' })
      return go(c, purpose === 'background' ? `${base}/app?done=background-on` : away.returnTo)
    }),
  )
}
