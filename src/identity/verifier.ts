/**
 * Checks access tokens: a JWT with the provider's keys, any other by introspection (RFC 7662) and,
 * where that was allowed, by userinfo. What was found out is remembered for a while.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { introspect, userInfo } from '../oidc/introspection.ts'
import type { Provider } from '../oidc/provider.ts'
import { actingAs, type ServerClient, type ServerClients } from '../oidc/server-client.ts'
import type { Meter, Outcome } from '../telemetry/meter.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import type { AccessToken } from './caller.ts'
import { accessTokenOf, type Claims } from './claims.ts'
import { InvalidToken } from './invalid-token.ts'
import { looksLikeJwt, verifyJwt } from './jwt.ts'

/** What tokens are checked against. */
export interface VerifierOptions {
  readonly provider: () => Promise<Provider>
  readonly clients: ServerClients
  /** Addresses of this server, one of which a token must be for, or its client id. */
  readonly audiences: readonly string[]
  /** The resource that this server registers for. */
  readonly resource: string
  /** Whether tokens that only userinfo knows are accepted, whoever they were issued for. */
  readonly userinfoFallback?: boolean
  /** Counts checks. */
  readonly meter?: Pick<Meter, 'tokenCheck' | 'tokenLookup'> | undefined
  /** Follows checks. */
  readonly tracing?: Tracing | undefined
  /** The clock; for tests. */
  readonly now?: () => number
}

/** Checks a token. */
export interface Verifier {
  /** @throws InvalidToken, or ProviderError when the token cannot be checked now */
  verify(token: string): Promise<AccessToken>
}

/** Longer than any token should be, and about as long as a header can be. */
const MAX_TOKEN_LENGTH = 16 * 1024
/** Longest that a signature is not looked at again. */
const JWT_TTL_MS = 3_600_000
/** A token that was revoked shall not be accepted for long. */
const INTROSPECTION_TTL_MS = 60_000
/** A token that the provider does not know is not asked about for each call of an eager client. */
const REFUSAL_TTL_MS = 10_000
const MAX_REMEMBERED = 5_000

/** A verifier with an empty memory. */
export function createVerifier(options: VerifierOptions): Verifier {
  const { now = Date.now, meter, tracing } = options
  const traced = <T>(name: string, work: () => Promise<T>) =>
    tracing === undefined ? work() : tracing.span({ name, kind: 'internal' }, work)
  const remembered = new LRUCache<string, { token: AccessToken; until: number }>({
    max: MAX_REMEMBERED,
  })
  const refused = new LRUCache<string, { error: InvalidToken; until: number }>({ max: 1_000 })
  const pending = new Map<string, Promise<AccessToken>>()

  const check = async (key: string, token: string): Promise<AccessToken> => {
    const isJwt = looksLikeJwt(token)
    const method = isJwt ? 'jwt' : 'introspect'
    let outcome: Outcome = 'error'
    let checked: AccessToken
    try {
      checked = await traced(`token check ${method}`, async () => {
        const provider = await options.provider()
        return isJwt
          ? checkJwt(options, provider, token)
          : checkOpaque(options, provider, token, now)
      })
      outcome = 'success'
    } catch (error) {
      if (error instanceof InvalidToken) {
        outcome = 'refused'
        if (!isJwt) refused.set(key, { error, until: now() + REFUSAL_TTL_MS })
      }
      throw error
    } finally {
      meter?.tokenCheck(method, outcome)
    }
    const ttlMs = isJwt ? JWT_TTL_MS : INTROSPECTION_TTL_MS
    remembered.set(key, { token: checked, until: Math.min(now() + ttlMs, checked.expiresAt) })
    return checked
  }

  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw new InvalidToken('it is too long')
      // The characters of RFC 6750 2.1; nothing else goes on to a provider.
      if (!/^[\w.~+/-]+=*$/.test(token)) throw new InvalidToken('it is malformed')
      const key = createHash('sha256').update(token).digest('base64url')
      const known = remembered.get(key)
      const isKnown = known !== undefined && known.until > now()
      meter?.tokenLookup(isKnown)
      if (isKnown) return known.token
      const refusal = refused.get(key)
      if (refusal !== undefined && refusal.until > now()) throw refusal.error
      let checking = pending.get(key)
      if (checking === undefined) {
        checking = check(key, token).finally(() => pending.delete(key))
        pending.set(key, checking)
      }
      return checking
    },
  }
}

