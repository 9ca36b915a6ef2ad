/** What every client relies on, whatever the tool: revisions, lists, arguments, progress, cancelling. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApps } from '../../src/apps/index.ts'
import type { App } from '../../src/mcp/app.ts'
import { defineTool } from '../../src/mcp/tool.ts'
import { demoBackend } from '../support/backend.ts'
import { callTool, type Harness, startHarness } from '../support/harness.ts'

const slow = defineTool({
  name: 'test_slow',
  title: 'Slow',
  description: 'Reports progress, then waits for Nextcloud.',
  scopes: [],
  effect: 'read',
  input: z.object({}),
  output: z.object({ done: z.boolean() }),
  async run({ session, progress }) {
    progress(1, 2, 'half')
    await session.send({ method: 'GET', path: '/status.php' })
    progress(2, 2)
    return { done: true }
  },
})

const typed = defineTool({
  name: 'test_typed',
  title: 'Typed',
  description: 'Gives its arguments back.',
  scopes: [],
  effect: 'read',
  input: z.object({
    count: z.int(),
    flag: z.boolean().default(false),
    names: z.array(z.string()).optional(),
    note: z.string().optional(),
  }),
  output: z.looseObject({}),
  run: async (_, args) => args,
})

const broken = defineTool({
  name: 'test_broken',
  title: 'Broken',
  description: 'Fails as no tool should.',
  scopes: [],
  effect: 'read',
  input: z.object({}),
  output: z.object({}),
  run: async () => {
    throw new TypeError('secret detail at /srv/app.js')
  },
})

const testApp: App = { id: 'test', title: 'Test', tools: [slow, typed, broken] }
const apps = [...createApps({ excludedTags: [] }), testApp]

describe.each(['modern', 'legacy'] as const)('a client of the %s revision', era => {
  let h: Harness
  beforeAll(async () => {
    h = await startHarness({ apps, era })
  })
  afterAll(() => h.close())

  test('lists the tools in a fixed order, with schemas and annotations', async () => {
    const { tools } = await h.client.listTools()
    const again = await h.client.listTools()
    expect(again.tools).toEqual(tools)
    const get = tools.find(({ name }) => name === 'nc_notes_get_note')
    expect(get).toMatchObject({
      title: 'Read a note',
      annotations: { readOnlyHint: true, openWorldHint: false },
      inputSchema: {
        type: 'object',
        properties: { note_id: { type: 'integer', minimum: 1 } },
        required: ['note_id'],
      },
    })
  })

  test('gets structured content, and the same JSON as text', async () => {
    const result = await h.client.callTool({ name: 'test_typed', arguments: { count: 1 } })
    expect(result.structuredContent).toEqual({ count: 1, flag: false })
    expect(result.content).toEqual([{ type: 'text', text: '{"count":1,"flag":false}' }])
  })

  test('lists resources and templates, and reads one', async () => {
    const { resources } = await h.client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(['nc://capabilities', 'notes://settings']),
    )
    const { resourceTemplates } = await h.client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(
      'nc://Notes/{note_id}',
    )
    const { contents } = await h.client.readResource({ uri: 'nc://capabilities' })
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
      ocs: { meta: {}, data: { version: {}, capabilities: {} } },
    })
  })

  test('an unknown tool is a protocol error', async () => {
    await expect(h.client.callTool({ name: 'nothing' })).rejects.toMatchObject({ code: -32_602 })
  })

  test('progress reaches the client', async () => {
    const seen: unknown[] = []
    await h.client.callTool(
      { name: 'test_slow', arguments: {} },
      { onprogress: progress => seen.push(progress) },
    )
    expect(seen[0]).toMatchObject({ progress: 1, total: 2, message: 'half' })
  })

  test('cancelling ends the request to Nextcloud', async () => {
    const abort = new AbortController()
    let stopped: Promise<boolean> | undefined
    h.proxy.plan(({ path, closed }) => {
      if (!path.startsWith('/status.php')) return undefined
      stopped = Promise.race([closed.then(() => true), sleep(5_000, false)])
      abort.abort()
      return 'delay'
    })
    await expect(
      h.client.callTool({ name: 'test_slow', arguments: {} }, { signal: abort.signal }),
    ).rejects.toThrow()
    h.proxy.plan(undefined)
    expect(await stopped).toBe(true)
  })
})

describe('arguments', () => {
  let h: Harness
  beforeAll(async () => {
    h = await startHarness({ apps: [testApp] })
  })
  afterAll(() => h.close())

  test('what has one meaning only is understood', async () => {
    const sent = { count: '7', flag: 'true', names: '["a","b"]', note: null }
    expect(await h.ok('test_typed', sent)).toEqual({ count: 7, flag: true, names: ['a', 'b'] })
  })

  test.each([
    [{}, /count: required argument is missing/],
    [{ count: 'many' }, /count: /],
    [{ count: 1.5 }, /count: /],
    [{ count: 1, nmaes: [] }, /nmaes: unknown argument, did you mean names\?/],
    [{ count: null }, /count: /],
    [{ flag: 'perhaps' }, /count: .*flag: /],
  ])('%j is a tool error that names every argument at fault', async (sent, expected) => {
    const { isError, error } = await h.call('test_typed', sent)
    expect(isError).toBe(true)
    expect(error?.code).toBe('BAD_INPUT')
    expect(error?.message).toMatch(expected)
  })

  test('a fault of the server itself tells nothing of its inside', async () => {
    const { isError, error } = await h.call('test_broken')
    expect(isError).toBe(true)
    expect(error?.code).toBe('INTERNAL')
    expect(JSON.stringify(error)).not.toMatch(/secret|srv/)
  })
})

test('an app gets ready while its first call waits for Nextcloud, and not before', async () => {
  const order: string[] = []
  const app = { ...testApp, warmUp: () => order.push('ready') }
  const h = await startHarness({ apps: [app] })
  h.proxy.plan(({ path }) => {
    if (path.startsWith('/status.php')) order.push('asked')
    return undefined
  })
  await h.client.listTools()
  await sleep(1)
  expect(order).toEqual([])
  await h.ok('test_slow')
  expect(order.toSorted()).toEqual(['asked', 'ready'])
  await h.close()
})

describe('what is offered', () => {
  const listed = async (environment: Record<string, string>) => {
    const h = await startHarness({ environment })
    const { tools } = await h.client.listTools()
    const writes = await callTool(h.client, 'nc_notes_delete_note', { note_id: 99_999_999 }).catch(
      (error: { code: number }) => error.code,
    )
    await h.close()
    return { names: tools.map(({ name }) => name), writes, tools }
  }

  test('--read-only leaves only what reads, in the list and for a call', async () => {
    const { tools, writes } = await listed({ MCP_READ_ONLY: 'true' })
    expect(tools.length).toBeGreaterThan(5)
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
    expect(writes).toBe(-32_602)
  })

  test('--lockdown leaves no way out to who reads what others wrote', async () => {
    const h = await startHarness({ environment: { MCP_LOCKDOWN: 'true' } })
    const names = (await h.client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('nc_notes_create_note')
    expect(names).not.toContain('nc_calendar_create_event')
    const refused = await h.call('nc_calendar_create_event', { calendar_name: 'personal' })
    expect(refused.error).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/lockdown/),
    })
    expect(h.proxy.requests.filter(({ method }) => method === 'PUT')).toEqual([])
    await h.close()
  })

  test('what others may have written is marked, in text and structured', async () => {
    const h = await startHarness()
    const listed = await h.client.callTool({ name: 'nc_calendar_list_events', arguments: {} })
    expect(listed.structuredContent).toMatchObject({ untrusted_content: true })
    const [text] = listed.content as { text: string }[]
    expect(JSON.parse(text?.text ?? '')).toEqual(listed.structuredContent)
    const own = await h.client.callTool({ name: 'nc_calendar_list_calendars', arguments: {} })
    expect(own.structuredContent).not.toHaveProperty('untrusted_content')
    await h.close()
  })

  test('--tools, --exclude-tools and --enable-app choose', async () => {
    const { names } = await listed({
      MCP_TOOLS: 'nc_notes_*',
      MCP_EXCLUDE_TOOLS: 'nc_notes_delete_note',
    })
    expect(names).toContain('nc_notes_get_note')
    expect(names).not.toContain('nc_notes_delete_note')
    expect(names.every(name => name.startsWith('nc_notes_'))).toBe(true)
    const files = await listed({ MCP_ENABLED_APPS: 'webdav' })
    expect(files.names.every(name => name.startsWith('nc_webdav_'))).toBe(true)
  })

  test('a misspelt selection is a configuration error', async () => {
    await expect(listed({ MCP_TOOLS: 'nc_note_get_note' })).rejects.toThrow(
      /did you mean nc_notes_get_note/,
    )
    await expect(listed({ MCP_ENABLED_APPS: 'mail2' })).rejects.toThrow(/no app "mail2"/)
  })

  test('tools of an app that the instance lacks are not listed', async () => {
    const h = await startHarness({ backend: await demoBackend({ apps: ['files'] }) })
    const { tools } = await h.client.listTools()
    const { resources } = await h.client.listResources()
    expect(tools.some(({ name }) => name.startsWith('nc_notes_'))).toBe(false)
    expect(tools.some(({ name }) => name.startsWith('nc_webdav_'))).toBe(true)
    expect(resources.map(({ uri }) => uri)).not.toContain('notes://settings')
    await h.close()
  })

  test('when Nextcloud does not say which apps it has, nothing is hidden', async () => {
    const h = await startHarness()
    h.proxy.plan(() => 503)
    const { tools } = await h.client.listTools()
    expect(tools.some(({ name }) => name.startsWith('nc_notes_'))).toBe(true)
    await h.close()
  })

  test('which apps there are is asked once, not for every list', async () => {
    const h = await startHarness()
    const client = await h.connect()
    const requests = await h.requestsOf(async () => {
      await Promise.all([client.listTools(), client.listResources(), h.client.listTools()])
    })
    expect(requests.length).toBeLessThanOrEqual(2)
    await h.close()
  })
})
