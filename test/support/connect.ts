/** The built-in authorization server with a Nextcloud, clients that register, and people. */
import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { Environment } from '../../src/config/config.ts'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import type { TelemetryOptions } from '../../src/server/telemetry.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { type Backend, startBackend } from './backend.ts'
import { type Front, startFront } from './front.ts'
import { type Harness, startHarness } from './harness.ts'
import { type Browser, createBrowser, formsIn, grantLoginFlow, type Page } from './login-flow.ts'
import { memoryVault } from './oauth.ts'
import { remember } from './secrets.ts'

/** Where nobody listens: browsers of the tests stop before it. */
export const REDIRECT = 'http://localhost:9999/callback'

/** A person with their login password. */
export interface Person {
  user: string
  password: string
}

/** Everything between a client that knows the address alone and the user's notes. */
export interface ConnectHarness extends Harness {
  /** Public address of the server. */
  url: string
  front: Front
  vault: Vault
  alice: Person
  bob: Person
  /** Calls a tool with a token; either era. */
  post(token: string | undefined, message: object): Promise<Response>
}

export interface ConnectOptions {
  telemetry?: TelemetryOptions | undefined
  environment?: Environment
  backend?: Backend
  vault?: Vault
  /** What makes vectors for search. */
  embedder?: Embedder
}

/** Login passwords, which the demo has fixed and a real instance is given with. */
function person(backend: Backend, id: 'alice' | 'bob'): Person {
  if (backend.demo !== undefined) return { user: id, password: `${id}-demo` }
  const suffix = id === 'alice' ? '' : '2'
  return {
    user: (id === 'alice' ? backend.alice : backend.bob)?.loginName ?? '',
    password: process.env[`NEXTCLOUD_TEST_LOGIN_PASSWORD${suffix}`] ?? '',
  }
}

