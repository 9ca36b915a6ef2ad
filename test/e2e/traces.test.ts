/** Spans of a call on its way through, from the client's to Nextcloud's. */
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import { spans } from '../support/recording-sdk.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, tracestate: 'vendor=1' }
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
const lines: string[] = []
const write = (line: string) => lines.push(line)
let h: Harness

beforeAll(async () => {
  h = await startHarness({
    environment: { ...endpoint, LOG_LEVEL: 'debug', LOG_FORMAT: 'json' },
    telemetry: { write, sdk: join(import.meta.dirname, '../support/recording-sdk.ts') },
  })
})
afterAll(() => h.close())
beforeEach(() => {
  spans.length = 0
  lines.length = 0
  h.proxy.forget()
})

/** The last request, its call and what it asked Nextcloud for, in one trace. */
function chain() {
  const call = spans.findLast(({ name }) => name.startsWith('tool '))
  return {
    call,
    request: spans.find(({ context }) => context.spanId === call?.parent?.spanId),
    sent: spans.filter(({ parent }) => parent?.spanId === call?.context.spanId),
  }
}

test("a call is below its request, which is below the caller's span; Nextcloud is told", async () => {
  const client = await h.connect({ headers: CALLER })
  await client.callTool({ name: 'nc_notes_search_notes', arguments: { query: 'x' } })
  const { request, call, sent } = chain()
  expect(request).toMatchObject({
    name: 'POST /mcp',
    parent: { traceId: TRACE, spanId: 'b7ad6b7169203331' },
    attributes: { 'http.response.status_code': 200 },
    ended: true,
  })
  expect(call?.name).toBe('tool nc_notes_search_notes')
  expect(sent.map(({ name }) => name)).toContain('nextcloud notes GET')
  const told = h.proxy.requests.map(({ headers }) => [headers.traceparent, headers.tracestate])
  for (const { context } of sent) {
    expect(told).toContainEqual([`00-${TRACE}-${context.spanId}-01`, 'vendor=1'])
  }
  const logged = lines.map(line => JSON.parse(line)).find(({ msg }) => msg === 'call')
  expect(logged).toMatchObject({ trace_id: TRACE, span_id: call?.context.spanId })
})

test('what fails is told by its code; no span holds what was written or by whom', async () => {
  await h.ok('nc_notes_create_note', { title: 'Plum', content: 'quince', category: 'medlar' })
  await h.call('nc_notes_get_note', { note_id: 987_654 })
  const { call, sent } = chain()
  expect(call).toMatchObject({ attributes: { 'error.type': 'NOT_FOUND' }, status: { code: 2 } })
  expect(sent.at(-1)).toMatchObject({ attributes: { 'http.response.status_code': 404 } })
  expect(spans.every(({ ended }) => ended)).toBe(true)
  const { loginName, password } = h.backend.alice
  for (const word of ['Plum', 'quince', 'medlar', '987654', loginName, password, '127.0.0.1']) {
    expect(JSON.stringify(spans)).not.toContain(word)
  }
})

test('without the SDK the log says what to install, and everything else goes on', async () => {
  const other = await startHarness({
    environment: { ...endpoint, LOG_LEVEL: 'warn' },
    telemetry: { write, sdk: join(import.meta.dirname, 'no-such-package') },
  })
  expect(lines.join('')).toMatch(/warn .*npm install @opentelemetry\/sdk-node/)
  await other.ok('nc_notes_search_notes', { query: 'x' })
  expect(other.proxy.requests.every(({ headers }) => headers.traceparent === undefined)).toBe(true)
  await other.close()
})