async function checkJwt(
  { clients, audiences }: VerifierOptions,
  provider: Provider,
  token: string,
): Promise<AccessToken> {
  const client = await clients.known(provider)
  const accepted = client === undefined ? audiences : [...audiences, client.id]
  const claims = await verifyJwt(token, provider, accepted)
  return accessTokenOf(claims, provider.issuer)
}

async function checkOpaque(
  options: VerifierOptions,
  provider: Provider,
  token: string,
  now: () => number,
): Promise<AccessToken> {
  const { introspection_endpoint: introspection, userinfo_endpoint: info } = provider.metadata
  const client =
    introspection === undefined ? undefined : await clientFor(options.clients, provider)
  if (client?.secret !== undefined) {
    const claims = await actingAs(options.clients, provider, client, () =>
      introspect(provider, client, token),
    )
    if (claims === undefined) throw new InvalidToken('the provider does not know it, or no longer')
    const aud = resourceOf(claims, provider, client, options.resource) ?? claims.aud
    checkIntrospected({ ...claims, aud }, provider, [...options.audiences, client.id], now)
    return accessTokenOf({ ...claims, aud }, provider.issuer)
  }
  if (options.userinfoFallback && info !== undefined) {
    const claims = await userInfo(provider, token)
    if (claims === undefined) throw new InvalidToken('the provider does not know it')
    const exp = (now() + INTROSPECTION_TTL_MS) / 1_000
    return accessTokenOf({ ...claims, aud: undefined, exp }, provider.issuer)
  }
  throw new InvalidToken('it is opaque, and this server has no way to check such tokens')
}

/** This server's client, registered for the purpose where that is possible. */
async function clientFor(clients: ServerClients, provider: Provider) {
  const known = await clients.known(provider)
  if (known !== undefined || provider.metadata.registration_endpoint === undefined) return known
  return clients.get(provider)
}

/**
 * Nextcloud's oidc app gives the client that a token was issued to as `aud`, and never the
 * resource. But it tells a client about a token of another one only where the resource is that
 * client's own, which is what this server registered with (`resource_url`; 1.11 to 2.0).
 */
function resourceOf(
  claims: Claims,
  { integrated, metadata }: Provider,
  client: ServerClient,
  resource: string,
): string | undefined {
  const isApp = integrated && metadata.introspection_endpoint?.endsWith('/apps/oidc/introspect')
  if (!isApp || client.source === 'environment') return undefined
  const { client_id: owner } = claims
  return typeof owner === 'string' && owner !== client.id ? resource : undefined
}

/** An active token of the provider's is still not one for this server. */
function checkIntrospected(
  claims: Claims,
  provider: Provider,
  audiences: readonly string[],
  now: () => number,
): void {
  const { iss, aud, exp, nbf, cnf } = claims
  if (iss !== undefined && !provider.issuers.includes(String(iss))) {
    throw new InvalidToken('it is of another issuer (iss)')
  }
  if (![aud].flat().some(one => audiences.includes(String(one)))) {
    throw new InvalidToken('it is not for this server (aud)')
  }
  if (typeof exp !== 'number') throw new InvalidToken('it has no exp')
  if (exp * 1_000 <= now()) throw new InvalidToken('it has expired')
  if (typeof nbf === 'number' && nbf * 1_000 > now()) throw new InvalidToken('it is not valid yet')
  if (cnf !== undefined) throw new InvalidToken('it is bound to a key of its client')
  if (
    claims.token_type !== undefined &&
    !/^(bearer|access_token)$/i.test(String(claims.token_type))
  ) {
    throw new InvalidToken('it is not an access token')
  }
}
