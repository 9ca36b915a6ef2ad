import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import {
  oneOfEach,
  type TableMaker,
  type TablesProbe,
  tableMaker,
  tablesProbe,
} from '../support/tables.ts'

let h: Harness
let maker: TableMaker
let probe: TablesProbe
/** A table with a column of each kind. */
let all: number

beforeAll(async () => {
  h = await startHarness()
  maker = tableMaker(h)
  probe = tablesProbe(h.backend)
  all = await maker.make(oneOfEach)
}, 60_000)

afterAll(async () => {
  await maker.removeAll()
  await h.close()
}, 60_000)

const insert = (table_id: number, data: object) => h.ok('nc_tables_insert_row', { table_id, data })
const rows = (table_id: number, more = {}) => h.ok('nc_tables_read_table', { table_id, ...more })

describe('tables', () => {
  test('are listed with what the contract has', async () => {
    const { tables, total_count } = await h.ok('nc_tables_list_tables')
    expect(total_count).toBe(tables.length)
    expect(tables.find(({ id }: { id: number }) => id === all)).toEqual({
      id: all,
      title: expect.stringMatching(/^mcp-test-/),
      emoji: null,
      ownership: 'alice',
      owner_display_name: expect.stringMatching(/^Alice/),
      created_by: 'alice',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      last_edit_by: 'alice',
      last_edit_at: expect.any(String),
      row_count: expect.any(Number),
      has_shares: false,
      archived: false,
      is_shared: false,
      on_share_permissions: null,
    })
  })

  test('are told with their columns, also without an emoji', async () => {
    const schema = await h.ok('nc_tables_get_schema', { table_id: all })
    expect(schema).toMatchObject({ emoji: null, views: [], description: '' })
    expect(schema.tablesVersion).toMatch(/^\d+\.\d+/)
    expect(schema.columns.map(({ title }: { title: string }) => title)).toEqual(
      oneOfEach.map(({ title }) => title),
    )
    expect(schema.columns[0]).toEqual({
      id: expect.any(Number),
      title: 'line',
      type: 'text',
      subtype: 'line',
      mandatory: false,
      textMaxLength: 10,
      textAllowedPattern: '^[a-z ]+$',
    })
    expect(schema.columns[7].selectionOptions).toEqual([
      { id: 1, label: 'Red' },
      { id: 2, label: 'Green' },
    ])
  })

  test('are renamed, described and archived, and keep what is not given', async () => {
    const id = await maker.make()
    const change = (changes: object) => h.ok('nc_tables_save_table', { table_id: id, ...changes })
    await change({ emoji: '🧪', description: 'about it' })
    const archived = await change({ archived: true })
    expect(archived).toMatchObject({ emoji: '🧪', description: 'about it', archived: true })
    const renamed = await change({ title: `${archived.title} renamed` })
    expect(renamed).toMatchObject({
      archived: true,
      emoji: '🧪',
      title: `${archived.title} renamed`,
    })
    expect(await change({ archived: false })).toMatchObject({ archived: false })
  })

  test('are deleted only by their title', async () => {
    const id = await maker.make([{ title: 'a', type: 'text-line' }])
    await insert(id, { a: 'x' })
    const { title } = await h.ok('nc_tables_get_schema', { table_id: id })
    const wrong = await h.call('nc_tables_delete_item', { kind: 'table', id, title: 'other' })
    expect(wrong.error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(title),
    })
    expect((await rows(id)).total).toBe(1)
    expect(await h.ok('nc_tables_delete_item', { kind: 'table', id, title })).toEqual({
      deleted_id: id,
      kind: 'table',
      title,
      rows_deleted: 1,
    })
    const gone = await h.call('nc_tables_get_schema', { table_id: id })
    expect(gone.error).toMatchObject({ code: 'NOT_FOUND', subject: `table ${id}` })
  })

  test.each([
    ['nc_tables_get_schema', { table_id: 99_999_999 }],
    ['nc_tables_get_schema', { view_id: 99_999_999 }],
    ['nc_tables_read_table', { table_id: 99_999_999 }],
    ['nc_tables_read_table', { view_id: 99_999_999 }],
    ['nc_tables_insert_row', { table_id: 99_999_999, data: { a: 1 } }],
    ['nc_tables_update_row', { row_id: 99_999_999, data: { a: 1 } }],
    ['nc_tables_delete_row', { row_id: 99_999_999 }],
    ['nc_tables_write_rows', { table_id: 99_999_999, rows: [{ data: { a: 1 } }] }],
    ['nc_tables_save_table', { table_id: 99_999_999, title: 't' }],
    ['nc_tables_save_column', { table_id: 99_999_999, title: 't', type: 'number' }],
    ['nc_tables_save_column', { column_id: 99_999_999, title: 't' }],
    ['nc_tables_save_view', { table_id: 99_999_999, title: 't' }],
    ['nc_tables_save_view', { view_id: 99_999_999, title: 't' }],
    ['nc_tables_delete_item', { kind: 'column', id: 99_999_999, title: 't' }],
    ['nc_tables_delete_item', { kind: 'view', id: 99_999_999, title: 't' }],
  ])('%s of what is not there is NOT_FOUND, in words for people', async (name, args) => {
    const { error } = await h.call(name, args)
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: expect.stringMatching(/99999999/) })
    expect(JSON.stringify(error)).not.toMatch(/SELECT|OCA\\/)
  })
})

