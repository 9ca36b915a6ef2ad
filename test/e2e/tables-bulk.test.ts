/** Many rows at once, and what is told of each. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import { type TableMaker, tableMaker } from '../support/tables.ts'

let h: Harness
let maker: TableMaker

beforeAll(async () => {
  h = await startHarness()
  maker = tableMaker(h)
})

afterAll(async () => {
  h.proxy.plan(undefined)
  await maker.removeAll()
  await h.close()
}, 60_000)

const columns = [
  { title: 'key', type: 'text-line', mandatory: true, unique: true },
  { title: 'n', type: 'number' },
]
const rowsOf = async (table_id: number) =>
  (await h.ok('nc_tables_read_table', { table_id })).rows.map(
    ({ values }: { values: object }) => values,
  )
const write = (table_id: number, rows: object[], more = {}) =>
  h.call('nc_tables_write_rows', { table_id, rows, ...more })
const writes = (requests: string[]) => requests.filter(request => !request.startsWith('GET'))

describe('writing', () => {
  test('inserts and changes in one call, and tells what became of each', async () => {
    const id = await maker.make(columns)
    const first = await h.ok('nc_tables_insert_row', { table_id: id, data: { key: 'a', n: 1 } })
    const { data } = await write(id, [
      { data: { key: 'b', n: 2 } },
      { row_id: first.id, data: { n: 10 } },
      { data: { key: 'c' } },
    ])
    expect(data).toEqual({
      done_count: 3,
      failed_count: 0,
      results: [
        { index: 0, status: 'inserted', row_id: expect.any(Number) },
        { index: 1, status: 'updated', row_id: first.id },
        { index: 2, status: 'inserted', row_id: expect.any(Number) },
      ],
    })
    expect(await rowsOf(id)).toEqual([{ key: 'a', n: 10 }, { key: 'b', n: 2 }, { key: 'c' }])
  })

  test('writes nothing when one row is wrong, and tells all that is', async () => {
    const id = await maker.make(columns)
    const rows = [{ data: { key: 'a' } }, { data: { n: 'x' } }, { row_id: 1, data: {} }]
    const requests = await h.requestsOf(async () => {
      const { error } = await write(id, rows)
      expect(error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringMatching(/^Nothing/) })
      expect(error?.message).toMatch(
        /rows\.1: "n".*rows\.1: "key" is mandatory.*rows\.2: there is nothing/,
      )
      expect(error?.message).not.toContain('rows.0')
    })
    expect(writes(requests)).toEqual([])
  })

  test('only tells with dry_run', async () => {
    const id = await maker.make(columns)
    const requests = await h.requestsOf(async () => {
      const { data } = await write(id, [{ data: { key: 'a' } }, { row_id: 7, data: { n: 1 } }], {
        dry_run: true,
      })
      expect(data).toEqual({
        dry_run: true,
        done_count: 0,
        failed_count: 0,
        results: [
          { index: 0, status: 'would be inserted' },
          { index: 1, status: 'would be updated', row_id: 7 },
        ],
      })
    })
    expect(writes(requests)).toEqual([])
  })

  test('goes on after a row that Tables refuses', async () => {
    const id = await maker.make(columns)
    const { data } = await write(id, [
      { data: { key: 'same' } },
      { data: { key: 'same' } },
      { row_id: 99_999_999, data: { n: 1 } },
      { data: { key: 'other' } },
    ])
    expect(data).toMatchObject({ done_count: 2, failed_count: 2 })
    expect(data.results.map(({ status }: { status: string }) => status)).toEqual([
      'inserted',
      'failed',
      'failed',
      'inserted',
    ])
    expect(data.results[1]).toMatchObject({ index: 1, error: expect.stringMatching(/non-unique/) })
    expect(data.results[2].error).toMatch(/^NOT_FOUND/)
    expect(await rowsOf(id)).toEqual([{ key: 'same' }, { key: 'other' }])
  })

  test('does not touch a row of another table', async () => {
    const [id, other] = [await maker.make(columns), await maker.make(columns)]
    const foreign = await h.ok('nc_tables_insert_row', {
      table_id: other,
      data: { key: 'a', n: 1 },
    })
    const { data } = await write(id, [{ row_id: foreign.id, data: { n: 2 } }])
    expect(data.results[0]).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^CONFLICT/),
    })
    expect(await rowsOf(other)).toEqual([{ key: 'a', n: 1 }])
  })

  test('stops where the outcome is unknown, and says what was not tried', async () => {
    const id = await maker.make(columns)
    let posts = 0
    h.proxy.plan(({ method }) => (method === 'POST' && ++posts === 2 ? 'reset' : undefined))
    const { data, isError } = await write(
      id,
      ['a', 'b', 'c', 'd'].map(key => ({ data: { key } })),
    )
    h.proxy.plan(undefined)
    expect(isError).toBe(false)
    expect(data).toMatchObject({ done_count: 1, failed_count: 3 })
    expect(data.results.map(({ status }: { status: string }) => status)).toEqual([
      'inserted',
      'unknown',
      'not tried',
      'not tried',
    ])
    expect(data.results[2].error).toBe('UNREACHABLE at index 1')
    expect(posts).toBe(2)
  })

  test.each([
    [[], /rows/],
    [Array.from({ length: 201 }, () => ({ data: { key: 'a' } })), /rows/],
    [[{ key: 'a' }], /rows\.0\.data/],
    [
      [
        { row_id: 5, data: { n: 1 } },
        { row_id: 5, data: { n: 2 } },
      ],
      /more than once: row 5/,
    ],
  ])('refuses %j', async (rows, said) => {
    const { error } = await write(await maker.make(columns), rows)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(said) })
  })
})

describe('deleting', () => {
  const fill = async () => {
    const id = await maker.make(columns)
    const { data } = await write(
      id,
      ['a', 'b', 'c'].map(key => ({ data: { key } })),
    )
    const ids: number[] = data.results.map(({ row_id }: { row_id: number }) => row_id)
    return { id, ids }
  }
  const remove = (table_id: number, row_ids: number[], more = {}) =>
    h.call('nc_tables_delete_rows', { table_id, row_ids, ...more })

  test('removes the rows that are there, and tells which were not', async () => {
    const { id, ids } = await fill()
    const [a = 0, b = 0] = ids
    const dry = await remove(id, [a, 99_999_999, b], { dry_run: true })
    expect(dry.data.results).toEqual([
      { index: 0, status: 'would be deleted', row_id: a },
      { index: 1, status: 'failed', row_id: 99_999_999, error: 'NOT_FOUND: Not found' },
      { index: 2, status: 'would be deleted', row_id: b },
    ])
    expect(await rowsOf(id)).toHaveLength(3)
    const { data } = await remove(id, [a, 99_999_999, b])
    expect(data).toMatchObject({ done_count: 2, failed_count: 1 })
    expect(await rowsOf(id)).toEqual([{ key: 'c' }])
  })

  test('refuses rows of another table, by their place, and deletes nothing', async () => {
    const [one, other] = [await fill(), await fill()]
    const { error } = await remove(one.id, [...one.ids, other.ids[0] ?? 0])
    expect(error).toMatchObject({ code: 'BAD_INPUT', hint: 'Nothing was deleted.' })
    expect(error?.message).toContain(`3: row ${other.ids[0]}`)
    expect(await rowsOf(one.id)).toHaveLength(3)
  })

  test('refuses a row that is given twice', async () => {
    const { id, ids } = await fill()
    const { error } = await remove(id, [...ids, ids[1] ?? 0])
    expect(error?.message).toContain(`more than once: row ${ids[1]}`)
    expect(await rowsOf(id)).toHaveLength(3)
  })
})
