import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { callerAddress, createRateLimit } from '../../../src/authorization/rate-limit.ts'

test('so many in a window, and the time until the next', () => {
  let time = 0
  const limit = createRateLimit({ max: 3, maxOfOne: 2, windowMs: 60_000, now: () => time })
  expect(['a', 'a', 'a'].map(limit.take)).toEqual([0, 0, 60])
  time = 45_000
  expect(['b', 'b', 'c'].map(limit.take)).toEqual([0, 15, 15])
  time = 60_000
  expect(['a', 'b'].map(limit.take)).toEqual([0, 0])
})

test.each([
  ['203.0.114.7', undefined, '203.0.114.7'],
  ['203.0.114.7', '198.51.100.1', '203.0.114.7'],
  ['10.0.0.2', '1.2.3.4, 203.0.114.9', '203.0.114.9'],
  ['::ffff:127.0.0.1', undefined, '127.0.0.1'],
])('from %s, where a proxy says %s: %s', (remoteAddress, said, expected) => {
  const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': said } }
  expect(callerAddress(request as unknown as IncomingMessage)).toBe(expected)
})
