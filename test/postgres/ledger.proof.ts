/** The ledger's contract on PostgreSQL: straight, and through a PgBouncer in transaction mode. */
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type PostgresLedger, postgresLedger } from '../../src/search/ledger/postgres/ledger.ts'
import { lackingPgBouncer, startPgBouncer } from '../support/postgres.ts'
import { type LedgerStorage, ledgerContract } from '../unit/search/ledger-contract.ts'
import { addressOf } from './support/addresses.ts'
import { freshDatabase, onPostgres } from './support/databases.ts'

async function ledgersOn(url: string): Promise<LedgerStorage> {
  const address = addressOf(url)
  const opened: PostgresLedger[] = []
  return {
    async open() {
      const fresh = postgresLedger({ address, size: 4, identity: async () => 'the index' })
      opened.push(fresh)
      return fresh.ledger
    },
    async destroy() {
      for (const each of opened) await each.close()
    },
  }
}

onPostgres('straight', () => {
  ledgerContract('PostgreSQL', async () => ledgersOn(await freshDatabase()))
})

const cluster = inject('cluster')
const why = lackingPgBouncer()

describe.skipIf(cluster === undefined || why !== undefined)(`pooled ${why ?? ''}`, () => {
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>
  beforeAll(async () => {
    bouncer = await startPgBouncer({ port: cluster?.port ?? 0 })
  })
  afterAll(() => bouncer.stop())

  ledgerContract('PostgreSQL through PgBouncer', async () =>
    ledgersOn(bouncer.through(await freshDatabase())),
  )
})