/** Starts it all; no client is connected. */
export async function startConnect(options: ConnectOptions = {}): Promise<ConnectHarness> {
  const front = await startFront()
  const vault = options.vault ?? (await memoryVault())
  const backend = options.backend ?? (await startBackend())
  const h = await startHarness({
    backend,
    vault,
    client: false,
    ...(options.embedder === undefined ? {} : { embedder: options.embedder }),
    telemetry: options.telemetry,
    environment: {
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
      NEXTCLOUD_PUBLIC_URL: backend.url,
      NEXTCLOUD_MCP_SERVER_URL: front.url,
      TOKEN_STORAGE_DB: ':memory:',
      ...options.environment,
    },
  })
  front.lead(h.server.port)
  return {
    ...h,
    url: front.url,
    front,
    vault,
    alice: person(backend, 'alice'),
    bob: person(backend, 'bob'),
    post: (token, message) =>
      fetch(`${front.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(message),
      }),
    async close() {
      await h.close()
      await front.close()
      if (options.vault === undefined) await vault.close()
    },
  }
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
): Promise<TestClient> {
  const response = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
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
    const answer = {
      status: response.status,
      ...((await response.json()) as object),
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
  answer: { decision?: string; scopes?: readonly string[] } = {},
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
  return browser.send('POST', form.action, { headers: { origin: page.url.origin }, fields })
}

/**
 * A person sent to `url` by a client: agrees, confirms in Nextcloud, and is sent back.
 * @returns the address of the client with the answer
 */
export async function agree(
  url: URL,
  person: Person,
  options: { browser?: Browser; scopes?: readonly string[] } = {},
): Promise<URL> {
  const { browser = createBrowser(), scopes } = options
  const consent = await browser.open(url)
  const decided = await submit(browser, consent, {
    decision: 'allow',
    ...(scopes === undefined ? {} : { scopes }),
  })
  return confirm(browser, decided, person)
}

/** From the waiting page on: grants in Nextcloud, and follows until the client is reached. */
export async function confirm(browser: Browser, decided: Page, person: Person): Promise<URL> {
  const waiting = await followHere(browser, decided)
  if (waiting instanceof URL) return waiting
  const loginUrl = /href="([^"]*\/login\/v2\/flow[^"]*)"/.exec(waiting.body)?.[1]
  if (loginUrl === undefined) throw new Error(`stuck: ${waiting.status} ${waiting.body}`)
  await grantLoginFlow(loginUrl, person)
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

/** Connects a client for a person, from nothing to tokens. */
export async function connectClient(
  h: Pick<ConnectHarness, 'url'>,
  person: Person,
  options: { scope?: string; browser?: Browser; client?: TestClient; scopes?: string[] } = {},
): Promise<{ client: TestClient; tokens: TokenAnswer }> {
  const client = options.client ?? (await registerClient(h.url))
  const { url, verifier } = client.begin(
    options.scope === undefined ? {} : { scope: options.scope },
  )
  const back = await agree(url, person, options)
  const code = back.searchParams.get('code')
  if (code === null) throw new Error(back.href)
  return { client, tokens: await client.exchange(code, verifier) }
}

/** A person in front of the page that asks them, sent there by a client. */
export interface Asked {
  client: TestClient
  browser: Browser
  /** The page that asks. */
  page: Page
  verifier: string
  state: string
}

/** Sends a person to the page that asks them; nothing is decided. */
export async function ask(
  h: Pick<ConnectHarness, 'url'>,
  options: { client?: TestClient; browser?: Browser; parameters?: Record<string, string> } = {},
): Promise<Asked> {
  const { browser = createBrowser() } = options
  const client = options.client ?? (await registerClient(h.url))
  const { url, verifier, state } = client.begin(options.parameters)
  const page = await browser.open(url)
  if (!page.url.pathname.includes('/app/connect/')) throw new Error(`not asked: ${page.body}`)
  return { client, browser, page, verifier, state }
}

/** The same, and the person agreed: the page that waits for Nextcloud. */
export async function awaitNextcloud(
  h: Pick<ConnectHarness, 'url'>,
  options: Parameters<typeof ask>[1] = {},
): Promise<Asked & { waiting: Page; loginUrl: string }> {
  const asked = await ask(h, options)
  const decided = await submit(asked.browser, asked.page, { decision: 'allow' })
  const waiting = await followHere(asked.browser, decided)
  if (waiting instanceof URL) throw new Error(`sent back to ${waiting}`)
  return { ...asked, waiting, loginUrl: loginUrlOf(waiting) }
}

/** Where a person confirms in Nextcloud, as a waiting page tells. */
export function loginUrlOf(waiting: Page): string {
  const loginUrl = /href="([^"]*\/login\/v2\/flow[^"]*)"/.exec(waiting.body)?.[1]
  if (loginUrl === undefined) throw new Error(`no login: ${waiting.status} ${waiting.body}`)
  return loginUrl
}

/** A code for a person's account, not yet exchanged. */
export async function codeFor(
  h: Pick<ConnectHarness, 'url'>,
  person: Person,
  options: Parameters<typeof ask>[1] = {},
): Promise<{ client: TestClient; code: string; verifier: string; browser: Browser; back: URL }> {
  const { client, browser, page, verifier } = await ask(h, options)
  const back = await confirm(browser, await submit(browser, page, { decision: 'allow' }), person)
  const code = back.searchParams.get('code')
  if (code === null) throw new Error(back.href)
  return { client, code, verifier, browser, back }
}

/** Signs a person in on the pages, with a browser of their own. */
export async function signInAt(
  h: Pick<ConnectHarness, 'url'>,
  person: Person,
  browser: Browser = createBrowser(),
): Promise<{ browser: Browser; overview: Page }> {
  const begun = await submit(browser, await browser.open(`${h.url}/app`))
  const waiting = await browser.follow(begun)
  await grantLoginFlow(loginUrlOf(waiting), person)
  const overview = await browser.open(waiting.url)
  if (overview.url.pathname !== '/app') throw new Error(`not signed in: ${overview.body}`)
  return { browser, overview }
}

/** Calls a tool that reads notes with a token; gives the status of HTTP. */
export async function statusOf(h: ConnectHarness, token: string): Promise<number> {
  const call = { name: 'nc_notes_search_notes', arguments: { query: 'x' } }
  const response = await h.post(token, {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: call,
  })
  await response.arrayBuffer()
  return response.status
}

/** What a browser gets that comes for the first time. */
export interface FirstAnswer {
  status: number
  /** Where it is sent on to. */
  to: URL | undefined
  body: string
}

/** What the authorization endpoint answers to a browser that comes for the first time. */
export async function authorize(url: URL): Promise<FirstAnswer> {
  const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } })
  const location = response.headers.get('location')
  return {
    status: response.status,
    to: location === null ? undefined : new URL(location, url),
    body: await response.text(),
  }
}

/** The answer to a request of a client with these parameters; undefined leaves one out. */
export function authorizeWith(
  client: TestClient,
  parameters: Record<string, string | undefined>,
): Promise<FirstAnswer> {
  const { url } = client.begin()
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return authorize(url)
}

/** What a token says of itself. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** That a page leads nowhere and gives nothing away. */
export function expectRefused(page: Page, status = 404): void {
  expect([page.status, onwardOf(page)]).toEqual([status, null])
  expect(page.body).not.toMatch(/login\/v2\/flow|code=/)
}

/** Whether a browser is signed in on the pages. */
export async function isSignedIn(
  { url }: Pick<ConnectHarness, 'url'>,
  browser: Browser,
): Promise<boolean> {
  return (await browser.open(`${url}/app`)).body.includes('/app/sign-out')
}

/** Where a page goes on to at once, by redirect or by itself; null: it stays. */
export function onwardOf({ body, headers }: Page): string | null {
  const refresh = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(body)?.[1]
  return headers.get('location') ?? refresh?.replaceAll('&amp;', '&') ?? null
}

/** A vault, and a way to have several look at the same thing before one of them changes it. */
export interface GatheringVault extends Vault {
  /** The next `count` who look up records of a kind get their answers together. */
  gather(kind: string, count: number): void
}

/** What takes two steps looks like one where all is in memory; over a network it would not. */
export async function gatheringVault(): Promise<GatheringVault> {
  const vault = await memoryVault()
  let expected: { kind: string; missing: number; all: PromiseWithResolvers<void> } | undefined
  const records: Vault['records'] = {
    ...vault.records,
    async get(kind, id) {
      const found = await vault.records.get(kind, id)
      if (expected?.kind !== kind) return found
      const { all } = expected
      expected.missing--
      if (expected.missing === 0) {
        expected = undefined
        all.resolve()
      }
      await all.promise
      return found
    },
  }
  return {
    ...vault,
    records,
    gather(kind, count) {
      expected = { kind, missing: count, all: Promise.withResolvers<void>() }
    },
  }
}