describe('rows', () => {
  test('hold a value of each type, which comes back typed', async () => {
    const values = {
      line: 'a line',
      long: 'long\ntext',
      rich: '**bold** 😀',
      link: 'https://example.photography/a?b=c',
      number: 2.5,
      stars: 4,
      progress: 80,
      one: 'Green',
      several: ['Red', 'Blue'],
      check: true,
      moment: '2026-12-24T18:30',
      date: '2026-12-24',
      time: '09:05',
      people: [{ id: 'bob', type: 'user' }],
    }
    const row = await insert(all, { ...values, people: ['bob'] })
    expect(row).toMatchObject({
      tableId: all,
      createdBy: 'alice',
      createdAt: expect.stringMatching(/^\d{4}-/),
      lastEditBy: 'alice',
      lastEditAt: expect.any(String),
    })
    expect(row.data).toHaveLength(oneOfEach.length)
    expect(row.values).toEqual(values)
    const { rows: read } = await rows(all)
    expect(read.find(({ id }: { id: number }) => id === row.id).values).toEqual(values)
  })

  test('take columns by id, options by id, and strings as models write them', async () => {
    const { columns } = await h.ok('nc_tables_get_schema', { table_id: all })
    const id = (title: string) =>
      columns.find((column: { title: string }) => column.title === title).id
    const row = await insert(all, {
      [id('one')]: 1,
      [id('several')]: 'Green, Blue',
      [id('check')]: 'yes',
      number: '7',
      moment: '2026-01-02 03:04',
      link: { title: 'Home', url: 'http://example.org' },
      LONG: 'by a title in other letters',
    })
    expect(row.values).toEqual({
      one: 'Red',
      several: ['Green', 'Blue'],
      check: true,
      number: 7,
      moment: '2026-01-02T03:04',
      link: { title: 'Home', url: 'http://example.org' },
      long: 'by a title in other letters',
    })
  })

  test('are changed in part, and the rest stays', async () => {
    const row = await insert(all, { line: 'first', number: 1, one: 'Red', date: '2026-01-01' })
    const changed = await h.ok('nc_tables_update_row', {
      row_id: row.id,
      data: { number: 2, one: null },
    })
    expect(changed.values).toEqual({ line: 'first', number: 2, date: '2026-01-01' })
    expect(changed.lastEditBy).toBe('alice')
    const { data } = await probe.send('GET', `/rows/${row.id}`)
    expect(changed.data).toEqual(data)
  })

  test('are refused when somebody changed them since they were read', async () => {
    const row = await insert(all, { line: 'mine' })
    const stale = { row_id: row.id, expected_last_edit_at: '2020-01-01 00:00:00' }
    for (const [name, more] of [
      ['nc_tables_update_row', { data: { line: 'theirs' } }],
      ['nc_tables_delete_row', {}],
    ] as const) {
      const { error } = await h.call(name, { ...stale, ...more })
      expect(error).toMatchObject({
        code: 'CONFLICT',
        hint: expect.stringContaining(row.lastEditAt),
      })
    }
    const kept = await probe.send('GET', `/rows/${row.id}`)
    expect(kept.data).toEqual(row.data)
    const fresh = { row_id: row.id, expected_last_edit_at: row.lastEditAt }
    const changed = await h.ok('nc_tables_update_row', { ...fresh, data: { line: 'again' } })
    expect(changed.values.line).toBe('again')
  })

  test('are deleted for good, and tell what they held', async () => {
    const row = await insert(all, { line: 'gone' })
    const deleted = await h.ok('nc_tables_delete_row', { row_id: row.id })
    expect(deleted).toMatchObject({ id: row.id, data: row.data })
    const again = await h.call('nc_tables_delete_row', { row_id: row.id })
    expect(again.error).toMatchObject({ code: 'NOT_FOUND', subject: `row ${row.id}` })
  })

  test('come in pages that lead on to the end', async () => {
    const id = await maker.make([{ title: 'n', type: 'number' }])
    const data = Array.from({ length: 7 }, (_, n) => ({ data: { n } }))
    await h.ok('nc_tables_write_rows', { table_id: id, rows: data })
    const read: number[] = []
    const totals: unknown[] = []
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page = await rows(id, { limit: 3, offset })
      expect(page.rows.length).toBeLessThanOrEqual(3)
      read.push(...page.rows.map((row: { values: { n: number } }) => row.values.n))
      totals.push(page.total)
      offset = page.next_offset
    }
    expect(read).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(totals).toEqual([undefined, undefined, 7])
    expect(await rows(id, { limit: 7 })).not.toHaveProperty('next_offset')
    expect(await rows(id, { offset: 100 })).toEqual({ untrusted_content: true, rows: [] })
  })

  test('in columns of one title are told apart by id', async () => {
    const id = await maker.make([
      { title: 'Name', type: 'text-line' },
      { title: 'Other', type: 'text-line' },
    ])
    const { columns } = await h.ok('nc_tables_get_schema', { table_id: id })
    const [first, second] = columns.map((column: { id: number }) => column.id)
    // Tables numbers a new title that is taken, but not a changed one.
    await h.ok('nc_tables_save_column', { column_id: second, title: 'Name' })
    const { error } = await h.call('nc_tables_insert_row', { table_id: id, data: { Name: 'x' } })
    expect(error?.message).toContain(`use an id: ${first}, ${second}`)
    const row = await insert(id, { [first]: 'one', [second]: 'two' })
    expect(row.values).toEqual({ [first]: 'one', [second]: 'two' })
  })
})

describe('defaults', () => {
  test('are filled in for what is not given, as the web interface does', async () => {
    const id = await maker.make([
      { title: 'text', type: 'text-line', default: 'new' },
      { title: 'number', type: 'number', default: 3 },
      { title: 'one', type: 'selection', options: ['A', 'B'], default: 'B' },
      { title: 'several', type: 'selection-multi', options: ['A', 'B'], default: 'A,B' },
      { title: 'check', type: 'selection-check', default: true },
      { title: 'today', type: 'datetime-date', default: 'today' },
      { title: 'now', type: 'datetime', default: 'now' },
      { title: 'none', type: 'text-line' },
    ])
    const { values } = await insert(id, {})
    expect(values).toEqual({
      text: 'new',
      number: 3,
      one: 'B',
      several: ['A', 'B'],
      check: true,
      today: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      now: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
    })
    const age = Date.now() - Date.parse(`${values.now}Z`)
    expect(Math.abs(age)).toBeLessThan(15 * 3_600_000)
    const given = await insert(id, { text: null, number: 4, check: false, today: null, now: null })
    expect(given.values).toEqual({ number: 4, one: 'B', several: ['A', 'B'], check: false })
  })
})
