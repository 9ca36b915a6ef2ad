/** The search page with people, what they have in Nextcloud, and vectors without a model. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../src/config/config.ts'
import { type Embedder, EmbeddingError } from '../../src/search/embed/embedder.ts'
import type { SearchWiring } from '../../src/server/search.ts'
import type { TestUser } from './backend.ts'
import { type ConnectHarness, loginUrlOf, type Person, signInAt, startConnect } from './connect.ts'
import { basic } from './credentials.ts'
import { type Browser, formsIn, grantLoginFlow, type Page } from './login-flow.ts'
import { stubEmbedder } from './search.ts'

/** A server with search, and two people. */
export interface SearchPageHarness extends ConnectHarness {
  search: SearchWiring
  /** While true, nobody makes vectors. */
  model: { isDown: boolean }
}

/** Starts it; nobody has allowed anything, and nothing is indexed. */
export async function startSearchPage(environment: Environment = {}): Promise<SearchPageHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'search-page-'))
  const model = { isDown: false }
  const stub = stubEmbedder()
  const embedder: Embedder = {
    ...stub,
    embed(texts, options) {
      if (!model.isDown) return stub.embed(texts, options)
      throw new EmbeddingError('UNREACHABLE', 'no answer from http://10.1.2.3:8080')
    },
  }
  const h = await startConnect({
    embedder,
    environment: {
      ENABLE_SEMANTIC_SEARCH: 'true',
      ENABLE_OFFLINE_ACCESS: 'true',
      SEARCH_INDEX_DB: join(folder, 'search.db'),
      ...environment,
    },
  })
  const { search } = h.composition
  if (search === undefined) throw new Error('search is off')
  return {
    ...h,
    search,
    model,
    async close() {
      await h.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A form of a page, by the end of where it leads. */
export function formTo(page: Page, end: string, fields: Record<string, string> = {}) {
  const found = formsIn(page).find(
    form =>
      form.action.pathname.endsWith(end) &&
      Object.entries(fields).every(([name, value]) => form.fields[name] === value),
  )
  if (found === undefined) throw new Error(`no form to ${end}: ${page.status} ${page.body}`)
  return found
}

/** Signs a person in who has allowed work while they are away. */
export async function allowed(h: SearchPageHarness, person: Person): Promise<Browser> {
  const { browser, overview } = await signInAt(h, person)
  if ((await h.composition.background?.status(person.user)) !== undefined) return browser
  await allow(h, person, browser, overview)
  return browser
}

/** Allows work while this person, who is signed in, is away. */
export async function allow(
  h: Pick<ConnectHarness, 'url'>,
  person: Person,
  browser: Browser,
  overview: Page,
): Promise<void> {
  const { action, fields } = formTo(overview, '/background/on')
  const onward = await browser.send('POST', action, { fields })
  const link = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(onward.body)?.[1] ?? ''
  const asked = await browser.open(new URL(link.replaceAll('&amp;', '&'), h.url))
  const [form] = formsIn(asked)
  const body = new URLSearchParams({ csrf: form?.fields.csrf ?? '', decision: 'allow' })
  for (const [, scope = ''] of asked.body.matchAll(/name="scopes" value="([^"]*)"/g)) {
    body.append('scopes', scope)
  }
  const waiting = await browser.follow(
    await browser.send('POST', form?.action ?? '', { fields: body }),
  )
  await grantLoginFlow(loginUrlOf(waiting), person)
  await browser.open(waiting.url)
}

/** The search page, for these fields. */
export function searchAt(
  h: Pick<ConnectHarness, 'url'>,
  browser: Browser,
  fields: URLSearchParams | Record<string, string> = {},
): Promise<Page> {
  return browser.open(`${h.url}/app/search?${new URLSearchParams(fields)}`)
}

/** Titles on a page of results, as they are written in it. */
export function titlesOn({ body }: Page): string[] {
  const results = /<section aria-labelledby="results">.*?<\/section>/s.exec(body)?.[0] ?? ''
  return [...results.matchAll(/<h3>.*?<bdi>(.*?)<\/bdi>/gs)].map(([, title = '']) => title)
}

/** One request of a person to Nextcloud itself. */
export async function asUser(
  h: ConnectHarness,
  user: TestUser | undefined,
  method: string,
  path: string,
  body: string | Record<string, unknown> = '',
): Promise<unknown> {
  if (user === undefined) throw new Error('there is no such user')
  const response = await fetch(h.backend.url + path, {
    method,
    headers: {
      authorization: basic(user),
      'ocs-apirequest': 'true',
      accept: 'application/json',
      ...(typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === '' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return /^[[{]/.test(text) ? JSON.parse(text) : undefined
}
