import { expect, test } from 'vitest'
import { firstExpansion } from '../../../bench/expansion.ts'

test('the first expansion of a daily series since 1990 in a process takes less than 5 ms', () => {
  // Of a few, as others use the machine too.
  const times = Array.from({ length: 4 }, firstExpansion)
  expect(Math.min(...times.map(({ first }) => first))).toBeLessThan(5)
})
