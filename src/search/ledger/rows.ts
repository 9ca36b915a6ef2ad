/** Statements on the ledger's tables, and values out of their rows. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { transaction } from '../../sqlite/transaction.ts'
import { DOCUMENT_TYPES, type DocumentType } from '../document.ts'
import type { Reason } from './ledger.ts'

/** A row by column name. */
export type Row = Readonly<Record<string, SQLOutputValue>>

/** Statements by their text, prepared once. */
export interface Sql {
  get(text: string, ...values: SQLInputValue[]): Row | undefined
  all(text: string, ...values: SQLInputValue[]): Row[]
  /** @returns the number of rows changed */
  run(text: string, ...values: SQLInputValue[]): number
  /** Runs work in a transaction, which is undone when it throws. */
  write<T>(work: () => T): T
}

/** Statements of one connection. */
export function statementsOf(db: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>()
  const statement = (text: string): StatementSync => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const fresh = db.prepare(text)
    prepared.set(text, fresh)
    return fresh
  }
  return {
    get: (text, ...values) => statement(text).get(...values),
    all: (text, ...values) => statement(text).all(...values),
    run: (text, ...values) => Number(statement(text).run(...values).changes),
    write: work => transaction(db, work),
  }
}

export function text(value: SQLOutputValue | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}

export function number(value: SQLOutputValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}

export function count(value: SQLOutputValue | undefined): number {
  return number(value) ?? 0
}

export function typeOf(value: SQLOutputValue | undefined): DocumentType {
  const type = DOCUMENT_TYPES.find(known => known === value)
  if (type === undefined) throw new Error(`the ledger holds a document of type ${String(value)}`)
  return type
}

export function reasonOf(
  code: SQLOutputValue | undefined,
  message: SQLOutputValue | undefined,
): Reason | undefined {
  const known = text(code)
  return known === undefined ? undefined : { code: known, message: text(message) ?? '' }
}
