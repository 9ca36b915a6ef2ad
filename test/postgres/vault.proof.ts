/** The vault's contract on PostgreSQL: straight, and through a PgBouncer in transaction mode. */
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { openPostgresVault } from '../../src/vault/postgres/open.ts'
import { lackingPgBouncer, startPgBouncer } from '../support/postgres.ts'
import { vaultContract } from '../unit/vault/contract.ts'
import { addressOf } from './support/addresses.ts'
import { freshDatabase, onPostgres } from './support/databases.ts'

onPostgres('straight', () => {
  vaultContract('PostgreSQL', async () => {
    const address = addressOf(await freshDatabase())
    return { open: options => openPostgresVault({ address, ...options }), destroy: async () => {} }
  })
})

const cluster = inject('cluster')
const why = lackingPgBouncer()

describe.skipIf(cluster === undefined || why !== undefined)(`pooled ${why ?? ''}`, () => {
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>
  beforeAll(async () => {
    bouncer = await startPgBouncer({ port: cluster?.port ?? 0 })
  })
  afterAll(() => bouncer.stop())

  vaultContract('PostgreSQL through PgBouncer', async () => {
    const address = addressOf(bouncer.through(await freshDatabase()))
    return { open: options => openPostgresVault({ address, ...options }), destroy: async () => {} }
  })
})
