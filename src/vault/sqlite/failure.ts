/** Failures of the vault's database as the vault tells them. */
import {
  type DatabaseName,
  fileFailure,
  type StorageFailure,
  sqliteFailure,
} from '../../sqlite/failure.ts'
import { VaultError } from '../errors.ts'

/** The {@link VaultError} for what SQLite reported; errors of another origin stay themselves. */
export function failureOf(error: unknown, path: string): unknown {
  const failure = sqliteFailure(error, vaultAt(path))
  return failure === undefined ? error : told(failure, error)
}

/** The {@link VaultError} for a file that cannot be made ready. */
export function fileFailureOf(error: unknown, path: string): VaultError {
  return told(fileFailure(error, vaultAt(path)), error)
}

function told({ code, problem, fix }: StorageFailure, cause: unknown): VaultError {
  return new VaultError(code, problem, fix === undefined ? { cause } : { fix, cause })
}

function vaultAt(path: string): DatabaseName {
  const repair =
    'Stop the server, keep a copy of the file with its -wal, and restore a backup or try `sqlite3 FILE .recover`.'
  return { path, setting: 'TOKEN_STORAGE_DB', usual: 'vault.db', repair }
}
