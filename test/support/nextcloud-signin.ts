/** Nextcloud's own oidc app as the provider: a client at it, and a person who signs in there. */
import { createHash, randomBytes } from 'node:crypto'
import type { TestUser } from './backend.ts'

const MAX_STEPS = 20
/** Where nobody listens: the browser of the tests stops before it. */
const REDIRECT = 'http://localhost:9999/callback'

/** What a client gets for a person. */
export interface Tokens {
  access_token: string
  id_token: string
  refresh_token?: string
}

/** A client that registered itself. */
export interface NextcloudClient {
  id: string
  /** Sends a person through sign-in and consent. */
  signIn(user: TestUser, scope: string, resource?: string): Promise<Tokens>
  refresh(tokens: Tokens): Promise<Tokens>
  /** Deletes the registration, and with it every token. */
  delete(): Promise<void>
}

/** Registers a client that gets tokens of a kind, and may ask for any scope. */
export async function registerClient(
  url: string,
  kind: 'jwt' | 'opaque' = 'jwt',
): Promise<NextcloudClient> {
  const document = await fetch(`${url}/index.php/.well-known/openid-configuration`)
  const endpoints = (await document.json()) as Record<string, string>
  const answer = await send(endpoints.registration_endpoint, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Test client',
      redirect_uris: [REDIRECT],
      token_type: kind,
    }),
  })
  const secrets = { client_id: answer.client_id, client_secret: answer.client_secret }
  const token = (fields: Record<string, string>) =>
    send(endpoints.token_endpoint, {
      body: new URLSearchParams({ ...secrets, redirect_uri: REDIRECT, ...fields }),
    }) as Promise<Tokens>
  return {
    id: answer.client_id,
    async signIn(user, scope, resource) {
      const verifier = randomBytes(32).toString('base64url')
      const authorization = new URL(endpoints.authorization_endpoint ?? '')
      authorization.search = new URLSearchParams({
        response_type: 'code',
        client_id: answer.client_id,
        redirect_uri: REDIRECT,
        scope,
        state: 'state',
        nonce: 'nonce',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...(resource === undefined ? {} : { resource }),
      }).toString()
      const back = await signInAtNextcloud(authorization, user)
      const code = back.searchParams.get('code') ?? ''
      return token({ grant_type: 'authorization_code', code, code_verifier: verifier })
    },
    refresh: tokens =>
      token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }),
    delete: () => unregister(answer.registration_client_uri, answer.registration_access_token),
  }
}

/** Deletes a registration, if it is there (RFC 7592 2.3). */
export async function unregister(uri: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { status } = await fetch(uri, { method: 'DELETE', headers })
  if (![204, 401, 404].includes(status)) throw new Error(`${uri}: ${status}`)
}

async function send(url: string | undefined, request: RequestInit) {
  const response = await fetch(url ?? '', { method: 'POST', ...request })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 500)}`)
  // biome-ignore lint/suspicious/noExplicitAny: a test fails by itself where it is of another shape
  return JSON.parse(text) as any
}

/**
 * Opens an authorization request, signs in with the login password, agrees to every scope, and
 * stops where Nextcloud sends the person back to the client.
 * @returns the address of the client with code and state
 */
export async function signInAtNextcloud(authorization: URL, user: TestUser): Promise<URL> {
  const cookies = new Map<string, string>()
  let next: { url: URL; body?: URLSearchParams; headers?: Record<string, string> } = {
    url: authorization,
  }
  for (let step = 0; step < MAX_STEPS; step++) {
    const response = await fetch(next.url, {
      method: next.body ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...next.headers,
      },
      ...(next.body ? { body: next.body } : {}),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      const url = new URL(location, next.url)
      if (url.origin !== authorization.origin) return url
      // Back from the login: a page whose script opens the authorization request again.
      next = { url: url.pathname.endsWith('/apps/oidc/redirect') ? authorization : url }
      continue
    }
    const page = await response.text()
    const requesttoken = decoded(/data-requesttoken="([^"]+)"/.exec(page)?.[1])
    const scopes = decoded(/data-scopes="([^"]+)"/.exec(page)?.[1])
    const { origin, pathname } = next.url
    const headers = { origin, requesttoken }
    if (scopes !== '') {
      const url = new URL('consent/grant', next.url)
      next = { url, headers, body: new URLSearchParams({ scopes }) }
    } else if (pathname.endsWith('/login') && next.body === undefined) {
      const { loginName, password } = user
      const fields = { user: loginName, password, requesttoken }
      next = { url: next.url, headers, body: new URLSearchParams(fields) }
    } else {
      throw new Error(`stuck at ${pathname} (${response.status}): ${page.slice(0, 500)}`)
    }
  }
  throw new Error('Nextcloud goes round in circles')
}

function decoded(attribute = ''): string {
  return attribute.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}
