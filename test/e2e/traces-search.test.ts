/** Spans of what is checked, found and indexed, each below what it is done for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import { startOAuth } from '../support/oauth.ts'
import { type RecordedSpan, spans } from '../support/recording-sdk.ts'
import { stubEmbedder } from '../support/search.ts'
import { watched } from '../support/secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'traces-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const TRACES = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
const telemetry = { sdk: join(import.meta.dirname, '../support/recording-sdk.ts') }
const WORDS = { title: 'Plum', content: 'quince', category: 'medlar' }
let h: Harness
let files = 0
beforeEach(() => spans.splice(0))
afterEach(async () => {
  await h.close()
  expect(spans.every(({ ended }) => ended)).toBe(true)
  // Whoever reads the traces need not know what people wrote, who they are, or how they sign in.
  const told = JSON.stringify(spans)
  const { loginName, password } = h.backend.alice
  const { secrets } = watched()
  const hidden = [...Object.values(WORDS), `"${loginName}"`, password, '127.0.0.1', ...secrets]
  for (const word of hidden) expect(told).not.toContain(word)
})

const named = (name: string) => spans.filter(span => span.name === name)
const above = ({ parent }: RecordedSpan) =>
  spans.find(({ context }) => context.spanId === parent?.spanId)
/** Names from a span up to where its trace begins. */
const wayUp = (span: RecordedSpan | undefined): string[] =>
  span === undefined ? [] : [span.name, ...wayUp(above(span))]

const searching = async (embedder = stubEmbedder()) => {
  h = await startHarness({
    embedder,
    telemetry,
    environment: {
      ...TRACES,
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, `${files++}.db`),
    },
  })
  await h.ok('nc_notes_create_note', WORDS)
  spans.splice(0)
  await h.composition.search?.sync.once()
}

test('a listing and a batch are above their requests and vectors, and begin a trace', async () => {
  await searching()
  const [list] = named('list note')
  expect(list).toMatchObject({ parent: undefined, status: undefined })
  const listed = spans.filter(span => list && above(span) === list)
  expect(listed.map(({ name }) => name)).toContain('nextcloud notes GET')
  const [embed] = named('embed passage')
  expect(wayUp(embed)).toEqual(['embed passage', 'index documents'])
  expect(Number(embed?.attributes['embedding.texts'])).toBeGreaterThan(0)
  expect(wayUp(named('nextcloud webdav GET')[0])).toContain('index documents')
})

test('a listing that fails is marked with its code', async () => {
  await searching()
  spans.splice(0)
  h.proxy.plan(({ path }) => (path.includes('/apps/notes/') ? 403 : undefined))
  const { sync, ledger, now } = h.composition.search ?? {}
  await ledger?.hasten(undefined, ['note'], now?.() ?? 0)
  await sync?.once()
  h.proxy.plan(undefined)
  expect(named('list note')[0]).toMatchObject({
    attributes: { 'error.type': 'FORBIDDEN' },
    status: { code: 2 },
  })
})

test('a search is below its call, what it asks below the search', async () => {
  await searching()
  spans.splice(0)
  const { results } = await h.ok('nc_semantic_search', { query: 'quince', mode: 'semantic' })
  expect(results.length).toBeGreaterThan(0)
  const up = ['search semantic', 'tool nc_semantic_search', 'POST /mcp']
  expect(wayUp(named('embed query')[0])).toEqual(['embed query', ...up])
  const asked = spans.filter(({ name }) => name.startsWith('nextcloud '))
  expect(asked.map(wayUp)).toContainEqual([expect.any(String), ...up])
})

test('a call is below the span that its _meta names, and linked to its request', async () => {
  h = await startHarness({ environment: TRACES, telemetry })
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`
  const ask = (_meta: object) =>
    h.client.callTool({ name: 'nc_users_get_current_user', arguments: {}, _meta: { ..._meta } })
  await ask({ traceparent, tracestate: 'vendor=1' })
  const call = spans.findLast(({ name }) => name.startsWith('tool '))
  expect(call?.parent).toMatchObject({ traceId, spanId: 'b7ad6b7169203331' })
  const request = spans.find(({ context }) => context.spanId === call?.links[0]?.spanId)
  expect(request?.name).toBe('POST /mcp')
  const sent = h.proxy.requests.at(-1)?.headers
  expect(sent).toMatchObject({
    traceparent: expect.stringContaining(traceId),
    tracestate: 'vendor=1',
  })

  for (const odd of [{ traceparent: 7 }, { traceparent: 'Plum' }, { tracestate: traceparent }]) {
    spans.splice(0)
    await ask({ ...odd, baggage: 'user=Plum' })
    const later = spans.findLast(({ name }) => name.startsWith('tool '))
    expect(later?.links).toEqual([])
    expect(wayUp(later).at(-1)).toBe('POST /mcp')
  }
  expect(JSON.stringify(h.proxy.requests)).not.toContain('user=Plum')
})

test('a token is checked below its request, once, and refused with a code', async () => {
  const oauth = await startOAuth('oauth_multi_audience', {
    client: false,
    environment: TRACES,
    telemetry,
  })
  h = oauth
  const token = await oauth.idp.mint()
  for (const _ of [1, 2]) await (await oauth.callWith(token, 'nc_users_get_current_user')).text()
  expect(named('token check jwt').map(wayUp)).toEqual([['token check jwt', 'POST /mcp']])
  expect(named('token check jwt')[0]?.status).toBeUndefined()
  await oauth.callWith(await oauth.idp.mint({ exp: 1 }), 'nc_users_get_current_user')
  expect(named('token check jwt')[1]).toMatchObject({
    attributes: { 'error.type': 'INVALID_TOKEN' },
    status: { code: 2 },
  })
})

test('a method that this server does not know is no name of a span', async () => {
  h = await startHarness({ environment: TRACES, telemetry, client: false })
  await fetch(h.server.url.replace('/mcp', '/Plum'), { method: 'PROPFIND' })
  expect(spans.map(({ name }) => name)).toEqual(['other other'])
})
