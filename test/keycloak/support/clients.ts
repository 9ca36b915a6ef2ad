/** OAuth clients: AI clients that register themselves, and what others do at the token endpoint. */
import { decodeJwt, type JWTPayload } from 'jose'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  dynamicClientRegistration,
  None,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from 'openid-client'
import type { Visit, Visitor } from './browser.ts'
import type { Keycloak } from './keycloak.ts'

/** An access token with what belongs to it. */
export interface Tokens {
  accessToken: string
  claims: JWTPayload & { azp?: string; preferred_username?: string }
  /** Scopes that were granted. */
  scopes: string[]
  refreshToken: string | undefined
}

/** A client that people sign in with. */
export interface AiClient {
  readonly configuration: Configuration
  /** Address, and a token, for managing the registration (RFC 7592). */
  readonly registration: { uri: string; token: string } | undefined
  /** Code and PKCE in a browser. */
  signIn(visitor: Visitor, user: string, scopes: readonly string[]): Promise<Tokens & Visit>
  /** @throws with the provider's answer */
  refresh(refreshToken: string): Promise<Tokens>
}

const execute = [allowInsecureRequests]

/** A client that registers itself, as AI clients do. */
export async function registerClient(
  keycloak: Keycloak,
  redirectUri: string,
  scopes?: readonly string[],
): Promise<AiClient> {
  const configuration = await dynamicClientRegistration(
    new URL(keycloak.issuer),
    {
      client_name: 'An AI client',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    },
    None(),
    { execute },
  )
  const { registration_client_uri: uri, registration_access_token: token } =
    configuration.clientMetadata()
  return clientOf(configuration, redirectUri, { uri: String(uri), token: String(token) })
}

/** A client that an administrator made; public without a secret. */
export async function knownClient(
  keycloak: Keycloak,
  redirectUri: string,
  { id, secret }: { id: string; secret?: string },
): Promise<AiClient> {
  const configuration = await discovery(
    new URL(keycloak.issuer),
    id,
    secret,
    secret === undefined ? None() : undefined,
    { execute },
  )
  return clientOf(configuration, redirectUri, undefined)
}

function clientOf(
  configuration: Configuration,
  redirectUri: string,
  registration: AiClient['registration'],
): AiClient {
  return {
    configuration,
    registration,
    async signIn(visitor, user, scopes) {
      const verifier = randomPKCECodeVerifier()
      const state = randomState()
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: scopes.join(' '),
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
      })
      const visit = await visitor.authorize(url, user)
      const answer = await authorizationCodeGrant(configuration, visit.callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      })
      return { ...tokensOf(answer), ...visit }
    },
    refresh: async refreshToken => tokensOf(await refreshTokenGrant(configuration, refreshToken)),
  }
}

interface TokenAnswer {
  access_token: string
  refresh_token?: string
  scope?: string
}

function tokensOf(answer: TokenAnswer): Tokens {
  return {
    accessToken: answer.access_token,
    claims: decodeJwt(answer.access_token),
    scopes: (answer.scope ?? '').split(' ').filter(scope => scope !== ''),
    refreshToken: answer.refresh_token,
  }
}

/** An answer of the token endpoint, good or bad. */
export interface TokenResponse {
  status: number
  /** Undefined for an error. */
  tokens: Tokens | undefined
  error: string | undefined
  description: string | undefined
}

/** A plain request to the token endpoint, by the MCP server's client unless another is given. */
export async function requestToken(
  keycloak: Keycloak,
  parameters: Record<string, string>,
  client: { id: string; secret: string } = keycloak.serverClient,
): Promise<TokenResponse> {
  const response = await fetch(keycloak.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
    body: new URLSearchParams(parameters),
  })
  const answer = (await response.json()) as TokenAnswer & {
    error?: string
    error_description?: string
  }
  return {
    status: response.status,
    tokens: response.ok ? tokensOf(answer) : undefined,
    error: answer.error,
    description: answer.error_description,
  }
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** A token exchange (RFC 8693) by the MCP server's client. */
export function exchange(
  keycloak: Keycloak,
  subjectToken: string,
  parameters: Record<string, string>,
): Promise<TokenResponse> {
  return requestToken(keycloak, {
    grant_type: EXCHANGE,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    requested_token_type: ACCESS_TOKEN,
    ...parameters,
  })
}
