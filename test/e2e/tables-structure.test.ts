/** Columns and views: making, changing and deleting them. */
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

beforeAll(async () => {
  h = await startHarness()
  maker = tableMaker(h)
  probe = tablesProbe(h.backend)
})

afterAll(async () => {
  await maker.removeAll()
  await h.close()
}, 60_000)

const save = (args: object) => h.ok('nc_tables_save_column', { ...args })
const insert = (table_id: number, data: object) => h.ok('nc_tables_insert_row', { table_id, data })
const remove = (kind: string, id: number, title: string) =>
  h.call('nc_tables_delete_item', { kind, id, title })

describe('columns', () => {
  test('of every type are made as they are asked for', async () => {
    const id = await maker.make(oneOfEach)
    const columns = await probe.send('GET', `/tables/${id}/columns`)
    const kinds = columns.map(({ type, subtype }: { type: string; subtype: string }) =>
      [type, subtype].filter(Boolean).join('-'),
    )
    expect(kinds).toEqual(oneOfEach.map(({ type }) => type))
    // Without a provider the web interface could not fill it.
    expect(columns[3].textAllowedPattern).toBe('url')
    expect(columns[4]).toMatchObject({ numberDecimals: 1, numberMin: -5, numberMax: 100 })
    expect(columns[13]).toMatchObject({
      usergroupMultipleItems: true,
      usergroupSelectUsers: true,
      usergroupSelectGroups: true,
      usergroupSelectTeams: false,
    })
  })

  test('keep every setting that a change does not name', async () => {
    const id = await maker.make()
    const made = await save({
      table_id: id,
      title: 'Price',
      type: 'number',
      description: 'in euros',
      mandatory: true,
      default: '5',
      min: 1,
      max: 10,
      decimals: 2,
      prefix: 'about',
      suffix: '€',
    })
    const before = await probe.send('GET', `/columns/${made.id}`)
    await save({ column_id: made.id, title: 'Cost' })
    const after = await probe.send('GET', `/columns/${made.id}`)
    expect({ ...after, lastEditAt: '' }).toEqual({ ...before, title: 'Cost', lastEditAt: '' })
    await save({ column_id: made.id, remove: ['max', 'default'], min: 2 })
    const changed = await probe.send('GET', `/columns/${made.id}`)
    expect(changed).toMatchObject({
      numberMin: 2,
      numberMax: null,
      numberDefault: null,
      numberDecimals: 2,
      numberSuffix: '€',
      description: 'in euros',
      mandatory: true,
    })
  })

  test('keep the cells of options that are renamed, moved or joined by others', async () => {
    const id = await maker.make([
      { title: 'c', type: 'selection', options: ['A', 'B'], default: 'B' },
    ])
    const { columns } = await h.ok('nc_tables_get_schema', { table_id: id })
    const row = await insert(id, { c: 'B' })
    await save({ column_id: columns[0].id, rename: { B: 'Bee' }, options: ['New', 'Bee', 'A'] })
    const { selectionOptions, selectionDefault } = await probe.send(
      'GET',
      `/columns/${columns[0].id}`,
    )
    expect(selectionOptions).toEqual([
      { id: 3, label: 'New' },
      { id: 2, label: 'Bee' },
      { id: 1, label: 'A' },
    ])
    expect(selectionDefault).toBe('2')
    const { rows } = await h.ok('nc_tables_read_table', { table_id: id })
    expect(rows).toMatchObject([{ id: row.id, values: { c: 'Bee' } }])
  })

  test.each([
    [{ type: 'number' }, /title and type/],
    [{ title: 'x' }, /title and type/],
    [{ title: 'x', type: 'colour' }, /type/],
    [{ title: 'x'.repeat(201), type: 'number' }, /title: takes 1 to 200/],
    [{ title: 'x', type: 'selection' }, /options: a selection needs some/],
    [{ title: 'x', type: 'selection', options: ['A', 'A'] }, /"A" is there twice/],
    [{ title: 'x', type: 'number', options: ['A'] }, /options: not for number/],
    [{ title: 'x', type: 'number', min: 2, max: 1 }, /min: is above max/],
    [{ title: 'x', type: 'number', default: 'many' }, /default: does not take "many"/],
    [{ title: 'x', type: 'number', max: 1, default: 2 }, /default: does not take/],
    [{ title: 'x', type: 'datetime-date', default: 'now' }, /default/],
    [{ title: 'x', type: 'text-line', pattern: '(' }, /pattern: is not a regular expression/],
    [{ title: 'x', type: 'text-rich', unique: true }, /unique: not for text-rich/],
    [{ title: 'x', type: 'number', people: ['user'] }, /people: not for number/],
  ])('are refused as %j', async (args, said) => {
    const table_id = await maker.make()
    const { error } = await h.call('nc_tables_save_column', { table_id, ...args })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) })
    expect(await probe.send('GET', `/tables/${table_id}/columns`)).toEqual([])
  })

  test.each([
    [{}, /Nothing to change/],
    [{ type: 'number' }, /type of a column stays/],
    [{ rename: { C: 'D' } }, /no option "C"/],
    [{ rename: { A: 'B' } }, /"B" is there twice/],
    [{ remove: ['min'] }, /min is not for selection/],
    [{ default: 'A', remove: ['default'] }, /default is also given/],
    [{ table_id: 1, title: 'x' }, /is in table/],
  ])('are not changed as %j', async (args, said) => {
    const id = await maker.make([{ title: 'c', type: 'selection', options: ['A', 'B'] }])
    const [before] = await probe.send('GET', `/tables/${id}/columns`)
    const { error } = await h.call('nc_tables_save_column', { column_id: before.id, ...args })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) })
    expect(await probe.send('GET', `/tables/${id}/columns`)).toEqual([before])
  })

  test('are deleted with their cells, but not from under a view that would break', async () => {
    const id = await maker.make([
      { title: 'a', type: 'text-line' },
      { title: 'b', type: 'text-line' },
    ])
    const { columns } = await h.ok('nc_tables_get_schema', { table_id: id })
    await insert(id, { a: 'x', b: 'y' })
    const view = await h.ok('nc_tables_save_view', {
      table_id: id,
      title: 'by a',
      filter: [[{ column: 'a', operator: 'is-equal', value: 'x' }]],
    })
    const refused = await remove('column', columns[0].id, 'a')
    expect(refused.error).toMatchObject({ code: 'CONFLICT' })
    expect(refused.error?.message).toContain(`"by a" (${view.id})`)
    await h.ok('nc_tables_save_view', { view_id: view.id, filter: [] })
    expect((await remove('column', columns[0].id, 'a')).isError).toBe(false)
    const { rows } = await h.ok('nc_tables_read_table', { view_id: view.id })
    expect(rows).toMatchObject([{ values: { b: 'y' } }])
    const { error } = await h.call('nc_tables_insert_row', { table_id: id, data: { a: 'x' } })
    expect(error?.code).toBe('BAD_INPUT')
  })
})

