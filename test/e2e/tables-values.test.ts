/** What a column does not take is told before anything is sent. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import { oneOfEach, type TableMaker, tableMaker } from '../support/tables.ts'

let h: Harness
let maker: TableMaker
let all: number

beforeAll(async () => {
  h = await startHarness()
  maker = tableMaker(h)
  all = await maker.make([
    ...oneOfEach,
    { title: 'must', type: 'text-line', mandatory: true },
    { title: 'single', type: 'usergroup' },
  ])
}, 60_000)

afterAll(async () => {
  await maker.removeAll()
  await h.close()
}, 60_000)

const wrong: [column: string, value: unknown, said: RegExp][] = [
  ['line', 'much too long for it', /too long with 20 characters.*at most 10/],
  ['line', '😀😀😀😀😀😀😀😀😀😀😀', /too long with 11/],
  ['line', 'UPPER', /does not take "UPPER".*matches \^\[a-z \]\+\$/],
  ['line', ['a'], /does not take/],
  ['long', { a: 1 }, /does not take/],
  ['link', 'not a link', /http or https address/],
  ['link', 'ftp://example.org', /http or https/],
  ['link', 'javascript:alert(1)', /http or https/],
  [
    'number',
    'abc',
    /does not take "abc"; it takes a number with at most 1 decimals from -5 up to 100/,
  ],
  ['number', 100.5, /up to 100/],
  ['number', -6, /from -5/],
  ['number', 1.25, /at most 1 decimals/],
  ['number', true, /does not take/],
  ['number', '0x10', /does not take/],
  ['stars', 6, /from 0 to 5/],
  ['stars', 1.5, /from 0 to 5/],
  ['progress', 101, /from 0 to 100/],
  ['progress', -1, /from 0 to 100/],
  ['one', 'Purple', /has no option "Purple"; it takes one of "Red", "Green"/],
  ['one', 9, /has no option 9/],
  ['one', ['Red'], /has no option/],
  ['several', ['Red', 'Purple', 7], /has no option "Purple", has no option 7/],
  ['several', 'Red, Pink', /has no option "Pink"/],
  ['check', 'maybe', /true or false/],
  ['moment', '2026-02-30T10:00', /2026-01-31T10:00, without a time zone/],
  ['moment', '2026-02-03T25:00', /does not take/],
  ['moment', '2026-02-03T10:00Z', /without a time zone/],
  ['moment', '2026-02-03', /does not take/],
  ['date', '03.02.2026', /2026-01-31/],
  ['date', '2026-13-01', /does not take/],
  ['time', '24:00', /10:00/],
  ['time', '9:00', /does not take/],
  ['people', [{ id: 'x', type: 'team' }], /does not take a team/],
  ['people', [{ name: 'x' }], /does not take/],
  ['single', ['alice', 'bob'], /takes one only/],
  ['single', { id: 'team', type: 'group' }, /does not take a group/],
  ['must', '', /mandatory and cannot be empty/],
  ['must', null, /mandatory/],
  ['nothing like it', 1, /there is no column "nothing like it"; there are: line, long/],
  ['sters', 1, /did you mean "stars"\?/],
]

describe('an insertion', () => {
  test.each(wrong)('refuses %s: %j', async (column, value, said) => {
    const data = { must: 'x', [column]: value }
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_tables_insert_row', { table_id: all, data })
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) })
      expect(error?.message).toContain(`"${column}"`)
    })
    expect(requests.filter(request => !request.startsWith('GET'))).toEqual([])
  })

  test('tells everything that is wrong at once', async () => {
    const data = { number: 'abc', one: 'Purple', line: 'x'.repeat(11), nowhere: 1 }
    const { error } = await h.call('nc_tables_insert_row', { table_id: all, data })
    for (const said of ['"number"', '"one"', '"line"', '"nowhere"', '"must" is mandatory']) {
      expect(error?.message).toContain(said)
    }
    expect(error?.hint).toMatch(/^Nothing was written/)
    expect((await h.ok('nc_tables_read_table', { table_id: all })).total).toBe(0)
  })

  test('refuses a column that is given twice', async () => {
    const { columns } = await h.ok('nc_tables_get_schema', { table_id: all })
    const data = { must: 'x', [columns[0].id]: 'one', line: 'two' }
    const { error } = await h.call('nc_tables_insert_row', { table_id: all, data })
    expect(error?.message).toContain('"line" is given twice')
  })

  test('passes on what only Tables can check, in its words', async () => {
    const data = { must: 'x', people: ['no such user here'] }
    const { error } = await h.call('nc_tables_insert_row', { table_id: all, data })
    expect(error).toMatchObject({ code: 'BAD_INPUT', server_message: 'User not found' })
  })

  test('is refused for a text that must be unique', async () => {
    const id = await maker.make([{ title: 'key', type: 'text-line', unique: true }])
    await h.ok('nc_tables_insert_row', { table_id: id, data: { key: 'a' } })
    const again = await h.call('nc_tables_insert_row', { table_id: id, data: { key: 'a' } })
    expect(again.error?.server_message).toMatch(/non-unique/)
  })
})

describe('a change', () => {
  let row: number
  beforeAll(async () => {
    const data = { must: 'x', number: 1, check: true }
    row = (await h.ok('nc_tables_insert_row', { table_id: all, data })).id
  })

  test.each([
    [{}, /nothing to change/],
    [{ must: null }, /mandatory/],
    [{ number: null }, /cannot be emptied: Tables would keep 0/],
    [{ check: null }, /either true or false/],
    [{ number: 'abc', one: 'Purple' }, /"number".*"one"/],
  ])('refuses %j', async (data, said) => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_tables_update_row', { row_id: row, data })
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) })
    })
    expect(requests.filter(request => !request.startsWith('GET'))).toEqual([])
  })

  test('does not ask for mandatory columns that stay', async () => {
    const changed = await h.ok('nc_tables_update_row', { row_id: row, data: { number: 2 } })
    expect(changed.values).toMatchObject({ must: 'x', number: 2 })
  })
})

test('a pattern that takes forever does not stop the server', async () => {
  const slow = { title: 'slow', type: 'text-line', pattern: '^(a+)+$' }
  const id = await maker.make([slow])
  const started = Date.now()
  await h.ok('nc_tables_insert_row', { table_id: id, data: { slow: `${'a'.repeat(40)}!` } })
  expect(Date.now() - started).toBeLessThan(3_000)
})
