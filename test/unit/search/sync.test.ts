/** Sync: what is in the index afterwards, and what it did not do for that. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DocumentError } from '../../../src/documents/document.ts'
import { CodedError } from '../../../src/nextcloud/errors.ts'
import { createChunker } from '../../../src/search/chunk/chunker.ts'
import { EmbeddingError } from '../../../src/search/embed/embedder.ts'
import { keeping } from '../../../src/search/sync/lease.ts'
import { createWorld, doomed, HOUR, MINUTE, type World } from '../../support/sync-world.ts'

let world: World
beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.close())

const texts = (...ids: string[]) =>
  Object.fromEntries(ids.map(id => [`Document ${id}`, `text of ${id}`]))
const fill = (user: string, ...ids: string[]) => {
  for (const id of ids) world.put(user, id, `text of ${id}`)
}
const numbers = (count: number) => Array.from({ length: count }, (_, at) => `${at}`)
const letters = () => world.ledger.deadLetters(1, 100)
const reads = () => world.log.filter(line => line.startsWith('read'))

describe('incrementally', () => {
  test('everything is found, each user apart', async () => {
    fill('alice', 'a', 'b')
    fill('bob', 'b', 'c')
    await world.once()
    expect(world.found('alice')).toEqual(texts('a', 'b'))
    expect(world.found('bob')).toEqual(texts('b', 'c'))
  })

  test('what did not change is not read, embedded or stored again', async () => {
    fill('alice', ...numbers(50))
    await world.once()
    const before = {
      puts: world.index.puts.length,
      texts: world.embedder.texts,
      reads: reads().length,
    }
    await world.once()
    world.put('alice', '7', 'new text')
    await world.once()
    expect(world.found('alice')['Document 7']).toBe('new text')
    expect(world.index.puts.length - before.puts).toBe(1)
    expect(world.embedder.texts - before.texts).toBe(1)
    expect(reads().length - before.reads).toBe(1)
  })

  test('what has another version and says the same is not embedded', async () => {
    fill('alice', 'a')
    await world.once()
    fill('alice', 'a')
    await world.once()
    expect(reads()).toHaveLength(2)
    expect(world.embedder.texts).toBe(1)
    expect(world.index.puts).toHaveLength(1)
  })

  test('what the listing brings along is not fetched', async () => {
    world.put('alice', 'a', 'text of a', { inline: true })
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
    expect(reads()).toEqual([])
  })

  test('what has become empty is found no more, and not read again', async () => {
    fill('alice', 'a', 'b')
    await world.once()
    world.put('alice', 'a', ' \n ')
    await world.once()
    await world.once()
    expect(world.found('alice')).toEqual(texts('b'))
    expect(reads()).toHaveLength(3)
    world.put('alice', 'a', 'text of a')
    await world.once()
    expect(world.found('alice')).toEqual(texts('a', 'b'))
  })

  test('passages of small documents are embedded together, within bounds', async () => {
    fill('alice', ...numbers(40))
    world.put('alice', 'long', 'words '.repeat(30_000))
    const calls: { texts: number; characters: number }[] = []
    world.embedder.fail = batch => {
      calls.push({ texts: batch.length, characters: batch.join('').length })
    }
    await world.once()
    expect(Math.max(...calls.map(call => call.texts))).toBeLessThanOrEqual(64)
    expect(Math.max(...calls.map(call => call.characters))).toBeLessThan(100_000)
    expect(calls.filter(call => call.texts > 1).length).toBeGreaterThan(5)
    expect(Object.keys(world.found('alice'))).toHaveLength(41)
  })

  test('passages are embedded with the place where they stand, and stored without', async () => {
    const seen: string[] = []
    world.embedder.fail = batch => void seen.push(...batch)
    fill('alice', 'a')
    await world.once()
    expect(seen).toEqual(['Document a\ntext of a'])
    expect(world.found('alice')).toEqual(texts('a'))
  })
})

describe('what is gone', () => {
  test('is found no more after the grace', async () => {
    fill('alice', ...numbers(10))
    await world.once()
    world.shelves('alice').documents.delete('3')
    await world.once()
    expect(Object.keys(world.found('alice'))).toHaveLength(10)
    world.now += HOUR
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(10).filter(id => id !== '3')))
  })

  test('by the word of Nextcloud is found no more at once', async () => {
    fill('alice', 'a', 'b')
    await world.once()
    world.shelves('alice').documents.delete('a')
    world.shelves('alice').removed.push('a')
    await world.once()
    expect(world.found('alice')).toEqual(texts('b'))
  })

  test.each([
    [
      'fails',
      async () => {
        throw new CodedError('UPSTREAM_ERROR', 'Nextcloud failed', { status: 500 })
      },
    ],
    [
      'is a fault',
      async () => {
        throw new TypeError('x is not a function')
      },
    ],
    ['is empty', async () => ({ kind: 'all', state: 'empty' }) as const],
  ])('is nothing where a listing %s, twice', async (_, listing) => {
    fill('alice', ...numbers(30))
    fill('bob', 'b')
    await world.once()
    world.shelves('alice').listing = listing
    for (let time = 0; time < 2; time++) {
      await world.once()
      world.now += 24 * HOUR
    }
    expect(Object.keys(world.found('alice'))).toHaveLength(30)
    world.shelves('alice').listing = undefined
    world.now += 24 * HOUR
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(30)))
    expect(world.found('bob')).toEqual(texts('b'))
    expect(world.embedder.texts).toBe(31)
  })

  test('is nothing where one listing names less than half', async () => {
    fill('alice', ...numbers(30))
    await world.once()
    const kept = new Map(world.shelves('alice').documents)
    for (const id of numbers(20)) world.shelves('alice').documents.delete(id)
    await world.once()
    world.now += 24 * HOUR
    for (const [id, document] of kept) world.shelves('alice').documents.set(id, document)
    await world.once()
    world.now += 24 * HOUR
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(30)))
  })

  test('goes when several listings say so', async () => {
    fill('alice', ...numbers(30))
    await world.once()
    world.shelves('alice').documents.clear()
    for (let time = 0; time < 4; time++) {
      expect(Object.keys(world.found('alice'))).toHaveLength(30)
      await world.once()
      world.now += HOUR
    }
    await world.once()
    expect(world.found('alice')).toEqual({})
  })

  test('with its user goes after the grace, and nobody else', async () => {
    fill('alice', 'a')
    fill('bob', 'b')
    await world.once()
    world.users.delete('alice')
    await world.once()
    world.now += HOUR - 1
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
    world.now += 1
    await world.once()
    expect(world.found('alice')).toEqual({})
    expect(world.found('bob')).toEqual(texts('b'))
    world.users.set('alice', undefined)
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
  })

  test('while it is being read is not left behind', async () => {
    fill('alice', 'a')
    const put = world.index.put
    world.index.put = async (...args) => {
      await put(...args)
      // Another process finds that alice has been away for long.
      await world.index.forget('alice')
      await world.ledger.forget('alice')
      await put(...args)
    }
    await world.once()
    expect(world.found('alice')).toEqual({})
  })

  test('is nobody where nobody can tell the users', async () => {
    fill('alice', 'a')
    await world.once()
    const access = {
      users: async () => {
        throw new Error('locked')
      },
      open: () => Promise.reject(new Error()),
      scopes: async () => undefined,
    }
    world.now += 100 * HOUR
    await expect(world.once({ access })).rejects.toThrow('locked')
    expect(world.found('alice')).toEqual(texts('a'))
  })
})

describe('what fails', () => {
  test('in one app is no matter to the others', async () => {
    await world.close()
    world = await createWorld(['note', 'file'])
    fill('alice', 'a')
    world.put('alice', 'f', 'text of f', {}, 'file')
    for (const broken of ['note', 'file'] as const) {
      world.shelves('alice', broken).listing = async () => {
        throw new CodedError('UNREACHABLE', 'No answer')
      }
      await world.once()
      world.shelves('alice', broken).listing = undefined
    }
    expect(world.found('alice')).toEqual(texts('a', 'f'))
    const why = (await world.ledger.sources(1, 'alice')).find(({ type }) => type === 'file')?.why
    expect(why).toEqual({ code: 'UNREACHABLE', message: 'No answer' })
  })

  test('with one document does not keep others from being found, and is tried a few times', async () => {
    fill('alice', 'a', 'c')
    world.put('alice', 'b', '', {
      broken: () => new CodedError('UPSTREAM_ERROR', 'Nextcloud failed', { subject: '/b.txt' }),
    })
    for (let time = 0; time < 6; time++) {
      await world.once()
      world.now += 24 * HOUR
    }
    expect(world.found('alice')).toEqual(texts('a', 'c'))
    expect(reads().filter(line => line.endsWith('b'))).toHaveLength(3)
    expect(await letters()).toMatchObject([
      { id: 'b', name: '/b.txt', attempts: 3, reason: { code: 'UPSTREAM_ERROR' } },
    ])
  })

  test('for good is not tried again until the document changes; what it said is gone', async () => {
    fill('alice', 'a')
    await world.once()
    world.put('alice', 'a', '', {
      broken: () => new DocumentError('ENCRYPTED', 'It needs a password'),
    })
    for (let time = 0; time < 3; time++) {
      await world.once()
      world.now += 24 * HOUR
    }
    expect(reads()).toHaveLength(2)
    expect(world.found('alice')).toEqual({})
    expect(await letters()).toMatchObject([
      { reason: { code: 'ENCRYPTED', message: 'It needs a password' }, attempts: 1 },
    ])
    // Back to what it said first: the index has it no more.
    fill('alice', 'a')
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
    expect(await letters()).toEqual([])
  })

  test('is tried again by hand', async () => {
    let isBroken = true
    world.put('alice', 'a', 'text of a')
    const document = world.shelves('alice').documents.get('a')
    if (document !== undefined)
      Object.defineProperty(document, 'broken', {
        get: () => (isBroken ? () => new DocumentError('DAMAGED', 'Broken') : undefined),
      })
    await world.once()
    isBroken = false
    await world.once()
    expect(world.found('alice')).toEqual({})
    expect(await world.ledger.revive({ user: 'alice' }, world.now)).toBe(1)
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
  })

  test("in the model because of one text is that document's matter alone", async () => {
    fill('alice', 'a', 'b', 'c')
    world.embedder.fail = batch => {
      if (batch.some(text => text.includes('text of b')))
        throw new EmbeddingError('REFUSED', 'Too long', { status: 413 })
    }
    for (let time = 0; time < 5; time++) {
      await world.once()
      world.now += 24 * HOUR
    }
    expect(world.found('alice')).toEqual(texts('a', 'c'))
    expect(await letters()).toMatchObject([
      { id: 'b', name: '/b.txt', reason: { code: 'REFUSED' } },
    ])
    // The same content with another version: read, but not tried.
    fill('alice', 'b')
    world.embedder.fail = () => {
      throw new Error('it was tried')
    }
    await world.once()
    expect(await letters()).toMatchObject([{ id: 'b', reason: { code: 'REFUSED' } }])
  })

  test.each([
    ['no answer', new EmbeddingError('UNREACHABLE', 'No answer', { retryable: true })],
    ['no model', new EmbeddingError('MODEL_MISSING', 'Pull it')],
    ['a wrong key', new EmbeddingError('REFUSED', 'Wrong key', { status: 401 })],
    ['other vectors', new EmbeddingError('WRONG_DIMENSION', 'Not 4')],
  ])("in the model with %s is no document's fault, however long it lasts", async (_, error) => {
    fill('alice', ...numbers(20))
    world.embedder.fail = () => {
      throw error
    }
    for (let time = 0; time < 6; time++) {
      await expect(world.once()).rejects.toThrow(error.message)
      world.now += HOUR
    }
    expect(await letters()).toEqual([])
    world.embedder.fail = undefined
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(20)))
  })

  test('in the model by too few vectors is no success', async () => {
    fill('alice', 'a', 'b')
    const embed = async (texts: readonly string[]) => texts.slice(1).map(() => new Float32Array(4))
    for (let time = 0; time < 4; time++) {
      await world.once({ embedder: { ...world.embedder, embed } })
      world.now += 24 * HOUR
    }
    expect(world.found('alice')).toEqual({})
    expect((await letters()).map(({ reason }) => reason.code)).toEqual(['BAD_ANSWER', 'BAD_ANSWER'])
  })

  test("in the index is tried again, and then is that document's matter", async () => {
    fill('alice', 'a', 'b')
    world.index.failPut = ({ id }) => {
      if (id === 'b') throw new Error('disk full')
    }
    await world.once()
    world.index.failPut = undefined
    world.now += HOUR
    await world.once()
    expect(world.found('alice')).toEqual(texts('a', 'b'))
  })
})

describe('access', () => {
  const problem = new CodedError('NOT_PROVISIONED', 'You have not allowed background work', {
    hint: 'Connect.',
  })

  test('that is refused pauses that user alone, and says why', async () => {
    fill('alice', 'a')
    fill('bob', 'b')
    world.refuse = user => (user === 'alice' ? problem : undefined)
    await world.once()
    expect(world.found('bob')).toEqual(texts('b'))
    const [alice] = await world.ledger.userStates('alice')
    expect(alice).toMatchObject({
      pause: { code: 'NOT_PROVISIONED', message: expect.stringContaining('Connect.') },
    })
    world.refuse = undefined
    await world.once() // Still paused.
    expect(world.found('alice')).toEqual({})
    world.now += HOUR
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
    expect((await world.ledger.userStates('alice'))[0]?.pause).toBeUndefined()
  })

  test('that is asked to wait waits as long as it was asked', async () => {
    fill('alice', ...numbers(20))
    fill('bob', 'b')
    await world.once()
    for (const id of numbers(20)) {
      world.put('alice', id, 'x', {
        broken: () =>
          new CodedError('RATE_LIMITED', 'Too many', { status: 429, retryAfterMs: HOUR }),
      })
    }
    world.put('bob', 'b', 'new')
    const before = reads().length
    await world.once()
    // Those that were under way in the same moment, one group for each worker.
    expect(reads().length - before).toBeLessThanOrEqual(9)
    expect(world.found('bob')).toEqual({ 'Document b': 'new' })
    world.now += HOUR - 1
    fill('alice', ...numbers(20))
    await world.once()
    expect(reads().length - before).toBeLessThanOrEqual(9)
    world.now += 2
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(20)))
    expect(await letters()).toEqual([])
  })

  test('without the scope lists nothing, until it is there', async () => {
    fill('alice', 'a')
    world.users.set('alice', new Set(['files:read']))
    await world.once()
    expect(world.log).toEqual(['list bob note'])
    expect((await world.ledger.sources(1, 'alice'))[0]?.why?.code).toBe('NO_SCOPE')
    world.users.set('alice', new Set(['notes:read']))
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
  })

  test('to an app that is not there lists nothing', async () => {
    const [notes] = world.sources
    if (notes === undefined) throw new Error('no source')
    fill('alice', 'a')
    await world.once({ sources: [{ ...notes, requires: 'no-such-app' }] })
    expect(world.log).toEqual([])
    expect((await world.ledger.sources(1, 'alice'))[0]?.why?.code).toBe('NO_APP')
    await world.once()
    expect(world.found('alice')).toEqual(texts('a'))
  })
})

describe('among many', () => {
  test('nobody waits for somebody with more documents', async () => {
    fill('alice', ...numbers(400))
    await world.ledger.present(1, ['alice', 'bob'], ['note'], world.now)
    fill('bob', 'b')
    await world.once()
    const at = world.index.puts.indexOf('bob note b')
    expect(world.index.puts).toHaveLength(401)
    expect(at).toBeLessThan(60)
  })

  test('two processes do everything once', async () => {
    for (const user of ['alice', 'bob']) fill(user, ...numbers(60))
    await Promise.all([world.once(), world.once()])
    // Whichever left while the other was still at it has left nothing undone in the end.
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(60)))
    expect(world.found('bob')).toEqual(texts(...numbers(60)))
    expect(world.index.puts).toHaveLength(120)
    expect(world.embedder.texts).toBe(120)
  })
})

describe('a new model or chunker', () => {
  const next = () => ({ chunker: createChunker({ size: 300, overlap: 0 }) })

  test('is built beside the old one, which is searched until it is through', async () => {
    fill('alice', ...numbers(12))
    fill('bob', 'b')
    await world.once()
    world.refuse = user => (user === 'bob' ? new CodedError('UNREACHABLE', 'No answer') : undefined)
    await world.once(next())
    expect((await world.index.generations()).map(({ id, active }) => [id, active])).toEqual([
      [1, true],
      [2, false],
    ])
    expect(world.found('alice', 1)).toEqual(texts(...numbers(12)))
    expect(world.found('alice', 2)).toEqual(texts(...numbers(12)))
    expect(world.found('bob', 2)).toEqual({})
    world.refuse = undefined
    world.now += HOUR
    await world.once(next())
    expect((await world.index.generations()).map(({ id, active }) => [id, active])).toEqual([
      [2, true],
    ])
    expect(world.found('bob')).toEqual(texts('b'))
    expect(await world.ledger.counts(1, world.now)).toEqual([])
  })

  test('does not wait for those who withdrew their access', async () => {
    fill('alice', 'a')
    await world.once()
    world.users.delete('bob')
    await world.once(next())
    expect(await world.index.generations()).toMatchObject([{ id: 2, active: true }])
  })

  test('can be asked for', async () => {
    fill('alice', 'a')
    await world.once()
    await world.ledger.raiseEdition()
    await world.once()
    expect(world.index.puts).toHaveLength(2)
    expect(await world.index.generations()).toMatchObject([{ id: 2, active: true }])
    await world.once()
    expect(world.index.puts).toHaveLength(2)
  })
})

describe('a process that dies', () => {
  /** What has happened since the index was last complete. */
  const prepare = async () => {
    fill('alice', 'a', 'b', 'c', 'd')
    fill('bob', 'b')
    await world.once()
    world.put('alice', 'a', 'new text')
    world.put('alice', 'e', 'text of e', { inline: true })
    world.put('alice', 'poison', '', { broken: () => new DocumentError('DAMAGED', 'Broken') })
    world.put('alice', 'b', '')
    world.shelves('alice').documents.delete('c')
    world.shelves('alice').removed.push('c')
    fill('bob', 'x', 'y')
  }

  test.each(['before', 'after'] as const)(
    '%s any step leaves nothing lost, doubled or stuck',
    async when => {
      let steps = 0
      for (let step = 1; ; step++) {
        await world.close()
        world = await createWorld()
        await prepare()
        const { parts, died } = doomed(world, step, when)
        const outcome = await Promise.race([
          world.once(parts).then(() => 'done'),
          died.then(() => 'died'),
        ])
        if (outcome === 'done') break
        steps++
        // Told once, and the process that was told is dead.
        if (world.shelves('alice').removed.length === 0) world.shelves('alice').removed.push('c')
        world.now += 2 * MINUTE
        await world.once()
        expect(world.found('alice'), `step ${step}`).toEqual({
          'Document a': 'new text',
          ...texts('d', 'e'),
        })
        expect(world.found('bob'), `step ${step}`).toEqual(texts('b', 'x', 'y'))
        expect(await world.ledger.counts(1, world.now), `step ${step}`).toMatchObject([
          { user: 'alice', documents: 4, chunks: 3, waiting: 0, running: 0, failed: 1 },
          { user: 'bob', documents: 3, chunks: 3, waiting: 0, running: 0, failed: 0 },
        ])
      }
      expect(steps).toBeGreaterThan(25)
    },
    120_000,
  )

  test('while a new generation takes over leaves one generation', async () => {
    for (let step = 1; ; step++) {
      await world.close()
      world = await createWorld()
      fill('alice', 'a')
      await world.once()
      await world.ledger.raiseEdition()
      const { parts, died } = doomed(world, step, 'after')
      const outcome = await Promise.race([
        world.once(parts).then(() => 'done'),
        died.then(() => 'died'),
      ])
      if (outcome === 'done') break
      world.now += 2 * MINUTE
      await world.once()
      expect(await world.index.generations(), `step ${step}`).toMatchObject([{ active: true }])
      expect(world.found('alice'), `step ${step}`).toEqual(texts('a'))
      expect(await world.ledger.counts(1, world.now), `step ${step}`).toEqual([])
    }
  }, 60_000)
})

