/** Moves what an SQLite file holds into a PostgreSQL database, all of it or nothing. */
import { type DatabaseAddress, describeDatabase } from '../../config/database-url.ts'
import { postgresDatabase } from '../../postgres/database.ts'
import { upToDate } from '../../postgres/migrate.ts'
import { get, type Row, run, type Work } from '../../sql/statements.ts'
import { type RowName, tell, VaultError } from '../errors.ts'
import { type Keyring, parseKeyring } from '../keyring.ts'
import { checkKeys } from '../sql/keys.ts'
import { checkAll } from '../sql/maintenance.ts'
import { countRows, TABLES, type TableName } from '../sql/status.ts'
import { openVault } from '../sqlite/open.ts'
import { openSnapshot, type Snapshot } from '../sqlite/snapshot.ts'
import { SCHEMA } from './schema.ts'

/** From where to where. */
export interface CopyOptions {
  /** Path of the file; it is brought up to date and otherwise left as it is. */
  readonly from: string
  readonly to: DatabaseAddress
  /** TOKEN_ENCRYPTION_KEY: values go over as they are. */
  readonly keys: string
}

/** What was copied. */
export interface Copied {
  readonly rows: Readonly<Record<TableName, number>>
  /** Rows that no key opens, there as here. */
  readonly unreadable: readonly RowName[]
}

/**
 * Copies everything but leases, which are of processes that run, and verifies it before it counts:
 * as many rows, and each value can be decrypted that could be before.
 * @throws VaultError `BAD_INPUT` for a target that is not empty; then nothing in it was changed
 */
export async function copyToPostgres({ from, to, keys }: CopyOptions): Promise<Copied> {
  const keyring = parseKeyring(keys)
  const source = await openVault({ path: from, keys })
  const target = postgresDatabase(to, tell, { size: 1 })
  try {
    const snapshot = await openSnapshot(from)
    try {
      const unreadable = await source.check()
      const rows = await target.write(function* () {
        yield* upToDate(SCHEMA, target.name)
        yield* requireEmpty(to)
        const expected = yield* copyRows(snapshot)
        yield* copyKeys(snapshot, keyring, target.name)
        yield* verify(keyring, expected, unreadable)
        return expected
      })
      return { rows, unreadable }
    } finally {
      snapshot.close()
    }
  } finally {
    await source.close()
    await target.close()
  }
}

function* requireEmpty(to: DatabaseAddress): Work<void> {
  const rows = yield* countRows()
  const filled = TABLES.filter(table => rows[table] > 0)
  if (filled.length === 0) return
  throw new VaultError(
    'BAD_INPUT',
    `The database ${describeDatabase(to)} is not empty: ${filled.map(table => `${table} has ${rows[table]} rows`).join(', ')}`,
    { fix: 'Name an empty database. Nothing was changed.' },
  )
}

function* copyRows(snapshot: Snapshot): Work<Record<TableName, number>> {
  const counted = yield* countRows()
  for (const table of TABLES) {
    for (const rows of snapshot.batches(table)) {
      yield* insert(table, rows)
      counted[table] += rows.length
    }
  }
  // The next line of the log comes after those that were copied.
  yield* get(
    `SELECT setval(pg_get_serial_sequence('vault_audit', 'id'),
       (SELECT coalesce(max(id), 0) + 1 FROM vault_audit), false)::text`,
  )
  return counted
}

function* insert(table: string, rows: readonly Row[]): Work<void> {
  const [first] = rows
  if (first === undefined) return
  const names = Object.keys(first)
  const places = `(${names.map(() => '?').join(', ')})`
  yield* run(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES ${rows.map(() => places).join(', ')}`,
    ...rows.flatMap(row => names.map(name => row[name] ?? null)),
  )
}

/** What the keys are tried on; the target may have been opened with one of them before. */
function* copyKeys(snapshot: Snapshot, keyring: Keyring, name: string): Work<void> {
  for (const canaries of snapshot.batches('vault_canary')) {
    for (const { key_id, token } of canaries) {
      yield* run(
        'INSERT INTO vault_canary (key_id, token) VALUES (?, ?) ON CONFLICT DO NOTHING',
        key_id ?? null,
        token ?? null,
      )
    }
  }
  yield* checkKeys(keyring, name)
}

function* verify(
  keyring: Keyring,
  expected: Readonly<Record<TableName, number>>,
  unreadable: readonly RowName[],
): Work<void> {
  const found = yield* countRows()
  const short = TABLES.filter(table => found[table] !== expected[table])
  const named = (rows: readonly RowName[]) => rows.map(({ table, key }) => `${table} ${key}`)
  const before = new Set(named(unreadable))
  const damaged = named(yield* checkAll(keyring)).filter(row => !before.has(row))
  if (short.length === 0 && damaged.length === 0) return
  throw new VaultError(
    'STORAGE_FAILED',
    `What was copied is not what there was: ${[...short, ...damaged].join(', ')}`,
    { fix: 'Nothing was changed in the target. Stop all that writes to either, and try again.' },
  )
}
