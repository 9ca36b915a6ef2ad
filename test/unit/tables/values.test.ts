/** Values on their way into cells and back, for whatever a model or another program writes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyColumn } from '../../../src/apps/tables/column-settings.ts'
import {
  accepts,
  columnNames,
  findColumn,
  KINDS,
  type Kind,
} from '../../../src/apps/tables/columns.ts'
import { decodeValue, valueReader } from '../../../src/apps/tables/decode.ts'
import { encodeValue } from '../../../src/apps/tables/encode.ts'
import type { ApiColumn } from '../../../src/apps/tables/shapes.ts'

const options = [
  { id: 1, label: 'Red' },
  { id: 2, label: 'Green' },
  { id: 7, label: '1' },
]
const column = (kind: Kind, more: Partial<ApiColumn> = {}): ApiColumn => ({
  ...emptyColumn(kind),
  selectionOptions: options,
  ...more,
})
const pad = (number: number) => String(number).padStart(2, '0')
const day = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map(date => date.toISOString().slice(0, 10))
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${pad(hour)}:${pad(minute)}`)
const word = fc.string({ unit: 'grapheme', minLength: 1 })

/** What each kind takes in the form in which it is told again. */
const valid: Record<Kind, fc.Arbitrary<unknown>> = {
  'text-line': word,
  'text-long': word,
  'text-rich': word,
  'text-link': fc.webUrl(),
  number: fc.integer(),
  'number-stars': fc.integer({ min: 0, max: 5 }),
  'number-progress': fc.integer({ min: 0, max: 100 }),
  selection: fc.constantFrom('Red', 'Green'),
  'selection-multi': fc.uniqueArray(fc.constantFrom('Red', 'Green'), { minLength: 1 }),
  'selection-check': fc.boolean(),
  datetime: fc.tuple(day, time).map(([date, clock]) => `${date}T${clock}`),
  'datetime-date': day,
  'datetime-time': time,
  usergroup: word.map(id => [{ id, type: 'user' }]),
}

describe.each(KINDS)('%s', kind => {
  test('tells what it takes as it was given', () => {
    fc.assert(
      fc.property(valid[kind], value => {
        const encoded = encodeValue(column(kind), value)
        expect(encoded).toHaveProperty('value')
        const stored = 'value' in encoded ? encoded.value : undefined
        expect(decodeValue(column(kind), stored)).toEqual(value)
      }),
    )
  })

  test('takes or refuses anything, and reads anything, without failing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const encoded = encodeValue(column(kind), value)
        expect('value' in encoded || encoded.problem.length > 0).toBe(true)
        decodeValue(column(kind), value)
      }),
    )
  })

  test('takes again what it has stored', () => {
    fc.assert(
      fc.property(valid[kind], value => {
        const first = encodeValue(column(kind), value)
        if (!('value' in first)) return
        expect(encodeValue(column(kind), first.value)).toEqual(first)
      }),
    )
  })

  test('says what it takes', () => expect(accepts(column(kind))).toMatch(/^\S.+\S$/))
})

test.each([
  ['number', { numberDecimals: 2 }, 0.07, 0.07],
  ['number', { numberDecimals: 2 }, 1e21, 1e21],
  ['number', {}, '12', 12],
  ['selection', {}, 'red', 1],
  ['selection', {}, 2, 2],
  ['selection-multi', {}, 'Red,Green', [1, 2]],
  ['selection-multi', {}, ['Red', 'Red'], [1]],
  ['selection-check', {}, 'No', 'false'],
  ['datetime', {}, '2026-01-31T10:00:59+01:00', '2026-01-31 10:00'],
  ['datetime-time', {}, '10:00:00', '10:00'],
  ['text-line', { textAllowedPattern: '(' }, 'x', 'x'],
  [
    'text-link',
    { textAllowedPattern: null },
    'https://a.example',
    '{"title":"https://a.example","value":"https://a.example"}',
  ],
  [
    'text-link',
    { textAllowedPattern: 'url,files' },
    'https://a.example',
    '{"title":"https://a.example","value":"https://a.example","providerId":"url"}',
  ],
  [
    'usergroup',
    { usergroupSelectGroups: true },
    { id: 'g', type: 'group' },
    [{ id: 'g', type: 1 }],
  ],
] as const)('%s %j: %j is stored as %j', (kind, more, value, stored) => {
  expect(encodeValue(column(kind, more), value)).toEqual({ value: stored })
})

test.each([
  ['number', { numberDecimals: 2 }, 0.071],
  ['number', {}, Number.NaN],
  ['selection', {}, '1'],
  ['text-link', { textAllowedPattern: 'files' }, 'https://a.example'],
  ['datetime-date', {}, '2025-02-29'],
  ['usergroup', { usergroupSelectUsers: false, usergroupSelectGroups: true }, 'bob'],
] as const)('%s %j: %j is refused', (kind, more, value) => {
  expect(encodeValue(column(kind, more), value)).toHaveProperty('problem')
})

test('a column is found by what its title is, or by its id, and never by chance', () => {
  const named = fc
    .uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 50 }), fc.constantFrom('a', 'A', 'b', '7', '8')),
      {
        selector: ([id]) => id,
      },
    )
    .map(all => all.map(([id, title]) => column('number', { id, title })))
  fc.assert(
    fc.property(named, fc.constantFrom('a', 'b', '7', '8', '9'), (columns, name) => {
      const found = findColumn(columns, name)
      const exact = columns.filter(({ id, title }) => title === name || String(id) === name)
      if (exact.length === 1) expect(found).toBe(exact[0])
      if (exact.length > 1) expect(found).toHaveProperty('problem')
    }),
  )
})

test('every column has a name of its own that finds it again', () => {
  const columns = ['a', 'b', 'b', '__proto__', ''].map((title, index) =>
    column('text-line', { id: index + 10, title }),
  )
  const names = columnNames(columns)
  expect([...names.values()]).toEqual(['a', '11', '12', '__proto__', '14'])
  for (const [id, name] of names) expect(findColumn(columns, name)).toMatchObject({ id })
  const data = columns.map(({ id }) => ({ columnId: id, value: `of ${id}` }))
  const row = {
    id: 1,
    tableId: 1,
    createdBy: null,
    createdAt: null,
    lastEditBy: null,
    lastEditAt: null,
  }
  const values = valueReader(columns)({ ...row, data })
  expect(Object.entries(values)).toContainEqual(['__proto__', 'of 13'])
})
