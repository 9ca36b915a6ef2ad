/** Who is shown what: decided by Nextcloud at the time of the search, never by the index. */
import { describe, expect, test } from 'vitest'
import type { Scope } from '../../../../src/identity/scopes.ts'
import { CodedError } from '../../../../src/nextcloud/errors.ts'
import type { Verdict } from '../../../../src/search/source.ts'
import { type Given, idsOf, session, type World, world } from './support.ts'

const GONE: Verdict = { state: 'gone' }
const UNKNOWN: Verdict = { state: 'unknown' }

describe('alice and bob', () => {
  test('never see what is the other’s, not even under the same id', async () => {
    const w = await world()
    await w.give('alice', { id: '1', texts: ['red secret of alice'] })
    await w.give('bob', { id: '1', texts: ['red secret of bob'] }, { id: '2', texts: ['red'] })
    for (const mode of ['hybrid', 'semantic', 'keyword'] as const) {
      const [alice, bob] = await Promise.all([
        w.search('alice', { mode }),
        w.search('bob', { mode }),
      ])
      expect(alice.rows.map(({ excerpt }) => excerpt)).toEqual(['red secret of alice'])
      expect(bob.rows.map(({ excerpt }) => excerpt).toSorted()).toEqual([
        'red',
        'red secret of bob',
      ])
    }
    expect(w.asked.filter(line => line.startsWith('alice'))).toEqual(
      Array.from({ length: 3 }, () => 'alice note 1'),
    )
  })

  test('a share that was withdrawn between indexing and search', async () => {
    const shared: Given = { id: '9', type: 'file', texts: ['red plan'], path: '/plan.md' }
    const w = await world()
    await w.give('alice', shared)
    await w.give('bob', shared)
    expect(idsOf(await w.search('bob', {}))).toEqual(['9'])
    w.rights.bob?.set('file:9', GONE)
    const result = await w.search('bob', {})
    expect(result).toMatchObject({ rows: [], verified: 0, dropped: 1 })
    expect(JSON.stringify(result)).not.toContain('plan')
    // It is let go of: the next search need not ask, and has nothing to ask about.
    w.asked.length = 0
    expect(await w.search('bob', {})).toMatchObject({ rows: [], dropped: 0 })
    expect(w.asked).toEqual([])
    expect(idsOf(await w.search('alice', {}))).toEqual(['9'])
  })

  test('one who indexes nothing finds nothing, and evicts nothing', async () => {
    const w = await world()
    await w.give('alice', { id: '1', texts: ['red'] })
    expect(idsOf(await w.search('mallory', {}))).toEqual([])
    expect(idsOf(await w.search('alice', {}))).toEqual(['1'])
  })
})

describe('what the caller was not granted', () => {
  const granted = new Set<Scope>(['semantic:read', 'notes:read'])
  const w = async () => {
    const made = await world()
    await made.give(
      'alice',
      { id: 'note', texts: ['blue'] },
      ...Array.from({ length: 60 }, (_, at): Given => {
        return { id: `mail${at}`, type: 'mail_message', texts: ['red secret'] }
      }),
    )
    return made
  }

  test('is neither found nor counted nor asked about', async () => {
    const world = await w()
    const result = await world.search('alice', {}, { granted })
    expect(idsOf(result)).toEqual(['note'])
    expect(result).toMatchObject({ verified: 1, dropped: 0, notes: [] })
    expect(result.notSearched).toContainEqual({ type: 'mail_message', needs: ['mail:read'] })
    expect(result.notSearched).toHaveLength(5)
    expect(JSON.stringify(result)).not.toMatch(/secret|60/)
    expect(world.asked).toEqual(['alice note note'])
  })

  test('is the same for those who ask for it', async () => {
    const world = await w()
    const none = await world.search('alice', { types: ['mail_message'] }, { granted })
    expect(none).toMatchObject({ rows: [], verified: 0, dropped: 0, notes: [] })
    expect(none.notSearched).toEqual([{ type: 'mail_message', needs: ['mail:read'] }])
    expect(world.asked).toEqual([])
    expect(idsOf(await world.search('alice', { types: ['mail_message'] }))).toHaveLength(10)
  })

  test('is not told by who knows more', async () => {
    const empty = await world()
    const of = (made: World) => made.search('alice', { query: 'secret' }, { granted })
    await empty.give('alice', { id: 'note', texts: ['blue'] })
    expect(await of(await w())).toEqual(await of(empty))
  })
})

