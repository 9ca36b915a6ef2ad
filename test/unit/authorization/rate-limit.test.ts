import { expect, test } from 'vitest'
import { createRateLimit } from '../../../src/authorization/rate-limit.ts'

test('so many in a window, and the time until the next', () => {
  let time = 0
  const limit = createRateLimit(2, 60_000, () => time)
  expect([limit.take(), limit.take(), limit.take()]).toEqual([0, 0, 60])
  time = 45_000
  expect(limit.take()).toBe(15)
  time = 60_000
  expect([limit.take(), limit.take(), limit.take()]).toEqual([0, 0, 60])
})
