/**
 * The built-in authorization server: OAuth 2.1 for MCP clients (RFC 8414, 7591, 8707, 9207, client
 * ID metadata documents), on the library oidc-provider. Who somebody is, and what they allow, is
 * found out by the pages in front of it; it issues the tokens for that.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createLocalJWKSet } from 'jose'
import { errors, Provider as Library } from 'oidc-provider'
import type { ServerMetadata } from 'openid-client'
import { dotted, type Scope } from '../identity/scopes.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Vault } from '../vault/vault.ts'
import { kindOf } from './adapter.ts'
import {
  type ClientDescription,
  describeClient,
  isDocumentId,
  type RedirectTarget,
  redirectTarget,
} from './clients.ts'
import { type ConfigurationOptions, configurationOf, GRANT_S, scopesIn } from './configuration.ts'
import { PATHS } from './paths.ts'

/** What a client asks of a person. */
export interface AuthorizationRequest {
  readonly uid: string
  readonly client: ClientDescription
  readonly redirect: RedirectTarget
  /** What it asks for, in this server's spelling. */
  readonly scopes: readonly Scope[]
}

/** The request and the response of a browser, as Node has them. */
export interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** The authorization server. */
export interface AuthorizationServer {
  readonly issuer: string
  /** This server as those see it who check its tokens. */
  readonly provider: Provider
  /** Answers a request to one of its endpoints; the response is sent when it resolves. */
  handle(exchange: Exchange, path: string): Promise<void>
  /** What the person in this browser is to be asked; undefined: nothing, or no longer. */
  requestOf(exchange: Exchange, uid: string): Promise<AuthorizationRequest | undefined>
  /**
   * Grants what the person allowed.
   * @returns where to send the browser
   */
  allow(
    exchange: Exchange,
    request: AuthorizationRequest,
    userId: string,
    scopes: readonly Scope[],
  ): Promise<string>
  /** Tells the client that the person does not allow it. @returns where to send the browser */
  deny(exchange: Exchange): Promise<string>
  /** Ends what a client holds for a user: its refresh tokens, its codes. */
  forget(userId: string, clientId: string): Promise<void>
  /** Lets tokens to come have other scopes, as the user decided after the client had asked. */
  rescope(userId: string, clientId: string, scopes: readonly Scope[]): Promise<void>
  /**
   * Told when a client has nothing left of what a user allowed, because it gave that back or
   * because somebody used a part of it twice.
   */
  onRevoked(listener: (grant: { userId: string; clientId: string }) => void): void
}

/** What the server needs beside its configuration. */
export interface AuthorizationServerOptions extends ConfigurationOptions {
  readonly vault: Pick<Vault, 'records' | 'appPasswords'>
  /** Scopes for a client that asks for none. */
  readonly defaultScopes: readonly string[]
  /** Told of what should not happen. */
  readonly report: (error: Error) => void
}

/** Scopes that are about the sign-in and not about what a tool may do. */
const SIGN_IN_SCOPES = ['openid', 'offline_access']