test('work that takes longer than its lease stays whose it is, though renewing fails now and then', async () => {
  const { promise: renewedThrice, resolve } = Promise.withResolvers<void>()
  let renewed = 0
  const renew = async () => {
    if (++renewed === 3) resolve()
    throw new Error('busy')
  }
  await keeping(30, renew, () => renewedThrice)
  const before = renewed
  await new Promise(wait => setTimeout(wait, 60))
  expect(renewed).toBe(before)
})

describe('as a worker', () => {
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise(resolve => setTimeout(resolve, 5))
  }

  test('does what comes, is told what to look at, and ends', async () => {
    fill('alice', 'a')
    const sync = world.sync()
    sync.start()
    await until(() => Object.keys(world.found('alice')).length === 1)
    fill('alice', 'b')
    await sync.hint('alice', ['note'])
    await until(() => Object.keys(world.found('alice')).length === 2)
    await sync.stop()
    fill('alice', 'c')
    await sync.hint('alice', ['note'])
    expect(Object.keys(world.found('alice'))).toHaveLength(2)
  })

  test('asked for a new index searches the old one until that is complete', async () => {
    fill('alice', 'a')
    const complete: number[] = []
    const { index } = world
    const sync = world.sync({
      index: {
        ...index,
        async activate(generation) {
          complete.push(Object.keys(index.texts('alice', generation)).length)
          await index.activate(generation)
        },
      },
    })
    sync.start()
    await until(() => Object.keys(world.found('alice')).length === 1)
    await world.ledger.raiseEdition()
    await until(() => {
      sync.wake()
      return complete.length > 0
    })
    await sync.stop()
    expect(complete).toEqual([1])
  })

  test('that ends in the middle leaves its jobs to the next one at once', async () => {
    fill('alice', ...numbers(40))
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const sync = world.sync({
      embedder: {
        ...world.embedder,
        embed: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            resolve()
            signal?.addEventListener('abort', () => reject(signal.reason))
          }),
      },
    })
    sync.start()
    await begun
    await sync.stop()
    await world.once()
    expect(world.found('alice')).toEqual(texts(...numbers(40)))
    expect(await letters()).toEqual([])
  })

  test('tells what keeps it from working', async () => {
    const sync = world.sync({
      embedder: {
        ...world.embedder,
        dimension: () => Promise.reject(new EmbeddingError('MODEL_MISSING', 'Pull it')),
      },
    })
    sync.start()
    await until(() => sync.trouble() !== undefined)
    expect(sync.trouble()).toBe('Pull it')
    await sync.stop()
  })
})
