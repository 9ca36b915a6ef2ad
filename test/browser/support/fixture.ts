/** A server with nothing behind it: every page with sample data, and what was submitted. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { assetAt } from '../../../src/web/assets.ts'
import { assetHeaders, type HeaderOptions, securityHeaders } from '../../../src/web/headers.ts'
import { languageOf } from '../../../src/web/language.ts'
import type { WaitingState } from '../../../src/web/views/index.ts'
import { SAMPLES } from './samples.ts'

/** The server. */
export interface Fixture {
  readonly url: string
  /** Forms as they came in. */
  readonly submitted: { path: string; fields: URLSearchParams }[]
  /** Where a submitted form leads; undefined: to a page that says so. */
  redirect: string | undefined
  /** Headers of the pages. */
  headers: HeaderOptions
  /** What the waiting page hears; a number is a status without more. */
  state: WaitingState | number
  /** How often it asked. */
  asked: number
  close(): Promise<void>
}

/** The form token in every form. */
export const CSRF = 'token-of-this-form'

/** Starts it on a free port. */
export async function startFixture(): Promise<Fixture> {
  const server = createServer((request, response) => {
    answer(fixture, request, response).catch(error => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const fixture: Fixture = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    submitted: [],
    redirect: undefined,
    headers: {},
    state: { state: 'waiting' },
    asked: 0,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return fixture
}

async function answer(fixture: Fixture, request: IncomingMessage, response: ServerResponse) {
  const { pathname } = new URL(request.url ?? '/', fixture.url)
  if (request.method === 'POST') {
    const fields = new URLSearchParams(await text(request))
    fixture.submitted.push({ path: request.url ?? '', fields })
    response.writeHead(303, { location: fixture.redirect ?? '/connected' }).end()
    return
  }
  const asset = assetAt(pathname)
  if (asset) {
    response.writeHead(200, assetHeaders(asset.contentType)).end(asset.body)
    return
  }
  if (pathname === '/state') {
    fixture.asked += 1
    const { state } = fixture
    const isStatus = typeof state === 'number'
    response.writeHead(isStatus ? state : 200, { 'content-type': 'application/json' })
    response.end(isStatus ? '{}' : JSON.stringify(state))
    return
  }
  const sample = SAMPLES[pathname.slice(1)]
  if (sample === undefined) {
    response.writeHead(404).end()
    return
  }
  const language = languageOf(request.headers['accept-language'] ?? null)
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    ...securityHeaders(fixture.headers),
  })
  response.end(
    sample({
      language,
      base: '',
      csrf: CSRF,
      user: { id: 'alice', displayName: 'Alice Liddell' },
      nextcloudUrl: 'https://cloud.example.org',
    }),
  )
}
