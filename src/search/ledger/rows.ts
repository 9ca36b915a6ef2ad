/** Values into the ledger's rows and out of them. */
import type { Row, Value } from '../../sql/statements.ts'
import { DOCUMENT_TYPES, type DocumentType } from '../document.ts'
import type { Reason } from './ledger.ts'

type Column = Row[string] | undefined

export function text(value: Column): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}

export function number(value: Column): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}

export function count(value: Column): number {
  return number(value) ?? 0
}

export function typeOf(value: Column): DocumentType {
  const type = DOCUMENT_TYPES.find(known => known === value)
  if (type === undefined) throw new Error(`the ledger holds a document of type ${String(value)}`)
  return type
}

export function reasonOf(code: Column, message: Column): Reason | undefined {
  const known = text(code)
  return known === undefined ? undefined : { code: known, message: text(message) ?? '' }
}

/** What people read, without the one character that PostgreSQL cannot keep. */
export function readable(words: string): Value {
  return words.replaceAll('\0', '\uFFFD')
}