/** Makes the server; nothing is listened to. */
export function createAuthorizationServer(
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const { issuer, vault } = options
  const [resource] = options.resources
  const library = quietly(() => new Library(issuer, configurationOf(options)))
  // The address that clients use is the configured one, whatever a proxy makes of it.
  library.proxy = true
  library.on('server_error', (_, error) => options.report(error))
  library.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route === 'discovery') {
      // The library says what it could do, not what it was told to.
      Object.assign(ctx.body as object, { response_modes_supported: ['query'] })
    }
    const address = ctx.response.get('location')
    if (ctx.status !== 303 || /^(https?:|\/|$)/.test(address)) return
    const page = options.programPage(address, ctx.get('accept-language'))
    ctx.remove('location')
    ctx.status = 200
    ctx.type = 'html'
    ctx.set(page.headers)
    ctx.body = page.html
  })
  // Nobody stays signed in: the next authorization begins from nothing.
  library.on('authorization.success', ({ oidc: { session } }) => {
    if (session === undefined) return
    // Marked at once: it would be saved otherwise before it is deleted.
    Object.assign(session, { destroyed: true })
    session.destroy().catch(options.report)
  })
  library.on('grant.success', ({ oidc: { entities } }) => {
    // A client that is in use is not forgotten for having been connected long ago.
    const { Grant } = entities
    if (Grant === undefined) return
    library.Grant.find(Grant.jti)
      .then(grant => grant && extend(grant)) // It may have been revoked meanwhile.
      .catch(options.report)
  })
  const callback = library.callback()
  const { host, protocol, pathname } = new URL(issuer)
  const base = pathname.replace(/\/+$/, '')

  const grantsOf = async (userId: string, clientId: string) => {
    const grants = await vault.records.find(kindOf('Grant'), 'userId', userId)
    return grants.filter(({ payload }) => payload.clientId === clientId)
  }
  /** Whether a client holds anything of a grant: one that it never came back for stays behind. */
  const isOfUse = async (grantId: string): Promise<boolean> => {
    const kinds = ['RefreshToken', 'AuthorizationCode'].map(kindOf)
    const held = await Promise.all(kinds.map(kind => vault.records.find(kind, 'grantId', grantId)))
    return held.flat().some(({ consumedAt }) => consumedAt === undefined)
  }
  const interactionOf = async ({ incoming, outgoing }: Exchange) => {
    try {
      return await library.interactionDetails(incoming, outgoing)
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return undefined
      throw error
    }
  }

  return {
    issuer,
    provider: describeProvider(options),

    async handle({ incoming, outgoing }, path) {
      const search = new URL(incoming.url ?? '/', issuer).search
      const isBare = path === PATHS.authorization && !new URLSearchParams(search).has('scope')
      const query = isBare ? withScope(search, options.defaultScopes) : search
      // Only what this server knows of itself may go into the addresses that it gives out.
      Object.assign(incoming.headers, {
        host,
        'x-forwarded-host': host,
        'x-forwarded-proto': protocol.slice(0, -1),
      })
      Object.assign(incoming, { originalUrl: base + path + query, url: path + query })
      await callback(incoming, outgoing)
    },

    async requestOf(exchange, uid) {
      const interaction = await interactionOf(exchange)
      // The cookie says which one this browser may see; the address is anybody's.
      if (interaction === undefined || interaction.uid !== uid) return undefined
      const { client_id: clientId, redirect_uri: uri, scope } = interaction.params
      const client = await library.Client.find(String(clientId)).catch(() => undefined)
      const redirect = redirectTarget(uri)
      if (client === undefined || redirect === undefined) return undefined
      return {
        uid,
        client: describeClient(client.clientId, client.clientName),
        redirect,
        scopes: scopesIn(scope),
      }
    },

    async allow(exchange, { client }, userId, scopes) {
      const { incoming, outgoing } = exchange
      const interaction = await interactionOf(exchange)
      if (interaction === undefined) throw new errors.SessionNotFound('the request has expired')
      const asked = String(interaction.params.scope ?? '').split(' ')
      const spelling = asked.some(word => /^\w+\.\w+$/.test(word))
        ? dotted
        : (scope: Scope) => scope
      const signIn = asked.filter(word => SIGN_IN_SCOPES.includes(word))
      const granted = scopes.map(spelling)
      const grant = new library.Grant({ accountId: userId, clientId: client.id })
      if (signIn.length > 0) grant.addOIDCScope(signIn.join(' '))
      // By the name that was asked for: this server has several, and the library compares them.
      for (const name of [interaction.params.resource ?? resource].flat()) {
        grant.addResourceScope(String(name), granted.join(' '))
      }
      const grantId = await grant.save()
      // People may allow more or less than was asked for; the token says what (RFC 6749 3.3).
      interaction.params.scope = [...signIn, ...granted].join(' ')
      await interaction.save(interaction.exp - secondsNow())
      await keepClient(vault, client.id)
      return library.interactionResult(incoming, outgoing, {
        login: { accountId: userId, remember: false },
        consent: { grantId },
      })
    },

    async deny({ incoming, outgoing }) {
      return library.interactionResult(
        incoming,
        outgoing,
        { error: 'access_denied', error_description: 'The user does not allow it' },
        { mergeWithLastSubmission: false },
      )
    },

    async forget(userId, clientId) {
      for (const { id } of await grantsOf(userId, clientId)) {
        await vault.records.deleteBy('grantId', id)
        await vault.records.delete(kindOf('Grant'), id)
      }
    },

    async rescope(userId, clientId, scopes) {
      for (const { id } of await grantsOf(userId, clientId)) {
        const grant = await library.Grant.find(id)
        if (grant === undefined) continue
        const names = Object.keys(grant.resources ?? { [resource]: '' })
        grant.resources = Object.fromEntries(names.map(name => [name, scopes.join(' ')]))
        await extend(grant)
        for (const { id: token } of await vault.records.find(
          kindOf('RefreshToken'),
          'grantId',
          id,
        )) {
          const refreshToken = await library.RefreshToken.find(token)
          if (refreshToken === undefined || refreshToken.consumed) continue
          const signIn = (refreshToken.scope ?? '')
            .split(' ')
            .filter(word => SIGN_IN_SCOPES.includes(word))
          refreshToken.scope = [...signIn, ...scopes].join(' ')
          await refreshToken.save()
        }
      }
    },

    onRevoked(listener) {
      library.on('grant.revoked', ({ oidc: { entities } }) => {
        const source = entities.RefreshToken ?? entities.AuthorizationCode ?? entities.Grant
        const { accountId: userId, clientId } = source ?? {}
        if (userId === undefined || clientId === undefined) return
        grantsOf(userId, clientId)
          .then(others => Promise.all(others.map(({ id }) => isOfUse(id))))
          .then(others => {
            if (!others.includes(true)) listener({ userId, clientId })
          })
          .catch(options.report)
      })
    },
  }
}

