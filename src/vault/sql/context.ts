/** What the stores of one vault share. */

import type { SqlDatabase, Value } from '../../sql/statements.ts'
import { type RowName, VaultError } from '../errors.ts'
import type { Keyring } from '../keyring.ts'
import type { Time } from '../vault.ts'

/** The open vault as its stores see it. */
export interface Context {
  readonly database: SqlDatabase
  readonly keyring: Keyring
  readonly now: () => Time
  /** Name of this machine, for the audit log. */
  readonly host: string
  /** Told of each row that a list leaves out. */
  readonly onUnreadable: (row: RowName) => void
}

/**
 * Decrypts a value of a row.
 * @throws VaultError `UNREADABLE_ROW` naming the row
 */
export function unseal(context: Context, token: Value | undefined, row: RowName): string {
  const opened = typeof token === 'string' ? context.keyring.decrypt(token) : undefined
  if (opened === undefined) throw unreadable(row, 'cannot be decrypted')
  return opened.text
}

/** The error for a row that makes no sense. */
export function unreadable(row: RowName, problem: string): VaultError {
  return new VaultError('UNREADABLE_ROW', `The row "${row.key}" of ${row.table} ${problem}`, {
    fix: 'It is kept. If it was written with a key that is not in TOKEN_ENCRYPTION_KEY, add that key after the first; otherwise it is damaged: connect again.',
    row,
  })
}

/** Rows made into objects; those that cannot be are reported and left out. */
export function readable<R, T>(context: Context, rows: readonly R[], make: (row: R) => T): T[] {
  return rows.flatMap(row => {
    try {
      return [make(row)]
    } catch (error) {
      if (!(error instanceof VaultError) || error.row === undefined) throw error
      context.onUnreadable(error.row)
      return []
    }
  })
}

/** JSON of a column, which must be a list of strings. */
export function stringList(text: Value | undefined, row: RowName): string[] {
  const list = json(text, row)
  if (Array.isArray(list) && list.every(item => typeof item === 'string')) return list
  throw unreadable(row, 'holds a list that is none')
}

/** JSON of a column or of a decrypted value. */
export function json(text: Value | undefined, row: RowName): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    throw unreadable(row, 'does not hold JSON')
  }
}

/** Null, the absent value of a database, as the absent value of the language. */
export function absent<T extends Value>(value: T | undefined): Exclude<T, null> | undefined {
  return value === null ? undefined : (value as Exclude<T, null> | undefined)
}

/** @throws VaultError `BAD_INPUT` for an empty text where there has to be one */
export function required(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new VaultError('BAD_INPUT', `${name} is empty`)
  }
}
