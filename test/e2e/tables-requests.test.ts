/** How many requests each tool makes, and what odd answers of the app come to. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { backendAt, demoBackend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { FAULTS, type Fault } from '../support/proxy.ts'
import { type TableMaker, type TablesProbe, tableMaker, tablesProbe } from '../support/tables.ts'

const V1 = '/index.php/apps/tables/api/1'
const V2 = '/ocs/v2.php/apps/tables/api/2'

describe('requests', () => {
  let h: Harness
  let maker: TableMaker
  let probe: TablesProbe
  let table: number

  beforeAll(async () => {
    h = await startHarness()
    maker = tableMaker(h)
    probe = tablesProbe(h.backend)
    table = await maker.make([
      { title: 'a', type: 'text-line' },
      { title: 'b', type: 'text-line' },
    ])
    // Remembered from here on.
    await h.ok('nc_tables_get_schema', { table_id: table })
  })

  afterAll(async () => {
    h.proxy.plan(undefined)
    await maker.removeAll()
    await h.close()
  }, 60_000)

  const made = (tool: string, args: object) =>
    h.requestsOf(() => h.ok(`nc_tables_${tool}`, { ...args }))
  const row = async () =>
    (await h.ok('nc_tables_insert_row', { table_id: table, data: { a: 'x' } })).id

  test('of the tools that read', async () => {
    expect(await made('list_tables', {})).toEqual([`GET ${V2}/init`])
    const schema = await made('get_schema', { table_id: table })
    expect(schema.toSorted()).toEqual([
      `GET ${V1}/tables/${table}`,
      `GET ${V1}/tables/${table}/columns`,
    ])
    const rows = await made('read_table', { table_id: table, limit: 5, offset: 2 })
    expect(rows.toSorted()).toEqual([
      `GET ${V1}/tables/${table}/columns`,
      `GET ${V1}/tables/${table}/rows?limit=6&offset=2`,
    ])
  })

  test('of the tools that write rows', async () => {
    const [one, other] = [await row(), await row()]
    expect(await made('insert_row', { table_id: table, data: { a: 'x' } })).toEqual([
      `GET ${V1}/tables/${table}/columns`,
      `POST ${V1}/tables/${table}/rows`,
      expect.stringMatching(/^GET .*\/rows\/\d+$/),
    ])
    expect(await made('update_row', { row_id: one, data: { a: 'y' } })).toEqual([
      `GET ${V1}/rows/${one}`,
      `GET ${V1}/tables/${table}/columns`,
      `PUT ${V1}/rows/${one}`,
      `GET ${V1}/rows/${one}`,
    ])
    expect(await made('delete_row', { row_id: one })).toEqual([`DELETE ${V1}/rows/${one}`])
    const rows = [{ data: { a: '1' } }, { data: { a: '2' } }, { row_id: other, data: { a: '3' } }]
    expect(await made('write_rows', { table_id: table, rows })).toEqual([
      `GET ${V1}/tables/${table}/columns`,
      `POST ${V1}/tables/${table}/rows`,
      `POST ${V1}/tables/${table}/rows`,
      `PUT ${V1}/rows/${other}`,
    ])
    expect(await made('delete_rows', { table_id: table, row_ids: [other] })).toEqual([
      `GET ${V1}/rows/${other}`,
      `DELETE ${V1}/rows/${other}`,
    ])
  })

  test('of the tools that change what a table consists of', async () => {
    const id = await maker.make()
    expect(await made('save_table', { table_id: id, description: 'd' })).toEqual([
      `PUT ${V2}/tables/${id}`,
    ])
    const column = { table_id: id, title: 'c', type: 'text-line' }
    expect(await made('save_column', column)).toEqual([`POST ${V1}/tables/${id}/columns`])
    const [{ id: columnId }] = await probe.send('GET', `/tables/${id}/columns`)
    expect(await made('save_column', { column_id: columnId, title: 'd' })).toEqual([
      `GET ${V1}/columns/${columnId}`,
      `PUT ${V1}/columns/${columnId}`,
    ])
    expect(await made('save_view', { table_id: id, title: 'v' })).toEqual([
      `GET ${V1}/tables/${id}/columns`,
      `POST ${V1}/tables/${id}/views`,
      expect.stringMatching(/^PUT .*\/views\/\d+$/),
    ])
    expect(await made('delete_item', { kind: 'column', id: columnId, title: 'd' })).toEqual([
      `GET ${V1}/columns/${columnId}`,
      `GET ${V1}/tables/${id}`,
      `DELETE ${V1}/columns/${columnId}`,
    ])
  })

  /** Without an answer, or with one that says nothing of what was done. */
  const UNKNOWN: readonly Fault[] = ['reset', 'truncated', 'html', 'empty']
  const writes: [tool: string, method: string, args: () => Promise<object>][] = [
    ['insert_row', 'POST', async () => ({ table_id: table, data: { a: 'x' } })],
    ['update_row', 'PUT', async () => ({ row_id: await row(), data: { a: 'y' } })],
    ['delete_row', 'DELETE', async () => ({ row_id: await row() })],
    ['save_table', 'PUT', async () => ({ table_id: table, description: 'd' })],
    ['save_column', 'POST', async () => ({ table_id: table, title: 'c', type: 'number' })],
  ]
  test.each(writes)(
    'a failed %s is never a success, and not repeated where it may have been done',
    async (tool, method, args) => {
      for (const fault of FAULTS.filter(one => one !== 401 && one !== 'delay')) {
        const given = await args()
        h.proxy.plan(request => (request.method === method ? fault : undefined))
        const requests = await h.requestsOf(async () => {
          const { isError, error } = await h.call(`nc_tables_${tool}`, { ...given })
          expect({ fault, isError, code: error?.code }).toMatchObject({
            isError: true,
            code: expect.not.stringMatching(/^(INTERNAL|undefined)$/),
          })
          if (UNKNOWN.includes(fault)) expect(error?.outcome_unknown, `${fault}`).toBe(true)
        })
        h.proxy.plan(undefined)
        const sent = requests.filter(request => request.startsWith(method))
        if (UNKNOWN.includes(fault)) expect(sent, `${fault}`).toHaveLength(1)
      }
    },
    60_000,
  )

  test('a row that was written is told of, though reading it again fails', async () => {
    const id = await row()
    let written = false
    h.proxy.plan(({ method }) => {
      if (written && method === 'GET') return 500
      if (method === 'PUT') written = true
      return undefined
    })
    const changed = await h.ok('nc_tables_update_row', { row_id: id, data: { b: 'z' } })
    h.proxy.plan(undefined)
    expect(changed).toMatchObject({
      values: { a: 'x', b: 'z' },
      lastEditAt: null,
      lastEditBy: null,
    })
  })

  test('a view whose columns cannot be set says that it is there, and how to go on', async () => {
    h.proxy.plan(({ method }) => (method === 'PUT' ? 500 : undefined))
    const { error } = await h.call('nc_tables_save_view', { table_id: table, title: 'half' })
    h.proxy.plan(undefined)
    const [view] = (await probe.send('GET', `/tables/${table}/views`)).slice(-1)
    expect(error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: expect.stringContaining(`created with the id ${view.id}`),
      hint: expect.stringContaining(`view_id ${view.id}`),
    })
    const done = await h.ok('nc_tables_save_view', { view_id: view.id, columns: ['b'] })
    expect(done.columns).toHaveLength(1)
  })
})

