/** Runs of the load benchmark can be repeated, and its calls come when they are due. */
import { expect, test } from 'vitest'
import { sendArrivals } from '../../../bench/load/arrivals.ts'
import { habitsOf } from '../../../bench/load/mix.ts'
import type { LoadUser } from '../../../bench/load/people.ts'
import { createRandom } from '../../../bench/load/random.ts'

const USER: LoadUser = {
  id: 'load-x-0001',
  password: 'secret',
  address: '198.18.0.1',
  noteIds: [1, 2, 3, 4, 5],
  board: { id: 7, stackId: 8 },
  tableId: 9,
}
const many = (count: number, draw: () => number) => Array.from({ length: count }, draw)
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

test('a seed makes the same numbers again; another seed or stream makes others', () => {
  const draws = (seed: number, stream?: number) => {
    const random = createRandom(seed, stream)
    return many(20, random.next)
  }
  expect(draws(1, 2)).toEqual(draws(1, 2))
  expect(draws(1, 2)).not.toEqual(draws(2, 2))
  expect(draws(1, 2)).not.toEqual(draws(1, 3))
  expect(draws(1, 2)).not.toEqual(draws(2, 1))
})

test('numbers are even, and pauses have their mean', () => {
  const random = createRandom(1)
  const even = many(10_000, random.next)
  expect(even.every(value => value >= 0 && value < 1)).toBe(true)
  expect(mean(even)).toBeCloseTo(0.5, 1)
  const pauses = many(10_000, () => random.exponential(3))
  expect(mean(pauses)).toBeGreaterThan(2.8)
  expect(mean(pauses)).toBeLessThan(3.2)
  // Of an exponential distribution 37 % are longer than the mean; of an even one it were half.
  expect(pauses.filter(pause => pause > 3).length / 10_000).toBeCloseTo(0.37, 1)
})

test('weights decide how often each is chosen', () => {
  const random = createRandom(1)
  const choices = [{ weight: 1 }, { weight: 3 }] as const
  const heavy = many(4_000, () => random.weighted(choices).weight).filter(weight => weight === 3)
  expect(heavy.length / 4_000).toBeCloseTo(0.75, 1)
  expect(() => random.weighted([])).toThrow(RangeError)
})

test('the share of writes is the one asked for, and everything is written about', () => {
  const random = createRandom(1)
  const tools = (writes: number) => {
    const habits = habitsOf(USER, writes)
    return Array.from({ length: 2_000 }, () => {
      const call = habits.next(random)
      call.done?.({ id: 1, uid: 'a' })
      return call.tool
    })
  }
  const isWrite = (tool: string) => /create|append|write|insert|delete/.test(tool)
  expect(tools(0).filter(isWrite)).toEqual([])
  expect(tools(1).filter(isWrite)).toHaveLength(2_000)
  expect(tools(0.2).filter(isWrite).length / 2_000).toBeCloseTo(0.2, 1)
  const apps = new Set(tools(1).map(tool => /^(?:nc_)?([a-z]+)/.exec(tool)?.[1]))
  expect(apps).toEqual(new Set(['notes', 'webdav', 'calendar', 'contacts', 'deck', 'tables']))
})

test.each([
  ['nc_notes_create_note', 'nc_notes_delete_note', 'note_id'],
  ['nc_calendar_create_event', 'nc_calendar_delete_event', 'event_uid'],
  ['nc_contacts_create_contact', 'nc_contacts_delete_contact', 'uid'],
  ['deck_create_card', 'deck_delete_card', 'card_id'],
  ['nc_tables_insert_row', 'nc_tables_delete_row', 'row_id'],
])('what %s adds is deleted again, each thing once', (create, remove, key) => {
  const random = createRandom(1)
  const habits = habitsOf(USER, 1)
  const there = new Set<string>()
  let most = 0
  for (let id = 100; id < 3_100; id++) {
    const call = habits.next(random)
    const thing = String(call.arguments[key])
    if (call.tool === remove) expect(there.delete(thing)).toBe(true)
    if (call.tool === 'nc_notes_append_content' && key === 'note_id') {
      expect(there.has(thing)).toBe(true)
    }
    // A contact's uid is its creator's choice, all else is numbered by the server.
    if (call.tool === create) there.add(key === 'uid' ? thing : String(id))
    call.done?.({ id, uid: String(id) })
    most = Math.max(most, there.size)
  }
  expect(most).toBe(3)
})

test('a file is written by one call at a time', () => {
  const random = createRandom(1)
  const habits = habitsOf(USER, 1)
  const calls = Array.from({ length: 10_000 }, () => habits.next(random))
  const paths = calls
    .filter(({ tool }) => tool === 'nc_webdav_write_file')
    .slice(0, 5)
    .map(call => call.arguments.path)
  expect(new Set(paths).size).toBe(5)
})

test('calls are sent at the times that were due, whether or not the ones before have answers', async () => {
  const due: number[] = []
  const from = performance.now()
  const send = (intended: number) => {
    due.push(intended)
    expect(performance.now()).toBeGreaterThanOrEqual(intended - 2)
    if (due.length > 1) return
    // The first one holds everything up: the others are due all the same.
    while (performance.now() < from + 150);
  }
  await sendArrivals({ random: createRandom(1), rate: 500, from, until: from + 300, send })
  expect(due.length).toBeGreaterThan(110)
  expect(due.length).toBeLessThan(190)
  expect(due.filter(time => time < from + 140).length).toBeGreaterThan(40)
  expect(due.toSorted((a, b) => a - b)).toEqual(due)
})
