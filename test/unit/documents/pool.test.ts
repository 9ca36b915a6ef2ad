/** Threads that parse: what a file does in one, it does to itself alone. */
import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../../../src/documents/limits.ts'
import { createPool, type Pool } from '../../../src/documents/worker/pool.ts'
import { codeOf, fixture } from '../../support/documents/read.ts'

const RECOGNISER = new URL('../../support/documents/recogniser.ts', import.meta.url).href

let pool: Pool
afterEach(() => pool.close())

function start(limits: Partial<Limits> = {}, threads = 1, idleMs = 60_000): Pool {
  const ocr = { languages: [], module: RECOGNISER }
  pool = createPool({ limits: { ...DEFAULT_LIMITS, ...limits }, threads, idleMs, ocr })
  return pool
}

const job = (text: string, limits: Partial<Limits> = {}) => ({
  bytes: new TextEncoder().encode(text),
  format: 'image' as const,
  mediaType: undefined,
  range: undefined,
  limits: { ...DEFAULT_LIMITS, ...limits },
})
const run = (text: string) => pool.run(job(text))

test('no thread is there before the first job, and one does the next', async () => {
  start({}, 4)
  expect(pool.size).toBe(0)
  expect((await run('a')).text).toBe('seen: a')
  expect((await run('b')).text).toBe('seen: b')
  expect(pool.size).toBe(1)
})

test('as many at a time as allowed, the others in turn', async () => {
  start({}, 2)
  const texts = ['1', '2', '3', '4', '5']
  const read = Promise.all(texts.map(async text => (await run(text)).text))
  expect(pool.size).toBe(2)
  expect(await read).toEqual(texts.map(text => `seen: ${text}`))
  expect(pool.size).toBe(2)
})

describe('a poison file costs its own job', () => {
  test.each([
    ['exit', 'DAMAGED', 15_000],
    ['throw', 'DAMAGED', 15_000],
    ['heap', 'TOO_LARGE', 15_000],
    ['outside', 'TOO_LARGE', 15_000],
    ['hang', 'TIMED_OUT', 5_000],
  ])('%s', async (deed, code, timeMs) => {
    start({ timeMs, memoryMb: 64 }, 2)
    const [own, other] = await Promise.all([codeOf(run(deed)), run('beside')])
    expect(own).toBe(code)
    expect(other.text).toBe('seen: beside')
    const after = await Promise.all([run('after'), run('again')])
    expect(after.map(({ text }) => text)).toEqual(['seen: after', 'seen: again'])
  })

  test('also when it strikes after its job, in the middle of the next', async () => {
    start()
    expect((await run('later')).text).toBe('seen: later')
    expect((await run('slow')).text).toBe('seen: slow')
    expect((await run('after')).text).toBe('seen: after')
  })

  test('and the main thread goes on meanwhile', async () => {
    start({ timeMs: 1_000 })
    let ticks = 0
    const ticking = setInterval(() => ticks++, 10)
    expect(await codeOf(run('hang'))).toBe('TIMED_OUT')
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(20)
  })
})

test('what it prints does not come between the messages of the protocol', () => {
  start()
  const script = `
    import { createPool } from '${new URL('../../../src/documents/worker/pool.ts', import.meta.url)}'
    import { DEFAULT_LIMITS as limits } from '${new URL('../../../src/documents/limits.ts', import.meta.url)}'
    const ocr = { languages: [], module: '${RECOGNISER}' }
    const pool = createPool({ limits, threads: 1, idleMs: 1000, ocr })
    const bytes = new TextEncoder().encode('print')
    const { text } = await pool.run({ bytes, format: 'image', limits })
    console.log(text)
  `
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '--eval', script],
    { encoding: 'utf8', timeout: 20_000 },
  )
  expect({ stdout, stderr, status }).toEqual({ stdout: 'seen: print\n', stderr: '', status: 0 })
})

test('it sees nothing of the environment, where secrets are', async () => {
  start()
  const error = await run('environment').catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'DAMAGED', message: 'The file is no image, or a broken one' })
})

describe('who no longer waits', () => {
  test('is let go, while it runs and while it waits', async () => {
    start()
    const stop = new AbortController()
    const running = pool.run(job('hang'), { signal: stop.signal })
    const waiting = pool.run(job('never'), { signal: stop.signal })
    const patient = run('patient')
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expect(waiting).rejects.toThrow('enough')
    expect((await patient).text).toBe('seen: patient')
  })

  test('from the beginning starts nothing', async () => {
    start()
    const signal = AbortSignal.abort(new Error('before'))
    await expect(pool.run(job('x'), { signal })).rejects.toThrow('before')
    expect(pool.size).toBe(0)
  })
})

test('a thread without work ends', async () => {
  start({}, 1, 20)
  await run('a')
  await expect.poll(() => pool.size).toBe(0)
  expect((await run('b')).text).toBe('seen: b')
})

test('closing ends what is under way, and takes nothing more', async () => {
  start()
  const codes = [codeOf(run('hang')), codeOf(run('waits'))]
  await pool.close()
  expect(await Promise.all(codes)).toEqual(['TIMED_OUT', 'TIMED_OUT'])
  expect(await codeOf(run('late'))).toBe('TIMED_OUT')
  expect(pool.size).toBe(0)
})

test('too many that wait are told so', async () => {
  start()
  const messages = Array.from({ length: 40 }, () => run('hang').catch(({ message }) => message))
  const refused = await Promise.all(messages.slice(33))
  expect(new Set(refused)).toEqual(new Set(['Too many documents are being read at the moment']))
  await pool.close()
  expect(new Set(await Promise.all(messages.slice(0, 33)))).toEqual(
    new Set(['This server is stopping']),
  )
})

test('progress is told, at last the end', async () => {
  start()
  const told: unknown[] = []
  await pool.run(
    { ...job(''), bytes: fixture('harbour.pdf'), format: 'pdf' },
    { onProgress: (done, total) => told.push([done, total]) },
  )
  expect(told.at(-1)).toEqual([3, 3])
})

test('the bytes stay with the caller', async () => {
  start()
  const bytes = new Uint8Array(fixture('harbour.docx'))
  const copy = new Uint8Array(bytes)
  await pool.run({ ...job(''), bytes, format: 'docx' })
  expect(bytes).toEqual(copy)
})