describe('what is asked', () => {
  test('once for each app and document, and no more than is shown', async () => {
    const w = await world()
    await w.give(
      'alice',
      { id: 'n', texts: ['red', 'red red', 'red blue'] },
      { id: 'f', type: 'file', texts: ['red', 'red'] },
      ...Array.from({ length: 20 }, (_, at) => ({ id: `z${at}`, texts: ['red green green'] })),
    )
    expect((await w.search('alice', { limit: 5, mode: 'semantic' })).rows).toHaveLength(5)
    expect(w.asked.toSorted()).toEqual(['alice file f', 'alice note n'])
  })

  test('again where much is gone, until there is enough', async () => {
    const w = await world()
    const notes = Array.from({ length: 45 }, (_, at) => ({ id: `n${at + 10}`, texts: ['red'] }))
    await w.give('alice', ...notes)
    for (let at = 10; at < 45; at++) w.rights.alice?.set(`note:n${at}`, GONE)
    const result = await w.search('alice', { limit: 5 })
    expect(result.rows).toHaveLength(5)
    expect(result.dropped).toBe(35)
    expect(w.asked.length).toBeLessThanOrEqual(4)
  })

  test('is bounded, however much is gone', async () => {
    const w = await world()
    const notes = Array.from({ length: 900 }, (_, at) => ({ id: `n${at}`, texts: ['red'] }))
    await w.give('alice', ...notes)
    for (const { id } of notes) w.rights.alice?.set(`note:${id}`, GONE)
    const result = await w.search('alice', { limit: 10 })
    expect(result.rows).toEqual([])
    expect(result.dropped).toBeGreaterThanOrEqual(400)
    expect(result.dropped).toBeLessThan(900)
    expect(w.asked.length).toBeLessThan(12)
  })
})

