import { describe, expect, test } from 'vitest'
import { Reply } from '../../../src/nextcloud/reply.ts'
import { createRetryBudget, isSafe, retryAfterMs } from '../../../src/nextcloud/retry.ts'

const reply = (status: number, headers: Record<string, string> = {}, body = '') =>
  new Reply(status, headers, Buffer.from(body))
const path = '/remote.php/dav/files/alice/a.txt'
const put = { method: 'PUT', path }
const get = { method: 'GET', path }
const move = { method: 'MOVE', path }
const middle = () => 0.5

describe('locks', () => {
  test('are waited for, longer each time, and not for ever', () => {
    const budget = createRetryBudget(middle)
    const waits = [1, 2, 3, 4].map(() => budget.afterReply(put, reply(423)))
    expect(waits).toEqual([200, 500, 1_000, undefined])
  })

  test('are recognised in the 500 that MOVE answers', () => {
    const locked = reply(500, {}, '<s:exception>OCP\\Lock\\LockedException</s:exception>')
    expect(createRetryBudget(middle).afterReply(move, locked)).toBe(200)
    expect(createRetryBudget(middle).afterReply(move, reply(500))).toBeUndefined()
  })

  test('of the database count as such where calendars and contacts are', () => {
    const busy = reply(500, {}, '<s:message>SQLSTATE[HY000]: database is locked</s:message>')
    const object = { method: 'PUT', path: '/remote.php/dav/calendars/alice/personal/a.ics' }
    expect(createRetryBudget(middle).afterReply(object, busy)).toBe(200)
    expect(createRetryBudget(middle).afterReply(object, reply(500))).toBeUndefined()
    // The file itself may have been written.
    expect(createRetryBudget(middle).afterReply(put, busy)).toBeUndefined()
  })

  test('do not use up the budget of rate limits, nor the other way round', () => {
    const budget = createRetryBudget(middle)
    for (let at = 0; at < 4; at++) budget.afterReply(put, reply(423))
    expect(budget.afterReply(put, reply(429))).toBe(1_000)
    expect(budget.afterReply(put, reply(429))).toBe(3_000)
    expect(budget.afterReply(put, reply(429))).toBeUndefined()
  })
})

describe('rate limits', () => {
  test('Retry-After counts, in seconds and as a date, and a long one is final', () => {
    const wait = (value: string) =>
      createRetryBudget(middle).afterReply(get, reply(429, { 'retry-after': value }))
    expect(wait('2')).toBe(2_000)
    expect(wait('600')).toBeUndefined()
    const date = new Date(Date.now() + 2_500).toUTCString()
    expect(wait(date)).toBeGreaterThan(500)
    expect(retryAfterMs(reply(429, { 'retry-after': 'soon' }))).toBeUndefined()
  })

  test('a lock-out after wrong passwords is never repeated', () => {
    const budget = createRetryBudget(middle)
    expect(
      budget.afterReply(get, reply(429, {}, '{"message":"Reached maximum delay"}')),
    ).toBeUndefined()
  })
})

test('a 401 is never repeated, whatever the method', () => {
  expect(createRetryBudget(middle).afterReply(get, reply(401))).toBeUndefined()
})

test('503: once for what is safe, never in maintenance mode, never for a write', () => {
  const budget = createRetryBudget(middle)
  expect(budget.afterReply(get, reply(503))).toBe(100)
  expect(budget.afterReply(get, reply(503))).toBeUndefined()
  expect(createRetryBudget().afterReply(put, reply(503))).toBeUndefined()
  const maintenance = reply(503, { 'x-nextcloud-maintenance-mode': '1' })
  expect(createRetryBudget().afterReply(get, maintenance)).toBeUndefined()
})

test('waits are spread by a quarter either way', () => {
  expect(createRetryBudget(() => 0).afterReply(put, reply(423))).toBe(150)
  expect(createRetryBudget(() => 1).afterReply(put, reply(423))).toBe(250)
})

test('what is safe to repeat', () => {
  expect(['GET', 'PROPFIND', 'SEARCH', 'REPORT'].every(isSafe)).toBe(true)
  expect(['PUT', 'POST', 'DELETE', 'MOVE', 'COPY', 'MKCOL', 'PROPPATCH'].some(isSafe)).toBe(false)
})
