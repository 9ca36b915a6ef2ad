/** An MCP client of the built-in authorization server, and a person with a browser who agrees. */
import { createHash, randomBytes } from 'node:crypto'
import { type Browser, createBrowser, formsIn, grantLoginFlow, type Page } from './login-flow.ts'
import { remember } from './secrets.ts'

/** Where nobody listens: browsers of the tests stop before it. */
export const REDIRECT = 'http://localhost:9999/callback'

/** A person with their login password. */
export interface Person {
  user: string
  password: string
}

/** What the token endpoint answered. */
export interface TokenAnswer {
  status: number
  access_token: string
  refresh_token: string
  scope: string
  expires_in: number
  error?: string
  error_description?: string
}

/** A client that registered itself. */
export interface TestClient {
  id: string
  /** The address to send a person to, and what belongs to the answer. */
  begin(parameters?: Record<string, string>): { url: URL; verifier: string; state: string }
  exchange(
    code: string,
    verifier: string,
    parameters?: Record<string, string>,
  ): Promise<TokenAnswer>
  refresh(token: string, parameters?: Record<string, string>): Promise<TokenAnswer>
  revoke(token: string): Promise<number>
}

/** Registers a public client, as the MCP clients for the desktop do. */
export async function registerClient(
  url: string,
  metadata: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<TestClient> {
  const response = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Test client',
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'none',
      ...metadata,
    }),
  })
  const answer = (await response.json()) as { client_id: string; error?: string }
  if (response.status !== 201) throw new Error(JSON.stringify(answer))
  const [redirect = REDIRECT] = (metadata.redirect_uris as string[] | undefined) ?? []
  return clientOf(url, answer.client_id, redirect)
}

/** A client that is known by its id. */
export function clientOf(url: string, id: string, redirect = REDIRECT): TestClient {
  const token = async (fields: Record<string, string>): Promise<TokenAnswer> => {
    const body = new URLSearchParams({ client_id: id, ...fields })
    const response = await fetch(`${url}/oauth/token`, { method: 'POST', body })
    // A proxy says in HTML that nobody is there.
    const isAnswer = response.headers.get('content-type')?.includes('json') === true
    const answer = {
      status: response.status,
      ...(isAnswer ? ((await response.json()) as object) : {}),
    } as TokenAnswer
    for (const secret of [fields.code, fields.refresh_token, fields.code_verifier]) remember(secret)
    remember(answer.access_token)
    remember(answer.refresh_token)
    return answer
  }
  return {
    id,
    begin(parameters = {}) {
      const verifier = randomBytes(32).toString('base64url')
      const state = randomBytes(8).toString('hex')
      const authorization = new URL(`${url}/oauth/authorize`)
      authorization.search = new URLSearchParams({
        response_type: 'code',
        client_id: id,
        redirect_uri: redirect,
        state,
        scope: 'notes:read',
        resource: `${url}/mcp`,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...parameters,
      }).toString()
      return { url: authorization, verifier, state }
    },
    exchange: (code, verifier, parameters = {}) =>
      token({
        grant_type: 'authorization_code',
        redirect_uri: redirect,
        code,
        code_verifier: verifier,
        ...parameters,
      }),
    refresh: (refreshToken, parameters = {}) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...parameters }),
    async revoke(value) {
      const body = new URLSearchParams({ client_id: id, token: value })
      return (await fetch(`${url}/oauth/revoke`, { method: 'POST', body })).status
    },
  }
}

/** Sends a form of a page as a person would: with the boxes that are ticked, or these. */
export async function submit(
  browser: Browser,
  page: Page,
  answer: {
    decision?: string
    scopes?: readonly string[]
    headers?: Record<string, string>
  } = {},
): Promise<Page> {
  const [form] = formsIn(page)
  if (form === undefined) throw new Error(`no form at ${page.url.pathname}: ${page.body}`)
  const ticked = [...page.body.matchAll(/<input\b[^>]*name="scopes"[^>]*>/g)].flatMap(([input]) =>
    /\bchecked\b/.test(input) ? [/value="([^"]*)"/.exec(input)?.[1] ?? ''] : [],
  )
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(form.fields)) {
    if (name !== 'scopes') fields.set(name, value)
  }
  for (const scope of answer.scopes ?? ticked) fields.append('scopes', scope)
  if (answer.decision !== undefined) fields.set('decision', answer.decision)
  const headers = { ...answer.headers, origin: page.url.origin }
  return browser.send('POST', form.action, { headers, fields })
}

/**
 * A person sent to `url` by a client: agrees, confirms in Nextcloud, and is sent back.
 * @returns the address of the client with the answer
 */
export async function agree(
  url: URL,
  person: Person,
  options: {
    browser?: Browser
    scopes?: readonly string[]
    headers?: Record<string, string>
  } = {},
): Promise<URL> {
  const { browser = createBrowser(), scopes, headers } = options
  const consent = await browser.open(url)
  const decided = await submit(browser, consent, {
    decision: 'allow',
    ...(scopes === undefined ? {} : { scopes }),
    ...(headers === undefined ? {} : { headers }),
  })
  return confirm(browser, decided, person)
}

/** From the waiting page on: grants in Nextcloud, and follows until the client is reached. */
export async function confirm(browser: Browser, decided: Page, person: Person): Promise<URL> {
  const waiting = await followHere(browser, decided)
  if (waiting instanceof URL) return waiting
  await grantLoginFlow(loginUrlOf(waiting), person)
  const after = await followHere(browser, await browser.send('GET', waiting.url))
  if (after instanceof URL) return after
  throw new Error(`stuck at ${after.url.pathname}: ${after.status} ${after.body}`)
}

/**
 * Follows redirects of this server, and pages that go on by themselves; gives the address where one
 * leads away from it, or to which a page's button leads that opens a program.
 */
export async function followHere(browser: Browser, page: Page): Promise<Page | URL> {
  let last = page
  for (let step = 0; step < 10; step++) {
    const refresh = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(last.body)?.[1]
    const location = last.headers.get('location') ?? refresh?.replaceAll('&amp;', '&')
    if (location === undefined) return last
    const next = new URL(location, last.url)
    if (next.origin !== page.url.origin) return next
    last = await browser.send('GET', next)
  }
  throw new Error('round in circles')
}

/** Where a person confirms in Nextcloud, as a waiting page tells. */
export function loginUrlOf(waiting: Page): string {
  const loginUrl = /href="([^"]*\/login\/v2\/flow[^"]*)"/.exec(waiting.body)?.[1]
  if (loginUrl === undefined) throw new Error(`no login: ${waiting.status} ${waiting.body}`)
  return loginUrl
}
