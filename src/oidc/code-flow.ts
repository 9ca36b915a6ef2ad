/**
 * Signs a person in with this server's own client: authorization code (RFC 6749 4.1), PKCE with
 * S256 (RFC 7636), state, nonce (OIDC Core 3.1), and the issuer in the answer (RFC 9207).
 */
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { ProviderError, providerErrorOf } from './errors.ts'
import { type IdToken, verifyIdToken } from './id-token.ts'
import { sameOrigin } from './issuer.ts'
import { type ClientCredentials, configurationOf, type Provider } from './provider.ts'
import { readAnswer, tokenRequest } from './token-answer.ts'

/** How a sign-in is begun. */
export interface CodeFlowRequest {
  /** Where the provider sends the person back to, as it is registered. */
  readonly redirectUri: string
  /** As the provider spells them; `openid` is added. */
  readonly scopes: readonly string[]
  /** Default: `consent` where `offline_access` is asked for (OIDC Core 11), else nothing. */
  readonly prompt?: string
  /** For whom the access token is to be (RFC 8707). */
  readonly resource?: string
  /** The same for providers that have a parameter of their own for it. */
  readonly audience?: string
  /** Further parameters; none can take the place of those that make the flow safe. */
  readonly extra?: Readonly<Record<string, string>>
}

/** A sign-in that was begun. All but `url` is secret and has to be there at its end. */
export interface CodeFlow {
  /** Where the person's browser is to go. */
  readonly url: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** The end of a sign-in, with what was kept from its beginning. */
export interface CodeFlowAnswer extends Pick<CodeFlow, 'state' | 'nonce' | 'codeVerifier'> {
  /** The address that the browser came back to, with its parameters. */
  readonly callbackUrl: string | URL
  /** As it was given to {@link beginCodeFlow}, whatever the host that the browser came to. */
  readonly redirectUri: string
  /** What was asked for, which is what was granted unless the provider says otherwise. */
  readonly scopes?: readonly string[]
  readonly resource?: string
  /** The clock, in milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** Who signed in, and the tokens that came with it; times in milliseconds since 1970. */
export interface SignedIn {
  /** The claim `sub`. */
  readonly subject: string
  /** The user as access tokens name them to this server: the same, as an ID token always has it. */
  readonly userId: string
  /** Claims for display, as the provider names them; nothing may be decided by them. */
  readonly profile: Readonly<Record<string, string>>
  readonly accessToken: string
  readonly accessExpiresAt: number
  /** Absent where the provider gave none: then nothing can be done while the person is away. */
  readonly refreshToken?: string
  /** Absent where the provider does not say. */
  readonly refreshExpiresAt?: number
  /** Granted scopes as the provider spells them; empty where nobody says. */
  readonly scopes: readonly string[]
}

const OFFLINE = 'offline_access'
const PROFILE_CLAIMS = ['name', 'preferred_username', 'email'] as const

/**
 * Begins a sign-in; asks the provider for nothing.
 * @throws ProviderError `MISCONFIGURED` where the provider has no page for it
 */
export async function beginCodeFlow(
  provider: Provider,
  client: ClientCredentials,
  request: CodeFlowRequest,
): Promise<CodeFlow> {
  if (provider.metadata.authorization_endpoint === undefined) {
    throw new ProviderError('MISCONFIGURED', 'The provider signs nobody in with a browser')
  }
  const { redirectUri, resource, audience, extra } = request
  const scopes = [...new Set(['openid', ...request.scopes])]
  const prompt = request.prompt ?? (scopes.includes(OFFLINE) ? 'consent' : undefined)
  const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()]
  const url = buildAuthorizationUrl(configurationOf(provider, client), {
    ...extra,
    ...(prompt === undefined ? {} : { prompt }),
    ...(resource === undefined ? {} : { resource }),
    ...(audience === undefined ? {} : { audience }),
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  return { url: forBrowsers(provider, url), state, nonce, codeVerifier }
}

/**
 * Ends a sign-in: checks the answer, exchanges the code, checks who it is.
 * @throws ProviderError `REFUSED` with the OAuth error that the provider sent the person back with
 *   (`access_denied`), or answered to the code; `MISCONFIGURED` for an answer that is not of this
 *   sign-in or this provider, or an ID token that cannot be accepted; `UNAVAILABLE`
 */
export async function finishCodeFlow(
  provider: Provider,
  client: ClientCredentials,
  answer: CodeFlowAnswer,
): Promise<SignedIn> {
  const { now = Date.now, resource } = answer
  const callback = new URL(answer.redirectUri)
  callback.search = new URL(answer.callbackUrl).search
  checkCallback(provider, callback.searchParams, answer.state)
  const request = tokenRequest(provider, client)
  const asked = now()
  try {
    const given = await authorizationCodeGrant(
      request.configuration,
      callback,
      { expectedState: answer.state, pkceCodeVerifier: answer.codeVerifier },
      resource === undefined ? undefined : { resource },
    )
    const { expiresAt: accessExpiresAt, scopes, ...tokens } = readAnswer(given, asked)
    const { nonce } = answer
    const claims = await verifyIdToken(request.idToken(), provider, {
      clientId: client.id,
      nonce,
      now,
    })
    return {
      subject: claims.sub,
      userId: claims.sub,
      profile: profileOf(claims),
      ...tokens,
      accessExpiresAt,
      scopes: scopes ?? answer.scopes ?? [],
    }
  } catch (error) {
    throw providerErrorOf(error, 'The sign-in')
  }
}

/**
 * Whether the answer is of this provider (RFC 9207 2.4) and this sign-in. A name that the provider
 * has beside its first one is put as that, the only one that the library knows.
 */
function checkCallback(provider: Provider, answer: URLSearchParams, state: string): void {
  const { issuer, authorization_response_iss_parameter_supported: always } = provider.metadata
  const named = answer.getAll('iss')
  if (named.length === 0 ? always === true : !named.every(iss => provider.issuers.includes(iss))) {
    throw new ProviderError(
      'MISCONFIGURED',
      `The answer to the sign-in does not come from ${provider.issuer} (iss)`,
    )
  }
  if (named.length === 1) answer.set('iss', issuer)
  if (answer.getAll('state').join() !== state) {
    throw new ProviderError('MISCONFIGURED', 'The answer is that to another sign-in (state)')
  }
}

/** Where this server reaches the provider under an inner name, browsers do under the public one. */
function forBrowsers({ issuer, metadata }: Provider, url: URL): string {
  if (!sameOrigin(url.href, metadata.issuer)) return url.href
  return new URL(issuer).origin + url.href.slice(url.origin.length)
}

function profileOf(claims: IdToken): Record<string, string> {
  return Object.fromEntries(
    PROFILE_CLAIMS.flatMap(name => {
      const value = claims[name]
      return typeof value === 'string' && value !== '' ? [[name, value]] : []
    }),
  )
}
