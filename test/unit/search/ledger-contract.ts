/** What every implementation of the ledger owes, whatever database is behind it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DocumentContent, DocumentType } from '../../../src/search/document.ts'
import type { Claim, Job, Ledger, SourceKey } from '../../../src/search/ledger/ledger.ts'
import type { ListingEnd } from '../../../src/search/source.ts'

/** One empty ledger; each `open` is like another process on it. */
export interface LedgerStorage {
  open(): Promise<Ledger>
  destroy(): Promise<void>
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2026-05-01T12:00:00Z')
const NOTES: SourceKey = { generation: 1, user: 'alice', type: 'note' }
const REASON = { code: 'UNREACHABLE', message: 'No answer' }
const CONTENT: DocumentContent = {
  title: 'Plan',
  text: 'One, two',
  format: 'markdown',
  pages: [{ number: 1, start: 0 }],
  pageCount: 1,
  category: 'Work',
  path: '/Work/plan.md',
  modifiedAt: START,
  url: 'https://cloud.example.org/1',
}
const ids = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `${from + at}`)
const listed = (...names: string[]) => names.map(id => ({ id, etag: `${id}-1` }))

/** Registers the tests for one implementation. */
export function ledgerContract(name: string, prepare: () => Promise<LedgerStorage>): void {
  describe(name, () => {
    let storage: LedgerStorage
    let ledger: Ledger
    let now: number

    beforeEach(async () => {
      now = START
      storage = await prepare()
      ledger = await storage.open()
      await ledger.present(1, ['alice', 'bob'], ['note', 'file'], now)
    })
    afterEach(() => storage.destroy())

    const claim = (more: Partial<Claim> = {}) =>
      ledger.claim({
        generation: 1,
        owner: 'me',
        now,
        leaseMs: MINUTE,
        limit: 10,
        maxAttempts: 5,
        ...more,
      })
    const indexedAs = (job: Job) => ({
      etag: job.etag,
      hash: `hash of ${job.id}`,
      chunks: 2,
      title: `T${job.id}`,
    })
    const index = async (job: Job) => ledger.indexed(job, 'me', indexedAs(job), now)
    /** A listing that names documents and ends. */
    const list = async (
      documents: { id: string; etag: string }[],
      kind: ListingEnd['kind'] = 'all',
      {
        key = NOTES,
        unchanged = [],
        removed = [],
        graceMs = HOUR,
      }: { key?: SourceKey; unchanged?: string[]; removed?: string[]; graceMs?: number } = {},
    ) => {
      const { serial } = await ledger.begin(key, now)
      await ledger.found(key, serial, documents, now)
      await ledger.unchanged(key, serial, unchanged, now)
      await ledger.removed(key, serial, removed, now)
      return ledger.end(
        key,
        serial,
        { kind, state: `after ${serial}` },
        {
          now,
          nextAt: now + MINUTE,
          graceMs,
          confirmMs: MINUTE,
        },
      )
    }
    /** Documents that are known and in the index. */
    const known = async (names: string[], key = NOTES) => {
      await list(listed(...names), 'all', { key })
      for (const job of await claim({ limit: 1_000 })) expect(await index(job)).toBe('done')
    }
    const counts = async (user = 'alice', type: DocumentType = 'note') =>
      (await ledger.counts(1, now, user)).find(count => count.type === type)
    const source = async ({ generation, user, type }: SourceKey = NOTES) =>
      (await ledger.sources(generation, user)).find(each => each.type === type)

    describe('listings', () => {
      test('make a job for what is new and for what changed, and for nothing else', async () => {
        await known(['a', 'b', 'c'])
        await list(
          [
            { id: 'a', etag: 'a-1' },
            { id: 'b', etag: 'b-2' },
            { id: 'd', etag: 'd-1' },
          ],
          'changes',
        )
        const jobs = await claim()
        expect(jobs).toMatchObject([
          {
            kind: 'index',
            id: 'b',
            etag: 'b-2',
            attempts: 1,
            knownHash: 'hash of b',
            user: 'alice',
            type: 'note',
          },
          { kind: 'index', id: 'd', etag: 'd-1', attempts: 1, knownHash: undefined },
        ])
      })

      test('begin from what the last one left', async () => {
        expect(await ledger.begin(NOTES, now)).toEqual({ state: undefined, serial: 1 })
        await list([], 'unchanged')
        expect((await ledger.begin(NOTES, now)).state).toBe('after 2')
        expect(await source()).toMatchObject({
          listedAt: now,
          dueAt: now + MINUTE,
          failures: 0,
          why: undefined,
        })
      })

      test('that found something and then failed have lost nothing', async () => {
        const { serial } = await ledger.begin(NOTES, now)
        await ledger.found(NOTES, serial, listed('a'), now)
        await ledger.fail(NOTES, REASON, now + HOUR, false)
        expect(await source()).toMatchObject({
          state: undefined,
          failures: 1,
          why: REASON,
          dueAt: now + HOUR,
          listedAt: undefined,
        })
        expect(await list(listed('a'))).toMatchObject({ missing: 0 })
        expect(await claim()).toHaveLength(1)
      })

      test('that were overtaken can note nothing more', async () => {
        const { serial } = await ledger.begin(NOTES, now)
        await ledger.begin(NOTES, now)
        const end = { kind: 'all', state: 'x' } as const
        const rules = { now, nextAt: now, graceMs: 0, confirmMs: 0 }
        for (const late of [
          () => ledger.found(NOTES, serial, listed('a'), now),
          () => ledger.unchanged(NOTES, serial, ['a'], now),
          () => ledger.removed(NOTES, serial, ['a'], now),
          () => ledger.end(NOTES, serial, end, rules),
        ])
          await expect(late()).rejects.toThrow(/meanwhile/)
        expect(await claim()).toEqual([])
        expect(await source()).toMatchObject({ state: undefined, listedAt: undefined })
      })

      test('bring content along, which is gone with the job', async () => {
        const { serial } = await ledger.begin(NOTES, now)
        await ledger.found(
          NOTES,
          serial,
          [
            { id: 'a', etag: '1', ref: 'r', content: CONTENT },
            { id: 'b', etag: '1' },
          ],
          now,
        )
        const [a, b] = await claim()
        expect(a?.ref).toBe('r')
        expect(await ledger.content(a?.job ?? 0)).toEqual(CONTENT)
        expect(await ledger.content(b?.job ?? 0)).toBeUndefined()
        if (a !== undefined) await index(a)
        expect(await ledger.content(a?.job ?? 0)).toBeUndefined()
      })

      test('of one source say nothing about another', async () => {
        const FILES: SourceKey = { ...NOTES, type: 'file' }
        const BOB: SourceKey = { ...NOTES, user: 'bob' }
        await known(['a'])
        await known(['a'], FILES)
        await known(['a'], BOB)
        for (let look = 0; look < 5; look++) {
          await list([])
          now += HOUR
        }
        expect((await claim()).map(({ kind, user, type }) => [kind, user, type])).toEqual([
          ['remove', 'alice', 'note'],
        ])
      })
    })

    describe('what is missing', () => {
      test('is removed after the grace, by two listings at least', async () => {
        await known(ids(20))
        expect(await list(listed(...ids(19)))).toEqual({
          missing: 1,
          removing: 0,
          doubt: undefined,
        })
        now += 30 * MINUTE
        expect(await list(listed(...ids(19)))).toMatchObject({ missing: 0, removing: 0 })
        now += 30 * MINUTE
        expect(await list(listed(...ids(19)))).toMatchObject({ removing: 1 })
        const [job] = await claim()
        expect(job).toMatchObject({ kind: 'remove', id: '19' })
        if (job !== undefined) expect(await ledger.taken(job, 'me', now)).toBe('done')
        expect(await counts()).toMatchObject({ documents: 19, chunks: 38, waiting: 0, running: 0 })
        expect(await list(listed(...ids(19)))).toMatchObject({ missing: 0, removing: 0 })
      })

      test('is not removed by one listing, however late', async () => {
        await known(ids(20))
        now += 100 * HOUR
        expect(await list(listed(...ids(19)))).toMatchObject({ missing: 1, removing: 0 })
      })

      test('is missing twice before it goes, however short the grace', async () => {
        await known(ids(20))
        expect(await list(listed(...ids(19)), 'all', { graceMs: 0 })).toMatchObject({ removing: 0 })
        expect(await list(listed(...ids(19)), 'all', { graceMs: 0 })).toMatchObject({ removing: 1 })
      })

      test('is confirmed by listings that tell only of changes', async () => {
        await known(ids(20))
        await list(listed(...ids(19)))
        now += HOUR
        expect(await list([], 'unchanged')).toMatchObject({ missing: 0, removing: 1 })
      })

      test('is back when a listing names it', async () => {
        await known(ids(20))
        await list(listed(...ids(19)))
        now += HOUR
        await list([], 'all', { unchanged: ids(20) })
        now += HOUR
        expect(await list(listed(...ids(19)))).toMatchObject({ missing: 1, removing: 0 })
      })

      test('is not known from a listing of changes', async () => {
        await known(ids(20))
        now += HOUR
        for (const kind of ['changes', 'unchanged'] as const) {
          expect(await list([], kind)).toMatchObject({ missing: 0, removing: 0 })
          now += HOUR
        }
      })

      test('that is back before it was removed is indexed again, if need be', async () => {
        await known(['a'])
        await list([], 'changes', { removed: ['a'] })
        const [removal] = await claim()
        await list([], 'changes', { unchanged: ['a'] })
        expect(removal?.kind).toBe('remove')
        if (removal !== undefined) expect(await ledger.taken(removal, 'me', now)).toBe('again')
        expect(await claim()).toMatchObject([{ kind: 'index', id: 'a', knownHash: undefined }])
      })

      test('goes at once when Nextcloud says so, known or about to be', async () => {
        await known(['a'])
        await list(listed('b'), 'changes', { removed: ['a', 'b', 'never'] })
        const jobs = await claim()
        expect(jobs.map(({ kind, id }) => [kind, id])).toEqual([
          ['remove', 'b'],
          ['remove', 'a'],
        ])
        for (const job of jobs) await ledger.taken(job, 'me', now)
        expect(await counts()).toBeUndefined()
      })
    })

    describe('a doubtful listing', () => {
      test('that names less than half is believed when a later one says the same', async () => {
        await known(ids(100))
        const half = listed(...ids(49))
        expect(await list(half)).toMatchObject({
          missing: 0,
          doubt: { code: 'DOUBTFUL', message: expect.stringContaining('100') },
        })
        expect(await source()).toMatchObject({ state: undefined, why: { code: 'DOUBTFUL' } })
        expect((await list(half)).doubt).toBeDefined() // At the same moment: no confirmation.
        now += MINUTE
        expect(await list(half)).toEqual({ missing: 51, removing: 0, doubt: undefined })
        expect(await source()).toMatchObject({ why: undefined })
        now += HOUR
        expect(await list(half)).toMatchObject({ removing: 51, doubt: undefined })
      })

      test('that is empty needs two more', async () => {
        await known(['a', 'b'])
        for (const look of [1, 2, 3]) {
          expect((await list([])).doubt === undefined, `look ${look}`).toBe(look === 3)
          now += MINUTE
        }
        expect(await counts()).toMatchObject({ documents: 2 })
      })

      test('is forgotten when the documents are back', async () => {
        await known(ids(100))
        for (let time = 0; time < 6; time++) {
          expect((await list(time % 2 === 0 ? [] : listed(...ids(100)))).doubt === undefined).toBe(
            time % 2 === 1,
          )
          now += HOUR
        }
        expect(await list(listed(...ids(100)))).toEqual({
          missing: 0,
          removing: 0,
          doubt: undefined,
        })
      })

      test('is none where few documents were known', async () => {
        await known(ids(9))
        expect(await list(listed('0'))).toMatchObject({ missing: 8, doubt: undefined })
      })
    })

    describe('jobs', () => {
      test('are done by one at a time, and by another when the lease ends', async () => {
        await list(listed('a'))
        const [job] = await claim()
        expect(
          await (await storage.open()).claim({
            generation: 1,
            owner: 'other',
            now: now + MINUTE - 1,
            leaseMs: 1,
            limit: 9,
            maxAttempts: 5,
          }),
        ).toEqual([])
        await ledger.extend([job?.job ?? 0], 'me', now + HOUR)
        now += MINUTE
        expect(await claim({ owner: 'other' })).toEqual([])
        now += HOUR
        expect(await claim({ owner: 'other' })).toMatchObject([{ id: 'a', attempts: 2 }])
        // Too late: the other one does it now.
        if (job !== undefined) expect(await index(job)).toBe('again')
        expect(await counts()).toMatchObject({ documents: 0, running: 1 })
      })

      test('of many processes at once, each is taken by one', async () => {
        await list(listed(...ids(100)))
        const processes = await Promise.all(ids(4).map(() => storage.open()))
        const taken = await Promise.all(
          ids(40).map((_, at) =>
            processes[at % 4]?.claim({
              generation: 1,
              owner: `${at % 4}`,
              now,
              leaseMs: HOUR,
              limit: 3,
              maxAttempts: 5,
            }),
          ),
        )
        const names = taken.flatMap(jobs => jobs ?? []).map(({ id }) => id)
        expect(names.toSorted()).toEqual(ids(100).toSorted())
      })

      test('are taken in turns: nobody waits for somebody with more of them', async () => {
        await list(listed(...ids(50)))
        await list(listed('x', 'y'), 'all', { key: { ...NOTES, user: 'bob' } })
        const users = (await claim({ limit: 4 })).map(({ user }) => user)
        expect(users.toSorted()).toEqual(['alice', 'alice', 'bob', 'bob'])
        await list(listed('z'), 'changes', { key: { ...NOTES, user: 'bob' } })
        const next = [...(await claim({ limit: 1 })), ...(await claim({ limit: 1 }))]
        expect(next.map(({ user }) => user).toSorted()).toEqual(['alice', 'bob'])
      })

      test('are done again when the document changed meanwhile', async () => {
        await list(listed('a'))
        const [job] = await claim()
        await list([{ id: 'a', etag: 'a-2' }], 'changes')
        expect(await claim()).toEqual([]) // Not twice at the same time.
        if (job !== undefined) expect(await index(job)).toBe('again')
        expect(await claim()).toMatchObject([{ etag: 'a-2', attempts: 1, knownHash: 'hash of a' }])
      })

      test('of a document that is removed meanwhile end with its removal', async () => {
        await list(listed('a'))
        const [job] = await claim()
        await list([], 'changes', { removed: ['a'] })
        if (job !== undefined) expect(await index(job)).toBe('again')
        const [removal] = await claim()
        expect(removal).toMatchObject({ kind: 'remove', id: 'a' })
      })

      test('of a user who is forgotten meanwhile tell that the document is not to be there', async () => {
        await list(listed('a'))
        const [job] = await claim()
        await ledger.forget('alice')
        if (job !== undefined) expect(await index(job)).toBe('gone')
        expect(await ledger.counts(1, now)).toEqual([])
      })

      test('are tried again later, counted, and given back uncounted', async () => {
        await list(listed('a'))
        const [first] = await claim()
        if (first !== undefined) await ledger.retry(first, 'me', now + MINUTE, REASON)
        expect(await claim()).toEqual([])
        now += MINUTE
        const [second] = await claim()
        expect(second?.attempts).toBe(2)
        await ledger.giveBack([second?.job ?? 0], 'me', now + MINUTE)
        now += MINUTE
        expect((await claim())[0]?.attempts).toBe(2)
      })

      test('that nobody ever ended have failed', async () => {
        await list(listed('a'))
        for (let crash = 0; crash < 3; crash++) {
          expect(await claim({ maxAttempts: 3 })).toHaveLength(1)
          now += HOUR
        }
        expect(await claim({ maxAttempts: 3 })).toEqual([])
        expect(await ledger.deadLetters(1, 10)).toMatchObject([
          { id: 'a', attempts: 3, reason: { code: 'UNFINISHED' } },
        ])
      })

      test('wait while their user does, or is absent', async () => {
        await list(listed('a'))
        await ledger.pause('alice', now + MINUTE, REASON)
        expect(await claim()).toEqual([])
        expect(await ledger.userStates('alice')).toEqual([
          { user: 'alice', absentSince: undefined, pausedUntil: now + MINUTE, pause: REASON },
        ])
        await ledger.resume('alice')
        await ledger.present(1, ['bob'], ['note'], now)
        expect(await claim()).toEqual([])
        await ledger.present(1, ['alice', 'bob'], ['note'], now)
        expect(await claim()).toHaveLength(1)
      })

      test('of a document that says what it said before note its etag and nothing else', async () => {
        await known(['a'])
        await list([{ id: 'a', etag: 'a-2' }], 'changes')
        const [job] = await claim()
        now += HOUR
        if (job !== undefined) expect(await ledger.same(job, 'me', now)).toBe('done')
        await list([{ id: 'a', etag: 'a-2' }], 'changes')
        expect(await claim()).toEqual([])
        const [document] = await ledger.documents(1, 'alice', 1)
        expect(document).toMatchObject({
          etag: 'a-2',
          hash: 'hash of a',
          chunks: 2,
          indexedAt: START,
        })
      })

      test('wait for nothing where nothing will come of it, and are found again later', async () => {
        await list(listed('a'))
        await ledger.fail(NOTES, { code: 'NO_SCOPE', message: '' }, now, true)
        expect(await claim()).toEqual([])
        expect((await ledger.begin(NOTES, now)).state).toBeUndefined()
      })

      test('of another generation are not taken', async () => {
        await list(listed('a'))
        expect(await claim({ generation: 2 })).toEqual([])
      })
    })

    describe('the backlog', () => {
      const USERS = { active: 2, paused: 0, absent: 0 }

      test('is of listings at first, since nobody knows when', async () => {
        expect(await ledger.backlog(1, now)).toEqual({
          jobReadyAt: undefined,
          listingsDue: 4,
          listingDueAt: undefined,
          users: USERS,
        })
      })

      test('tells since when a job and a listing have waited, and of none that is in hand', async () => {
        await list(listed('a'))
        now += MINUTE
        await list(listed('b'), 'all', { key: { ...NOTES, user: 'bob' } })
        now += HOUR
        const backlog = () => ledger.backlog(1, now)
        expect(await backlog()).toMatchObject({ jobReadyAt: START, listingDueAt: START + MINUTE })
        await claim({ limit: 1 })
        expect(await backlog()).toMatchObject({ jobReadyAt: START + MINUTE })
        await claim()
        expect(await backlog()).toMatchObject({ jobReadyAt: undefined })
        // Their leases end, and nobody has taken them.
        now += 2 * MINUTE
        expect(await backlog()).toMatchObject({ jobReadyAt: now - MINUTE })
        expect(await ledger.backlog(2, now)).toMatchObject({
          jobReadyAt: undefined,
          listingsDue: 0,
        })
      })

      test('is not of those who cannot be worked for', async () => {
        await list(listed('a'))
        await list(listed('b'), 'all', { key: { ...NOTES, user: 'bob' } })
        now += HOUR
        await ledger.pause('alice', now + HOUR, REASON)
        await ledger.present(1, ['alice'], ['note'], now)
        expect(await ledger.backlog(1, now)).toEqual({
          jobReadyAt: undefined,
          listingsDue: 0,
          listingDueAt: undefined,
          users: { active: 0, paused: 1, absent: 1 },
        })
      })
    })

    describe('dead letters', () => {
      const bury = async (hash?: string) => {
        const [job] = await claim()
        if (job === undefined) throw new Error('no job')
        await ledger.bury(
          job,
          'me',
          {
            reason: { code: 'DAMAGED', message: 'Broken' },
            name: '/a.pdf',
            ...(hash === undefined ? {} : { hash }),
          },
          now,
        )
      }

      test('are not tried again, not after a restart and not when listed again', async () => {
        await list(listed('a'))
        await bury()
        now += 1_000 * HOUR
        await list(listed('a'))
        expect(
          await (await storage.open()).claim({
            generation: 1,
            owner: 'x',
            now,
            leaseMs: 1,
            limit: 9,
            maxAttempts: 9,
          }),
        ).toEqual([])
        expect(await ledger.deadLetters(1, 10, 'alice')).toEqual([
          {
            user: 'alice',
            type: 'note',
            id: 'a',
            name: '/a.pdf',
            reason: { code: 'DAMAGED', message: 'Broken' },
            attempts: 1,
            diedAt: START,
          },
        ])
        expect(await counts()).toMatchObject({ failed: 1, waiting: 0, running: 0 })
      })

      test('are tried again when the document changed, which knows what failed before', async () => {
        await list(listed('a'))
        await bury('the content')
        await list([{ id: 'a', etag: 'a-2' }], 'changes')
        expect(await claim()).toMatchObject([
          { attempts: 1, deadHash: 'the content', lastReason: { code: 'DAMAGED' } },
        ])
      })

      test('are tried again by hand, and then whatever failed before', async () => {
        await list(listed('a'))
        await bury('the content')
        expect(await ledger.revive({ user: 'bob' }, now)).toBe(0)
        expect(await ledger.revive({ user: 'alice', type: 'note', id: 'a' }, now)).toBe(1)
        expect(await claim()).toMatchObject([{ attempts: 1, deadHash: undefined }])
      })

      test('of a document that changed while it failed are none', async () => {
        await list(listed('a'))
        const [job] = await claim()
        await list([{ id: 'a', etag: 'a-2' }], 'changes')
        if (job !== undefined) await ledger.bury(job, 'me', { reason: REASON, name: 'a' }, now)
        expect(await claim()).toMatchObject([{ etag: 'a-2' }])
      })

      test('go when the document does', async () => {
        await known(ids(20))
        await list(listed('a'), 'changes')
        await bury()
        await list(listed(...ids(20)))
        expect(await ledger.deadLetters(1, 10)).toEqual([])
      })
    })

    describe('users', () => {
      test('with something due come first who waited longest, each held by one', async () => {
        await list([], 'unchanged')
        await list([], 'unchanged', { key: { ...NOTES, type: 'file' } })
        expect(await ledger.dueUsers(1, now, 10)).toEqual(['bob'])
        now += MINUTE
        expect(await ledger.dueUsers(1, now, 10)).toEqual(['bob', 'alice'])
        expect(await ledger.dueUsers(1, now, 1)).toEqual(['bob'])
        expect(await ledger.hold('bob', 'me', now, MINUTE)).toBe(true)
        expect(await ledger.hold('bob', 'other', now, MINUTE)).toBe(false)
        expect(await ledger.hold('bob', 'me', now, MINUTE)).toBe(true)
        expect(await ledger.dueUsers(1, now, 10)).toEqual(['alice'])
        await ledger.release('bob', 'other')
        expect(await ledger.hold('bob', 'other', now, MINUTE)).toBe(false)
        await ledger.release('bob', 'me')
        expect(await ledger.hold('bob', 'other', now, MINUTE)).toBe(true)
        expect(await ledger.hold('bob', 'me', now + MINUTE, MINUTE)).toBe(true)
      })

      test('who pause or are absent have nothing due', async () => {
        await ledger.pause('alice', now + MINUTE, REASON)
        expect(await ledger.dueUsers(1, now, 10)).toEqual(['bob'])
        await ledger.present(1, ['alice'], ['note'], now)
        expect(await ledger.dueUsers(1, now, 10)).toEqual([])
        expect(await ledger.dueUsers(1, now + MINUTE, 10)).toEqual(['alice'])
      })

      test('are told apart from those who only just left', async () => {
        await ledger.present(1, ['bob'], ['note'], now)
        expect(await ledger.absentSince(now)).toEqual([])
        now += HOUR
        await ledger.present(1, ['bob'], ['note'], now)
        expect(await ledger.absentSince(now - HOUR - 1)).toEqual([])
        expect(await ledger.absentSince(now - HOUR)).toEqual(['alice'])
        await ledger.present(1, ['alice', 'bob'], ['note'], now)
        expect(await ledger.absentSince(now)).toEqual([])
      })

      test('can be told of while they are listed: it is done once more', async () => {
        const { serial } = await ledger.begin(NOTES, now)
        now += 1
        await ledger.hasten('alice', ['note'], now)
        const rules = { now, nextAt: now + HOUR, graceMs: 0, confirmMs: 0 }
        await ledger.end(NOTES, serial, { kind: 'unchanged', state: 'x' }, rules)
        expect((await source())?.dueAt).toBeLessThanOrEqual(now)
        now += 1
        const again = await ledger.begin(NOTES, now)
        await ledger.end(NOTES, again.serial, { kind: 'unchanged', state: 'x' }, rules)
        expect((await source())?.dueAt).toBeGreaterThan(now)
      })

      test('can be told of: what is theirs is due at once', async () => {
        for (const type of ['note', 'file'] as const) {
          for (const user of ['alice', 'bob'])
            await list([], 'unchanged', { key: { generation: 1, user, type } })
        }
        expect(await ledger.hasten('alice', ['file', 'mail_message'], now)).toBe(1)
        expect(
          (await ledger.sources(1, 'alice')).map(({ type, dueAt }) => [type, dueAt]).toSorted(),
        ).toEqual([
          ['file', now],
          ['note', now + MINUTE],
        ])
        expect(await ledger.hasten(undefined, ['note'], now)).toBe(2)
        expect(await ledger.dueUsers(1, now, 9)).toEqual(['alice', 'bob'])
      })
    })

    describe('generations', () => {
      const NEW: SourceKey = { ...NOTES, generation: 2 }

      test('are through when everything was listed and every job done', async () => {
        await ledger.present(2, ['alice'], ['note'], now)
        expect(await ledger.isThrough(2)).toBe(false)
        await list(listed('a'), 'all', { key: NEW })
        expect(await ledger.isThrough(2)).toBe(false)
        const [job] = await claim({ generation: 2 })
        expect(await ledger.isThrough(2)).toBe(false)
        if (job !== undefined) await ledger.bury(job, 'me', { reason: REASON, name: 'a' }, now)
        expect(await ledger.isThrough(2)).toBe(true)
      })

      test('do not wait for what nothing will come of', async () => {
        await ledger.present(2, ['alice', 'bob'], ['note'], now)
        await list([], 'all', { key: NEW })
        await ledger.fail({ ...NEW, user: 'bob' }, REASON, now, false)
        expect(await ledger.isThrough(2)).toBe(false)
        await ledger.fail({ ...NEW, user: 'bob' }, REASON, now, true)
        expect(await ledger.isThrough(2)).toBe(true)
        await ledger.present(2, ['alice', 'bob'], ['note', 'file'], now)
        expect(await ledger.isThrough(2)).toBe(false)
        await list([], 'all', { key: { ...NEW, type: 'file' } })
        await ledger.pause('bob', now, { code: 'NOT_PROVISIONED', message: '' })
        expect(await ledger.isThrough(2)).toBe(true)
      })

      test('that are gone take nothing out of the one that was kept', async () => {
        await list(listed('a'))
        const [job] = await claim()
        await ledger.present(2, ['alice'], ['note'], now)
        await list(listed('a'), 'all', { key: NEW })
        await ledger.keepOnly(2)
        if (job !== undefined) expect(await index(job)).toBe('again')
      })

      test('know nothing of each other, and one of them is kept', async () => {
        await known(['a'])
        await ledger.present(2, ['alice'], ['note'], now)
        expect((await ledger.begin(NEW, now)).state).toBeUndefined()
        await list(listed('a'), 'all', { key: NEW })
        expect((await claim({ generation: 2 }))[0]?.knownHash).toBeUndefined()
        await ledger.keepOnly(2)
        expect(await ledger.counts(1, now)).toEqual([])
        expect(await ledger.sources(1, 'alice')).toEqual([])
        expect(await ledger.counts(2, now)).toMatchObject([
          { user: 'alice', type: 'note', running: 1 },
        ])
      })

      test('of the same kind are told apart by the edition', async () => {
        expect(await ledger.edition()).toBe(1)
        expect(await ledger.raiseEdition()).toBe(2)
        expect(await ledger.raiseEdition()).toBe(3)
        expect(await (await storage.open()).edition()).toBe(3)
      })
    })

    test('documents are listed page by page', async () => {
      await known(ids(5))
      await known(['f'], { ...NOTES, type: 'file' })
      const first = await ledger.documents(1, 'alice', 4)
      const rest = await ledger.documents(1, 'alice', 4, first.at(-1))
      expect([...first, ...rest].map(({ type, id }) => `${type} ${id}`)).toEqual([
        'file f',
        ...ids(5).map(id => `note ${id}`),
      ])
      expect(rest.at(-1)).toEqual({
        type: 'note',
        id: '4',
        etag: '4-1',
        hash: 'hash of 4',
        chunks: 2,
        title: 'T4',
        indexedAt: now,
      })
    })
  })
}