async function extend(grant: InstanceType<Library['Grant']>): Promise<void> {
  grant.exp = secondsNow() + GRANT_S
  await grant.save()
}

function secondsNow(): number {
  return Math.floor(Date.now() / 1_000)
}

/** A client that somebody connected is kept; before that it is forgotten after a while. */
async function keepClient({ records }: Pick<Vault, 'records'>, clientId: string): Promise<void> {
  if (isDocumentId(clientId)) return
  const record = await records.get(kindOf('Client'), clientId)
  if (record?.expiresAt !== undefined) await records.put(kindOf('Client'), clientId, record.payload)
}

/** The server in the terms in which identity providers are known here. */
function describeProvider({ issuer, keys }: AuthorizationServerOptions): Provider {
  const metadata: ServerMetadata = {
    issuer,
    authorization_endpoint: issuer + PATHS.authorization,
    token_endpoint: issuer + PATHS.token,
    jwks_uri: issuer + PATHS.jwks,
    response_types_supported: ['code'],
  }
  const publicKeys = keys.signing.map(({ kty, n, e, kid, alg, use }) => ({
    kty,
    n,
    e,
    kid,
    alg,
    use,
  }))
  const unused = () => {
    throw new Error('the built-in authorization server is not asked over the network')
  }
  return {
    issuer,
    issuers: [issuer],
    metadata,
    integrated: false,
    insecure: issuer.startsWith('http:'),
    keys: createLocalJWKSet({ keys: publicKeys } as Parameters<typeof createLocalJWKSet>[0]),
    http: { fetch: unused, follow: unused, close: async () => {} },
  }
}

function withScope(search: string, scopes: readonly string[]): string {
  const parameters = new URLSearchParams(search)
  parameters.set('scope', scopes.join(' '))
  return `?${parameters}`
}

/** The library warns on the console of what is no matter here. */
function quietly<T>(make: () => T): T {
  const { warn } = console
  console.warn = () => {}
  try {
    return make()
  } finally {
    console.warn = warn
  }
}