describe('what nobody can tell', () => {
  const three = async () => {
    const w = await world()
    await w.give(
      'alice',
      { id: 'a', texts: ['red'] },
      { id: 'b', texts: ['red'] },
      { id: 'c', type: 'file', texts: ['red'] },
    )
    return w
  }

  test('is not shown, and stays in the index', async () => {
    const w = await three()
    w.rights.alice?.set('note:a', UNKNOWN)
    const result = await w.search('alice', {})
    expect(idsOf(result).toSorted()).toEqual(['b', 'c'])
    expect(result.dropped).toBe(0)
    expect(result.notes.join()).toContain('1 of the documents')
    w.rights.alice?.set('note:a', { state: 'readable' })
    expect(idsOf(await w.search('alice', {})).toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('an app that fails does not hide the others', async () => {
    const w = await three()
    w.rights.alice?.set('note:a', new CodedError('UPSTREAM_ERROR', 'Notes failed'))
    const result = await w.search('alice', {})
    expect(idsOf(result)).toEqual(['c'])
    expect(result.notes.join()).toContain('2 of the documents')
  })

  test('all of it is a failure and not a result without rows', async () => {
    const w = await three()
    for (const key of ['note:a', 'note:b', 'file:c']) w.rights.alice?.set(key, UNKNOWN)
    await expect(w.search('alice', {})).rejects.toMatchObject({ code: 'UNREACHABLE' })
    const error = new CodedError('RATE_LIMITED', 'Too many requests')
    w.rights.alice?.set('note:a', error)
    await expect(w.search('alice', {})).rejects.toBe(error)
  })

  test.each(['UNAUTHORIZED', 'NOT_PROVISIONED', 'CANCELLED'] as const)(
    '%s is about the caller',
    async code => {
      const w = await three()
      w.rights.alice?.set('note:a', new CodedError(code, 'no'))
      await expect(w.search('alice', {})).rejects.toMatchObject({ code })
      expect((await w.index.stats('alice')).documents).toBe(3)
    },
  )

  test('a fault of an app is one of this server', async () => {
    const w = await three()
    w.rights.alice?.set('note:a', new TypeError('a bug'))
    await expect(w.search('alice', {})).rejects.toThrow(TypeError)
  })
})

describe('what is gone', () => {
  test('is told to who keeps the books', async () => {
    const told: unknown[] = []
    const onGone = async (user: string, documents: readonly unknown[]) => {
      told.push([user, ...documents])
    }
    const w = await world({ onGone })
    await w.give('alice', { id: 'a', texts: ['red'] }, { id: 'b', texts: ['red'] })
    w.rights.alice?.set('note:b', GONE)
    await w.search('alice', {})
    expect(told).toEqual([['alice', expect.objectContaining({ type: 'note', id: 'b' })]])
  })

  test('is no matter of the search where it cannot be let go of', async () => {
    const told: unknown[] = []
    const w = await world()
    await w.give('alice', { id: 'a', texts: ['red'] }, { id: 'b', texts: ['red'] })
    const remove = () => Promise.reject(new Error('read-only'))
    const stuck = await world({ index: { ...w.index, remove }, report: error => told.push(error) })
    Object.assign(stuck.rights, w.rights)
    stuck.rights.alice?.set('note:b', GONE)
    expect(idsOf(await stuck.search('alice', {}))).toEqual(['a'])
    expect(told).toHaveLength(1)
  })
})

describe('an app that is switched off', () => {
  const two = async () => {
    const w = await world()
    await w.give('alice', { id: 'n', texts: ['red'] }, { id: 'f', type: 'file', texts: ['red'] })
    // As Nextcloud answers for an app that is not there.
    w.rights.alice?.set('note:n', GONE)
    return w
  }

  test('is neither asked nor believed', async () => {
    const w = await two()
    const without = { session: session('alice', undefined, ['deck']) }
    const result = await w.search('alice', {}, without)
    expect(idsOf(result)).toEqual(['f'])
    expect(result).toMatchObject({ dropped: 0, notes: [] })
    w.rights.alice?.set('note:n', { state: 'readable' })
    expect(idsOf(await w.search('alice', {})).toSorted()).toEqual(['f', 'n'])
  })

  test('one that is on is', async () => {
    const w = await two()
    const on = { session: session('alice', undefined, ['notes']) }
    expect((await w.search('alice', {}, on)).dropped).toBe(1)
  })
})

describe('a caller who gives up', () => {
  test('before the model has answered', async () => {
    const controller = new AbortController()
    let asked: (signal: AbortSignal | undefined) => void = () => {}
    const begun = new Promise<AbortSignal | undefined>(resolve => {
      asked = resolve
    })
    const embed = (_texts: readonly string[], { signal }: { signal?: AbortSignal | undefined }) =>
      new Promise<Float32Array[]>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        asked(signal)
      })
    const w = await world({ embedder: { model: 'colours', embed } })
    const search = w.search('alice', {}, { session: session('alice', controller.signal) })
    const signal = await begun
    controller.abort()
    expect(signal?.aborted).toBe(true)
    await expect(search).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('while what was found is checked', async () => {
    const controller = new AbortController()
    const w = await world()
    await w.give('alice', { id: 'a', texts: ['red'] })
    w.asked.push = () => {
      controller.abort()
      return 0
    }
    const search = w.search('alice', {}, { session: session('alice', controller.signal) })
    await expect(search).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
