/** `db copy`: moves what must be remembered from an SQLite file to PostgreSQL. */
import {
  ConfigError,
  type DatabaseAddress,
  describeDatabase,
  parseDatabaseUrl,
} from '../config/config.ts'
import { keyFileOf, keysBeside } from '../vault/key-file.ts'
import { copyToPostgres } from '../vault/postgres/copy.ts'
import { inspectFile } from '../vault/sqlite/open.ts'
import { unreadableLines } from './db.ts'
import { environmentOf } from './options.ts'

/** Options of the command line. */
export interface CopyOptions {
  config?: string
  /** Path of the file. Default: TOKEN_STORAGE_DB. */
  from?: string
  /** Address of the empty database. Default: DATABASE_URL. */
  to?: string
}

/** Copies and says what. @throws ConfigError, VaultError; then nothing was changed in the target */
export async function copy({ config, ...options }: CopyOptions): Promise<void> {
  const environment = environmentOf(config === undefined ? {} : { config })
  const from = options.from ?? environment.TOKEN_STORAGE_DB?.trim()
  if (!from) throw fault('--from', 'is missing; give the path of the file, or set TOKEN_STORAGE_DB')
  const to = addressOf(options.to ?? environment.DATABASE_URL?.trim())
  // One that is not there would be made, with a key of its own.
  await (await inspectFile(from)).close()
  const configured = environment.TOKEN_ENCRYPTION_KEY?.trim()
  const keys = configured || (await keysBeside(from))
  const { rows, unreadable } = await copyToPostgres({ from, to, keys })
  const lines = [
    `copied: ${from} to ${describeDatabase(to)}`,
    ...Object.entries(rows).map(([table, count]) => `${table}: ${count}`),
    ...unreadableLines(unreadable),
    configured
      ? 'Set DATABASE_URL for all replicas, with the same TOKEN_ENCRYPTION_KEY.'
      : `Set DATABASE_URL for all replicas, and TOKEN_ENCRYPTION_KEY to what ${keyFileOf(from)} holds.`,
    'What search knows of documents is not copied: with DATABASE_URL they are listed and indexed anew.',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function addressOf(url: string | undefined): DatabaseAddress {
  if (!url) throw fault('--to', 'is missing; give postgres://..., or set DATABASE_URL')
  const address = parseDatabaseUrl(url)
  if ('problem' in address) throw fault('--to', address.problem)
  return address
}

function fault(name: string, message: string): ConfigError {
  return new ConfigError([{ name, message }])
}