describe('views', () => {
  let table: number
  beforeAll(async () => {
    table = await maker.make([
      { title: 'Name', type: 'text-line' },
      { title: 'Size', type: 'number' },
      { title: 'Kind', type: 'selection', options: ['Big', 'Small'] },
      { title: 'Tags', type: 'selection-multi', options: ['New', 'Old'] },
      { title: 'Done', type: 'selection-check' },
      { title: 'Stars', type: 'number-stars' },
    ])
    const row = (Name: string, Size: number, Kind: string, Tags: string[], Done: boolean) => ({
      data: { Name, Size, Kind, Tags, Done, Stars: Size },
    })
    await h.ok('nc_tables_write_rows', {
      table_id: table,
      rows: [
        row('ant', 1, 'Small', ['New'], true),
        row('bee', 2, 'Small', ['Old'], false),
        row('cow', 5, 'Big', ['New', 'Old'], true),
      ],
    })
  }, 60_000)

  const names = async (view_id: number) => {
    const { rows } = await h.ok('nc_tables_read_table', { view_id })
    return rows.map(({ values }: { values: { Name: string } }) => values.Name)
  }

  test('show all columns of all rows unless told otherwise', async () => {
    const view = await h.ok('nc_tables_save_view', { table_id: table, title: 'All', emoji: '🐝' })
    expect(view).toMatchObject({ tableId: table, title: 'All', emoji: '🐝', rowsCount: 3 })
    expect(await names(view.id)).toEqual(['ant', 'bee', 'cow'])
    const schema = await h.ok('nc_tables_get_schema', { view_id: view.id })
    expect(schema.columns).toHaveLength(6)
    const { tables } = await h.ok('nc_tables_list_tables')
    const listed = tables.find(({ id }: { id: number }) => id === table)
    expect(listed.views).toContainEqual({ id: view.id, title: 'All' })
  })

  test('show some columns, in their order, and only those', async () => {
    const view = await h.ok('nc_tables_save_view', {
      table_id: table,
      title: 'Some',
      columns: ['Kind', 'Name', 'created_by'],
      sort: ['-Size'],
    })
    const { rows } = await h.ok('nc_tables_read_table', { view_id: view.id, limit: 2 })
    expect(rows.map(({ values }: { values: object }) => values)).toEqual([
      { Name: 'cow', Kind: 'Big' },
      { Name: 'bee', Kind: 'Small' },
    ])
    const changed = await h.ok('nc_tables_save_view', { view_id: view.id, title: 'Renamed' })
    expect(changed).toMatchObject({ title: 'Renamed', columns: view.columns, sort: view.sort })
  })

  test.each([
    [[{ column: 'Name', operator: 'contains', value: 'e' }], ['bee']],
    [[{ column: 'Name', operator: 'begins-with', value: 'c' }], ['cow']],
    [[{ column: 'Size', operator: 'is-greater-than', value: 1 }], ['bee', 'cow']],
    [[{ column: 'Kind', operator: 'is-equal', value: 'Small' }], ['ant', 'bee']],
    [[{ column: 'Tags', operator: 'contains', value: 'Old' }], ['bee', 'cow']],
    [[{ column: 'Done', operator: 'is-equal', value: true }], ['ant', 'cow']],
    [[{ column: 'Stars', operator: 'is-lower-than-or-equal', value: 2 }], ['ant', 'bee']],
    [
      [
        { column: 'Done', operator: 'is-equal', value: true },
        { column: 'Kind', operator: 'is-equal', value: 'Big' },
      ],
      ['cow'],
    ],
  ])('filter by %j', async (rules, found) => {
    const args = { table_id: table, title: 'Filtered', filter: [rules] }
    const view = await h.ok('nc_tables_save_view', args)
    expect(await names(view.id)).toEqual(found)
    expect(view.rowsCount).toBe(found.length)
  })

  test('show rows of any of several groups, and all again without a filter', async () => {
    const is = (value: string) => [{ column: 'Name', operator: 'is-equal', value }]
    const args = {
      table_id: table,
      title: 'Either',
      filter: [is('ant'), is('cow')],
      sort: ['-Name'],
    }
    const view = await h.ok('nc_tables_save_view', args)
    expect(await names(view.id)).toEqual(['cow', 'ant'])
    await h.ok('nc_tables_save_view', { view_id: view.id, filter: [], sort: [] })
    expect(await names(view.id)).toEqual(['ant', 'bee', 'cow'])
  })

  test.each([
    [{}, /title: a new view needs one/],
    [{ title: 'x', columns: ['Nowhere', 'Neither'] }, /"Nowhere".*"Neither"/],
    [{ title: 'x', columns: ['Name', 'name'] }, /one is there twice/],
    [{ title: 'x', columns: [] }, /at least one/],
    [{ title: 'x', emoji: 'abc' }, /emoji/],
    [{ title: 'x', filter: [[]] }, /group without rules/],
    [
      { title: 'x', filter: [[{ column: 'Kind', operator: 'is-equal', value: 'No' }]] },
      /no option "No"/,
    ],
    [
      { title: 'x', filter: [[{ column: 'Size', operator: 'is-equal', value: 'No' }]] },
      /does not take/,
    ],
    [{ title: 'x', filter: [[{ column: 'Size', operator: 'like', value: '1' }]] }, /operator/],
    [{ title: 'x', sort: ['-Nowhere'] }, /sort: there is no column "Nowhere"/],
  ])('are refused as %j, and nothing is made', async (args, said) => {
    const count = async () => (await probe.send('GET', `/tables/${table}/views`)).length
    const before = await count()
    const { error } = await h.call('nc_tables_save_view', { table_id: table, ...args })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) })
    expect(await count()).toBe(before)
  })

  test('that another program broke say so, and can be mended', async () => {
    const filter = [[{ column: 'Name', operator: 'is-equal', value: 'ant' }]]
    const args = { table_id: table, title: 'Broken', filter }
    const view = await h.ok('nc_tables_save_view', args)
    await probe.send('PUT', `/views/${view.id}`, { data: { filter: [[]] } })
    const { error } = await h.call('nc_tables_read_table', { view_id: view.id })
    expect(error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: 'The filter or the order of the view is broken',
      hint: expect.stringContaining('nc_tables_save_view'),
    })
    expect(JSON.stringify(error)).not.toMatch(/SQL|OCA/)
    await h.ok('nc_tables_save_view', { view_id: view.id, filter })
    expect(await names(view.id)).toEqual(['ant'])
  })

  test('of another table are not changed by mistake, and are deleted by their title', async () => {
    const view = await h.ok('nc_tables_save_view', { table_id: table, title: 'Gone' })
    const other = await maker.make()
    const args = { view_id: view.id, table_id: other, title: 'Mine' }
    const { error } = await h.call('nc_tables_save_view', args)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining(`${table}`) })
    expect((await remove('view', view.id, 'Mine')).error?.code).toBe('BAD_INPUT')
    expect((await remove('view', view.id, 'Gone')).isError).toBe(false)
    const gone = await h.call('nc_tables_read_table', { view_id: view.id })
    expect(gone.error?.code).toBe('NOT_FOUND')
  })
})
