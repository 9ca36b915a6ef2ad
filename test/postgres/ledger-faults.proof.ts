/** The ledger where connections break, statements fail, rows are wanted by several, clocks differ. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Claim, Job, Ledger } from '../../src/search/ledger/ledger.ts'
import { asked, inTransaction } from '../support/postgres.ts'
import { startRelay } from '../support/tcp-relay.ts'
import { freshDatabase, onPostgres } from './support/databases.ts'
import { openLedgerOn } from './support/ledgers.ts'

const KEY = { generation: 1, user: 'alice', type: 'note' } as const
const named = (count: number, etag = '1') =>
  Array.from({ length: count }, (_, at) => ({ id: `${at}`, etag }))
const CLAIM: Claim = {
  generation: 1,
  owner: 'me',
  now: 1,
  leaseMs: 60_000,
  limit: 1_000,
  maxAttempts: 5,
}
const RULES = { now: 1, nextAt: 2, graceMs: 0, confirmMs: 0 }
const asIndexed = ({ etag, id }: Job) => ({ etag, hash: id, chunks: 1, title: id })

/** Through a relay that can cut, after the tables were made. */
async function relayed() {
  const url = await freshDatabase()
  await openLedgerOn(url).ledger.present(1, ['alice'], ['note'], 0)
  const relay = await startRelay(Number(new URL(url).port))
  const through = new URL(url)
  through.port = `${relay.port}`
  const { ledger } = openLedgerOn(through.href)
  await ledger.edition()
  return { url, relay, ledger }
}

/** A ledger in which documents wait. */
async function listed(ledger: Ledger, count: number): Promise<number> {
  await ledger.present(1, ['alice'], ['note'], 0)
  const { serial } = await ledger.begin(KEY, 0)
  await ledger.found(KEY, serial, named(count), 0)
  return serial
}

afterEach(() => vi.restoreAllMocks())

onPostgres('connections that break', () => {
  test('in the middle of a listing lose nothing of it, and nothing is noted twice', async () => {
    const { url, relay, ledger } = await relayed()
    const { serial } = await ledger.begin(KEY, 0)
    relay.cutBefore('INSERT INTO ledger_job')
    expect(await ledger.found(KEY, serial, named(50), 0)).toBe(50)
    relay.cutAnswerTo('COMMIT')
    expect(await ledger.found(KEY, serial, named(100), 0)).toBe(50)
    relay.cutBefore('COMMIT')
    await ledger.end(KEY, serial, { kind: 'all', state: 'x' }, RULES)
    expect(relay.cuts()).toBe(3)
    expect(await asked(url, 'SELECT count(*)::int AS jobs FROM ledger_job')).toEqual([
      { jobs: 100 },
    ])
    expect((await ledger.begin(KEY, 0)).state).toBe('x')
  })

  test('at the end of a claim or of a job leave both done once', async () => {
    const { relay, ledger } = await relayed()
    await listed(ledger, 20)
    relay.cutAnswerTo('COMMIT')
    const jobs = await ledger.claim({ ...CLAIM, limit: 10 })
    expect(jobs.map(({ attempts }) => attempts)).toEqual(Array(10).fill(1))
    expect(await ledger.claim(CLAIM)).toHaveLength(10)
    const [job] = jobs
    if (job === undefined) throw new Error('no job')
    relay.cutAnswerTo('COMMIT')
    expect(await ledger.indexed(job, 'me', asIndexed(job), 1)).toBe('done')
    expect(relay.cuts()).toBe(2)
    expect(await ledger.counts(1, 1)).toMatchObject([{ documents: 1, running: 19 }])
  })

  test('and stay broken are told in words', async () => {
    const url = await freshDatabase()
    const nowhere = new URL(url)
    nowhere.port = '1'
    await expect(openLedgerOn(nowhere.href).ledger.edition()).rejects.toMatchObject({
      name: 'IndexError',
      code: 'UNREACHABLE',
      message: expect.not.stringContaining(new URL(url).password),
    })
  })
})