/** An app of another version, or with something broken in it, by the paths of its answers. */
describe('odd answers', () => {
  let server: Server | undefined
  let h: Harness | undefined
  afterEach(async () => {
    await h?.close()
    server?.close()
    server?.closeAllConnections()
  })

  const sent: { method: string; path: string; body: string }[] = []
  async function start(answers: Record<string, unknown>): Promise<Harness> {
    sent.length = 0
    server = createServer(async (request, response) => {
      const { method = '', url = '' } = request
      const path = url.replace(V1, '').replace(/\?.*/, '')
      let body = ''
      for await (const chunk of request) body += chunk
      sent.push({ method, path, body })
      const known = answers[`${method} ${path}`] ?? answers[path]
      const ocs = { ocs: { meta: { statuscode: 200 }, data: known } }
      response.writeHead(known === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(url.startsWith('/ocs/') ? ocs : known))
    })
    await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const alice = { loginName: 'alice', password: 'secret' }
    h = await startHarness({ backend: backendAt(url, alice) })
    return h
  }

  /** As a version before 1.0 tells it: without what came later, and with text for numbers. */
  const old = { id: '1', tableId: '5', type: 'text', subtype: 'line', title: 'Name', mandatory: 0 }

  test('of a version before 1.0 are read, and its views are written as it wants them', async () => {
    const view = { id: 3, tableId: 5, title: 'v', columns: '[1]', filter: '[]', sort: null }
    const { ok } = await start({
      '/views/3': view,
      '/tables/5/columns': [old],
      '/tables/5/rows': [{ id: '9', tableId: 5, data: { 0: { columnId: '1', value: 'x' } } }],
    })
    const { rows } = await ok('nc_tables_read_table', { table_id: 5 })
    expect(rows).toMatchObject([{ id: 9, createdBy: null, values: { Name: 'x' } }])
    await ok('nc_tables_save_view', {
      view_id: 3,
      columns: ['Name'],
      filter: [[{ column: 'Name', operator: 'is-equal', value: 'x' }]],
    })
    const put = JSON.parse(sent.find(({ method }) => method === 'PUT')?.body ?? '')
    expect(put).toEqual({
      data: {
        columns: '[1]',
        filter: '[[{"columnId":1,"operator":"is-equal","value":"x"}]]',
      },
    })
  })

  test('spoil themselves and nothing else', async () => {
    const table = {
      id: 5,
      title: 'T',
      ownership: 'alice',
      views: [{ broken: true }],
      rowsCount: 'x',
    }
    const columns = [
      old,
      {
        ...old,
        id: 2,
        title: 'Broken',
        type: 'selection',
        subtype: '',
        selectionOptions: '{not json',
      },
      { ...old, id: 3, title: 'Later', type: 'relation', subtype: '' },
      'no column at all',
    ]
    const { ok, call } = await start({
      '/ocs/v2.php/apps/tables/api/2/init': { tables: [table, { id: 'none' }, null], views: [] },
      '/tables/5': table,
      '/tables/5/columns': columns,
      '/tables/5/rows': [
        {
          id: 9,
          tableId: 5,
          data: [
            { columnId: 1, value: 'x' },
            { columnId: 2, value: 7 },
            { columnId: 3, value: { some: 'thing' } },
            { columnId: 99, value: 'of a deleted column' },
            null,
          ],
        },
        'no row at all',
      ],
    })
    const { tables } = await ok('nc_tables_list_tables')
    expect(tables).toMatchObject([{ id: 5, row_count: 0 }])
    expect((await ok('nc_tables_get_schema', { table_id: 5 })).columns).toHaveLength(3)
    const { rows } = await ok('nc_tables_read_table', { table_id: 5 })
    expect(rows.map(({ values }: { values: object }) => values)).toEqual([
      { Name: 'x', Broken: 7, Later: { some: 'thing' } },
    ])
    const data = { Later: 1, Broken: 'A' }
    const { error } = await call('nc_tables_insert_row', { table_id: 5, data })
    expect(error?.message).toMatch(/"Later" is of the type "relation".*"Broken" has no option "A"/)
  })

  test('of a view that filters by a deleted column say so', async () => {
    const backend = await demoBackend()
    h = await startHarness({ backend })
    const filter = [[{ columnId: 999, operator: 'is-equal', value: 'x' }]]
    await tablesProbe(backend)
      .send('PUT', '/views/1', { data: { filter } })
      .catch(() => {})
    const list = await h.call('nc_tables_list_tables')
    expect(list.error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      hint: expect.stringMatching(/^One broken view is enough/),
    })
    const rows = await h.call('nc_tables_read_table', { view_id: 1 })
    expect(rows.error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: 'The filter or the order of the view is broken',
    })
    expect(JSON.stringify(rows.error)).not.toMatch(/SELECT|OCA/)
    expect((await h.ok('nc_tables_read_table', { table_id: 1 })).rows).toHaveLength(3)
  })

  test('200 without a body, as for somebody who is not signed in, is no success', async () => {
    const backend = await demoBackend()
    h = await startHarness({ backend })
    h.proxy.plan(({ path }) => (path.startsWith(V2) ? 'empty' : undefined))
    const { error } = await h.call('nc_tables_list_tables')
    expect(error?.code).toBe('UNREACHABLE')
    h.proxy.plan(undefined)
  })
})
