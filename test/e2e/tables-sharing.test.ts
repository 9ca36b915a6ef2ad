/** What somebody may do with a table of somebody else, and what they are told otherwise. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../support/backend.ts'
import { basic, callTool, type Harness, startHarness, type ToolAnswer } from '../support/harness.ts'
import { type TableMaker, type TablesProbe, tableMaker, tablesProbe } from '../support/tables.ts'

const backend = await startBackend()
afterAll(() => backend.close())

describe.skipIf(backend.bob === undefined)('a table of alice', () => {
  let h: Harness
  let maker: TableMaker
  let probe: TablesProbe
  let asBob: (tool: string, args: object) => Promise<ToolAnswer>

  beforeAll(async () => {
    h = await startHarness({
      backend: { ...backend, close: async () => {} },
      environment: {
        MCP_DEPLOYMENT_MODE: 'multi_user_basic',
        NEXTCLOUD_USERNAME: undefined,
        NEXTCLOUD_PASSWORD: undefined,
      },
    })
    maker = tableMaker(h)
    probe = tablesProbe(backend)
    const headers = { authorization: basic(backend.bob ?? backend.alice) }
    const client = await h.connect({ headers })
    asBob = (tool, args) => callTool(client, `nc_tables_${tool}`, { ...args })
  })

  afterAll(async () => {
    await maker.removeAll()
    await h.close()
  }, 60_000)

  /** A table with one row, shared with bob. */
  const shared = async (...permissions: string[]) => {
    const id = await maker.make([
      { title: 'a', type: 'text-line' },
      { title: 'b', type: 'text-line' },
    ])
    const row = await h.ok('nc_tables_insert_row', { table_id: id, data: { a: 'x', b: 'y' } })
    if (permissions.length > 0) await probe.share('table', id, permissions)
    const { columns, title } = await h.ok('nc_tables_get_schema', { table_id: id })
    return { id, title, row: row.id, column: columns[0].id }
  }
  const unchanged = async (id: number) => {
    const { rows } = await h.ok('nc_tables_read_table', { table_id: id })
    expect(rows.map(({ values }: { values: object }) => values)).toEqual([{ a: 'x', b: 'y' }])
  }
  /** Everything that changes something, with the permission that it needs. */
  const changes = ({ id, row, column, title }: Awaited<ReturnType<typeof shared>>) =>
    [
      ['create', 'insert_row', { table_id: id, data: { a: 'new' } }],
      ['update', 'update_row', { row_id: row, data: { a: 'changed' } }],
      ['delete', 'delete_row', { row_id: row }],
      ['manage', 'save_table', { table_id: id, title: 'Mine' }],
      ['manage', 'save_column', { table_id: id, title: 'c', type: 'number' }],
      ['manage', 'save_column', { column_id: column, title: 'c' }],
      ['manage', 'save_view', { table_id: id, title: 'v' }],
      ['manage', 'delete_item', { kind: 'column', id: column, title: 'a' }],
      ['manage', 'delete_item', { kind: 'table', id, title }],
    ] as const

  test('that is not shared is not there', async () => {
    const table = await shared()
    const { data } = await asBob('list_tables', {})
    expect(data.tables.map(({ id }: { id: number }) => id)).not.toContain(table.id)
    const reads = [
      ['get_schema', { table_id: table.id }],
      ['read_table', { table_id: table.id }],
      ['write_rows', { table_id: table.id, rows: [{ data: { a: 'z' } }] }],
    ] as const
    const calls = [...reads, ...changes(table).map(([, tool, args]) => [tool, args] as const)]
    for (const [tool, args] of calls) {
      const { error } = await asBob(tool, args)
      expect(error?.code, tool).toMatch(/^(NOT_FOUND|FORBIDDEN)$/)
      expect(JSON.stringify(error), tool).not.toContain(table.title)
    }
    await unchanged(table.id)
  })

  test('shared for reading can be read, and says what is missing for the rest', async () => {
    const table = await shared('read')
    const { data } = await asBob('list_tables', {})
    const listed = data.tables.find(({ id }: { id: number }) => id === table.id)
    expect(listed).toMatchObject({
      is_shared: true,
      ownership: 'alice',
      on_share_permissions: {
        read: true,
        create: false,
        update: false,
        delete: false,
        manage: false,
      },
    })
    const { data: read } = await asBob('read_table', { table_id: table.id })
    expect(read.rows).toMatchObject([{ values: { a: 'x', b: 'y' } }])
    for (const [permission, tool, args] of changes(table)) {
      const { error } = await asBob(tool, args)
      expect(error, `${tool} ${JSON.stringify(args)}`).toMatchObject({
        code: 'FORBIDDEN',
        message: `This needs the permission "${permission}" in the table`,
        hint: expect.stringMatching(/^You have: read\. Alice.* can give more\.$/),
      })
    }
    await unchanged(table.id)
  })

  test('shared for adding can be added to, and not changed', async () => {
    const table = await shared('read', 'create')
    const made = await asBob('insert_row', { table_id: table.id, data: { a: 'from bob' } })
    expect(made.data).toMatchObject({ createdBy: 'bob', values: { a: 'from bob' } })
    const { error } = await asBob('update_row', { row_id: made.data.id, data: { a: 'again' } })
    expect(error).toMatchObject({
      code: 'FORBIDDEN',
      hint: expect.stringContaining('read, create'),
    })
    const bulk = await asBob('write_rows', {
      table_id: table.id,
      rows: [
        { data: { a: 'more' } },
        { row_id: table.row, data: { a: 'changed' } },
        { data: { a: 'later' } },
      ],
    })
    expect(bulk.data.results).toMatchObject([
      { status: 'inserted' },
      { index: 1, status: 'failed', error: expect.stringMatching(/^FORBIDDEN.*"update"/) },
      { status: 'not tried', error: 'FORBIDDEN at index 1' },
    ])
    const removed = await asBob('delete_rows', { table_id: table.id, row_ids: [table.row] })
    expect(removed.data.results[0].error).toMatch(/^FORBIDDEN.*"delete"/)
  })

  test('shared for adding only takes rows from those who cannot read it', async () => {
    const table = await shared('create')
    const made = await asBob('insert_row', { table_id: table.id, data: { a: 'unseen' } })
    expect(made.data).toMatchObject({ createdBy: null, values: { a: 'unseen' } })
    const { error } = await asBob('read_table', { table_id: table.id })
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('"read"') })
    const { rows } = await h.ok('nc_tables_read_table', { table_id: table.id })
    expect(rows).toHaveLength(2)
  })

  test('shared with all rights can be changed in every way', async () => {
    const table = await shared('read', 'create', 'update', 'delete', 'manage')
    for (const [, tool, args] of changes(table)) {
      // The column is renamed on the way.
      const renamed = 'kind' in args && args.kind === 'column' ? { ...args, title: 'c (1)' } : args
      const { columns } = await h.ok('nc_tables_get_schema', { table_id: table.id })
      const known = columns.find(({ id }: { id: number }) => id === table.column)?.title
      const last =
        'kind' in renamed && renamed.kind === 'table' ? { title: 'Mine' } : { title: known }
      const given = 'kind' in renamed ? { ...renamed, ...last } : renamed
      const { error } = await asBob(tool, given)
      expect(error, `${tool} ${JSON.stringify(given)}`).toBeUndefined()
    }
  })

  test('shows a view to those who get only that', async () => {
    const table = await shared()
    const filter = [[{ column: 'a', operator: 'is-equal', value: 'x' }]]
    const args = { table_id: table.id, title: 'only b', columns: ['b'], filter }
    const view = await h.ok('nc_tables_save_view', args)
    await probe.share('view', view.id, ['read'])
    const { data } = await asBob('list_tables', {})
    expect(data.shared_views).toContainEqual(
      expect.objectContaining({ id: view.id, title: 'only b' }),
    )
    const read = await asBob('read_table', { view_id: view.id })
    expect(read.data.rows).toMatchObject([{ values: { b: 'y' } }])
    const schema = await asBob('get_schema', { view_id: view.id })
    expect(schema.data.columns).toMatchObject([{ title: 'b' }])
    expect((await asBob('read_table', { table_id: table.id })).error?.code).toBe('NOT_FOUND')
    const { error } = await asBob('save_view', { view_id: view.id, title: 'mine' })
    expect(error?.code).toMatch(/^(FORBIDDEN|NOT_FOUND)$/)
  })
})
