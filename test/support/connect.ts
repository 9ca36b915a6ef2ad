/** The built-in authorization server with a Nextcloud, clients that register, and people. */
import { expect } from 'vitest'
import type { Environment } from '../../src/config/config.ts'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import type { TelemetryOptions } from '../../src/server/telemetry.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { type Backend, startBackend } from './backend.ts'
import { type Front, startFront } from './front.ts'
import { type Harness, startHarness } from './harness.ts'
import { type Browser, createBrowser, grantLoginFlow, type Page } from './login-flow.ts'
import { memoryVault } from './oauth.ts'
import {
  agree,
  confirm,
  followHere,
  loginUrlOf,
  type Person,
  registerClient,
  submit,
  type TestClient,
  type TokenAnswer,
} from './oauth-client.ts'

export {
  agree,
  clientOf,
  confirm,
  followHere,
  loginUrlOf,
  type Person,
  REDIRECT,
  registerClient,
  submit,
  type TestClient,
  type TokenAnswer,
} from './oauth-client.ts'

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