onPostgres('a statement that fails', () => {
  test('takes back what came before it', async () => {
    const url = await freshDatabase()
    const { ledger } = openLedgerOn(url)
    await listed(ledger, 1)
    const [job] = await ledger.claim(CLAIM)
    if (job === undefined) throw new Error('no job')
    await asked(
      url,
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
         AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
       CREATE TRIGGER refused BEFORE DELETE ON ledger_job
         FOR EACH ROW EXECUTE FUNCTION refuse();`,
    )
    await expect(ledger.indexed(job, 'me', asIndexed(job), 1)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    })
    expect(await ledger.documents(1, 'alice', 9)).toEqual([])
    await asked(url, 'DROP TRIGGER refused ON ledger_job')
    expect(await ledger.indexed(job, 'me', asIndexed(job), 1)).toBe('done')
  })

  test('is none for a title with the character that PostgreSQL does not keep', async () => {
    const { ledger } = openLedgerOn(await freshDatabase())
    await listed(ledger, 2)
    const [one, other] = await ledger.claim(CLAIM)
    if (one === undefined || other === undefined) throw new Error('no jobs')
    await ledger.indexed(one, 'me', { ...asIndexed(one), title: 'a\0b' }, 1)
    const reason = { code: 'DAMAGED', message: 'at \0' }
    await ledger.bury(other, 'me', { reason, name: 'c\0' }, 1)
    expect(await ledger.documents(1, 'alice', 1)).toMatchObject([{ title: 'a\uFFFDb' }])
    expect(await ledger.deadLetters(1, 1)).toMatchObject([{ name: 'c\uFFFD' }])
  })
})

onPostgres('rows that several want', () => {
  test('a listing, workers and their leases never wait for each other in a circle', async () => {
    const url = await freshDatabase()
    const ledgers = Array.from({ length: 4 }, () => openLedgerOn(url).ledger)
    const [lister, ...workers] = ledgers
    if (lister === undefined) throw new Error('no ledger')
    await listed(lister, 300)
    const ending = new AbortController()
    let done = 0
    const work = async (ledger: Ledger, at: number) => {
      const owner = `worker ${at}`
      while (!ending.signal.aborted) {
        const jobs = await ledger.claim({ ...CLAIM, owner, limit: 40 })
        const numbers = jobs.map(({ job }) => job)
        const [mine, others] = [jobs.filter((_, each) => each % 2 === 0), numbers.toReversed()]
        await Promise.all([
          ledger.extend(others, owner, 60_000),
          ...mine.map(async job => {
            await ledger.indexed(job, owner, asIndexed(job), 1)
            done++
          }),
        ])
        await ledger.giveBack(numbers, owner, 0)
      }
    }
    const list = async () => {
      for (let round = 2; round < 22; round++) {
        const { serial } = await lister.begin(KEY, 0)
        const documents = named(300, `${round}`)
        await lister.found(KEY, serial, round % 2 ? documents : documents.toReversed(), 0)
        await lister.removed(KEY, serial, [`${round}`, '0', '299'], 0)
        await lister.end(KEY, serial, { kind: 'all', state: `${round}` }, RULES)
        await lister.present(1, ['alice', `guest ${round}`], ['note'], 1)
        await lister.revive({}, 0)
      }
      ending.abort()
    }
    await Promise.all([list(), ...workers.map(work)])
    expect(done).toBeGreaterThan(100)
    await expect
      .poll(() =>
        asked(
          url,
          `SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`,
        ),
      )
      .toEqual([{ deadlocks: 0 }])
  })

  test('a claim does not wait for jobs that a listing has, and takes others', async () => {
    const url = await freshDatabase()
    const { ledger } = openLedgerOn(url)
    await listed(ledger, 10)
    await inTransaction(url, "SELECT 1 FROM ledger_job WHERE id < '5' FOR UPDATE", async () => {
      const ids = (await ledger.claim(CLAIM)).map(({ id }) => id)
      expect(ids).toEqual(['5', '6', '7', '8', '9'])
    })
    expect(await ledger.claim(CLAIM)).toHaveLength(5)
  })
})

onPostgres('whose ledger it is', () => {
  const openAs = (url: string, name: string) =>
    openLedgerOn(url, { identity: async () => name, lookEveryMs: 0 }).ledger
  const leave = (url: string) =>
    asked(url, 'UPDATE ledger_index SET seen_at = seen_at - 5 * 60 * 1000')

  test('that of one index at a time; it begins anew with another when nobody is left', async () => {
    const url = await freshDatabase()
    const one = openAs(url, 'one')
    await listed(one, 3)
    const other = openAs(url, 'other')
    await expect(other.claim(CLAIM)).rejects.toMatchObject({
      code: 'OTHER_INDEX',
      fix: expect.stringMatching(/QDRANT_URL/),
    })
    expect(await openAs(url, 'one').claim({ ...CLAIM, limit: 1 })).toHaveLength(1)
    await leave(url)
    expect(await other.claim(CLAIM)).toEqual([])
    expect(await other.userStates()).toEqual([])
    await expect(one.claim(CLAIM)).rejects.toMatchObject({ code: 'OTHER_INDEX' })
  })

  test('a rebuild takes it at once, and empties it only where it was of another', async () => {
    const url = await freshDatabase()
    await listed(openAs(url, 'one'), 3)
    expect(await openAs(url, 'one').raiseEdition()).toBe(2)
    expect(await openAs(url, 'one').userStates()).toHaveLength(1)
    expect(await openAs(url, 'other').raiseEdition()).toBe(3)
    expect(await openAs(url, 'other').userStates()).toEqual([])
  })
})

onPostgres('clocks', () => {
  test('that differ: all go by that of the database', async () => {
    const url = await freshDatabase()
    const real = Date.now.bind(Date)
    const skewed = async (by: number) => {
      vi.spyOn(Date, 'now').mockImplementation(() => real() + by)
      const { ledger, now } = openLedgerOn(url)
      await ledger.edition()
      const time = now()
      vi.restoreAllMocks()
      return time
    }
    const HOUR = 3_600_000
    for (const by of [-HOUR, 0, HOUR]) {
      expect(Math.abs((await skewed(by)) - real())).toBeLessThan(2_000)
    }
  })
})

onPostgres('many documents', () => {
  // Without what PostgreSQL counts by itself after a minute, which it is not to depend on.
  test('are listed and done in a time that grows with their number', async () => {
    const { ledger } = openLedgerOn(await freshDatabase())
    const COUNT = 10_000
    await ledger.present(1, ['alice'], ['note'], 0)
    const batches = Array.from({ length: COUNT / 500 }, (_, at) =>
      named(COUNT).slice(at * 500, (at + 1) * 500),
    )
    const { serial } = await ledger.begin(KEY, 0)
    const begun = performance.now()
    for (const batch of batches) await ledger.found(KEY, serial, batch, 0)
    await ledger.end(KEY, serial, { kind: 'all', state: 'x' }, RULES)
    // A third of a second alone on a machine; nine where each batch looks at all of them.
    expect(performance.now() - begun).toBeLessThan(5_000)

    const claimed = performance.now()
    for (const job of await ledger.claim(CLAIM)) {
      await ledger.indexed(job, 'me', asIndexed(job), 1)
    }
    expect(1_000 / ((performance.now() - claimed) / 1_000)).toBeGreaterThan(100)
  })
})
