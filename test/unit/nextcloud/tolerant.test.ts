import { expect, test } from 'vitest'
import { z } from 'zod'
import { flag, list, looseRecord, number, text } from '../../../src/nextcloud/tolerant.ts'

test('PHP empties and loose types are read for what they mean', () => {
  expect(text('').parse(7)).toBe('7')
  expect(text('none').parse(null)).toBe('none')
  expect(text(null).parse(undefined)).toBeNull()
  expect(number(0).parse('12')).toBe(12)
  expect(number(null).parse('many')).toBeNull()
  expect(number(0).parse('')).toBe(0)
  expect([1, '1', 'true', true].map(value => flag().parse(value))).toEqual([true, true, true, true])
  expect([0, '0', 'false', '', null].map(value => flag().parse(value))).not.toContain(true)
  expect(looseRecord().parse([])).toEqual({})
  expect(looseRecord().parse('odd')).toEqual({})
})

test('one bad element degrades itself, never the list', () => {
  const items = list(z.object({ id: z.number() }))
  expect(items.parse([{ id: 1 }, null, { id: 'x' }, { id: 2 }])).toEqual([{ id: 1 }, { id: 2 }])
  expect(items.parse({ a: { id: 3 } })).toEqual([{ id: 3 }])
  expect(items.safeParse('no list').success).toBe(false)
})
