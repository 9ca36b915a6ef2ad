/**
 * What the threads of the search database do: services, each a function of the open database that
 * gives synchronous functions. Arguments and results must be what structured cloning can copy.
 */
import type { DatabaseSync } from 'node:sqlite'
import { ledgerService } from '../ledger/sqlite.ts'
import { indexReader } from './index-reader.ts'
import { indexWriter } from './index-writer.ts'

/** Functions on the database of one thread; statements are prepared when first used. */
export type Service = (db: DatabaseSync) => Readonly<Record<string, (...args: never[]) => unknown>>

/** Services by name. */
export type ServiceTable = Readonly<Record<string, Service>>

/** Services of both kinds of thread: those of this module, or those of a test. */
export interface ServiceModule {
  /** On the one thread that writes. */
  readonly WRITING: ServiceTable
  /** On threads that only read, so that what is being written does not delay them. */
  readonly READING: ServiceTable
}

/** On the one thread that writes. */
export const WRITING = { index: indexWriter, ledger: ledgerService } satisfies ServiceTable

/** On threads that only read. */
export const READING = { index: indexReader } satisfies ServiceTable
