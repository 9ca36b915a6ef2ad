import { afterEach, expect, test, vi } from 'vitest'
import {
  createWorkerPool,
  type PoolOptions,
  type WorkerPool,
} from '../../../../src/search/embed/worker-pool.ts'
import { threadEntry } from '../../../../src/workers/start.ts'
import { failureOf } from './support.ts'

const query = { kind: 'query' } as const
const passage = { kind: 'passage' } as const

let pool: WorkerPool
const start = (options: Partial<PoolOptions> = {}) => {
  pool = createWorkerPool({ entry: threadEntry('sample', import.meta.url), size: 1, ...options })
  return pool
}
afterEach(() => pool.close())

test('threads come with the first text, not more than allowed, and end when idle', async () => {
  start({ size: 2, idleMs: 50 })
  expect(pool.threads()).toBe(0)
  const [vector] = await pool.run(['abc'], query)
  expect([...(vector ?? [])]).toEqual([3, 1])
  expect(pool.threads()).toBe(1)
  const runs = ['work 50', 'work 50', 'work 50', 'c'].map(text => pool.run([text], passage))
  expect(pool.threads()).toBe(2)
  expect(await Promise.all(runs)).toHaveLength(4)
  await vi.waitFor(() => expect(pool.threads()).toBe(0), { timeout: 5_000 })
  expect(await pool.run(['abc'], query)).toHaveLength(1)
})

test('queries overtake passages', async () => {
  start()
  const order: string[] = []
  const told = (name: string) => () => order.push(name)
  await Promise.all([
    pool.run(['work 100'], passage).then(told('first passage')),
    pool.run(['b'], passage).then(told('second passage')),
    pool.run(['c'], query).then(told('query')),
  ])
  expect(order).toEqual(['first passage', 'query', 'second passage'])
})

test('a thread that dies is an error worth another try, and replaced', async () => {
  start()
  const [died, next] = await Promise.allSettled([
    pool.run(['die'], passage),
    pool.run(['abc'], passage),
  ])
  expect(died).toMatchObject({
    status: 'rejected',
    reason: { name: 'EmbeddingError', code: 'UNREACHABLE', retryable: true },
  })
  expect(next.status).toBe('fulfilled')
})

test('what a model throws is told in a line, and the thread lives on', async () => {
  start()
  await pool.run(['a'], passage)
  const failure = await failureOf(pool.run(['throw'], passage))
  expect(failure).toMatchObject({
    code: 'BAD_ANSWER',
    message: 'The model failed: it broke',
    retryable: false,
  })
  expect(await pool.run(['a'], passage)).toHaveLength(1)
})

test('an aborted text leaves the queue, or goes on unheard', async () => {
  start()
  const abort = new AbortController()
  const running = pool.run(['work 100'], { ...passage, signal: abort.signal })
  const waiting = pool.run(['die'], { ...passage, signal: abort.signal })
  abort.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await expect(waiting).rejects.toThrow('enough')
  expect(await pool.run(['a'], passage)).toHaveLength(1)
  await expect(pool.run(['a'], { ...passage, signal: abort.signal })).rejects.toThrow('enough')
})

test('nothing of a thread reaches standard output', async () => {
  start()
  const written = vi.spyOn(process.stdout, 'write')
  await pool.run(['greet'], passage)
  await pool.run(['a'], passage)
  const lines = written.mock.calls.map(([line]) => String(line))
  written.mockRestore()
  expect(lines.join('')).not.toContain('greeting')
})

test('a closed pool answers nobody', async () => {
  start()
  const outcomes = Promise.allSettled([pool.run(['work 5000'], passage), pool.run(['b'], passage)])
  await pool.close()
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNREACHABLE' } })
  }
  expect(pool.threads()).toBe(0)
  await failureOf(pool.run(['a'], passage))
})
