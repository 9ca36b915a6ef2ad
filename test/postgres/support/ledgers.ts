/** Ledgers for tests on the cluster that all files share. */
import { onTestFinished } from 'vitest'
import {
  type PostgresLedger,
  type PostgresLedgerOptions,
  postgresLedger,
} from '../../../src/search/ledger/postgres/ledger.ts'
import { addressOf } from './addresses.ts'

/** A ledger that is closed after the test, like that of another process. */
export function openLedgerOn(
  url: string,
  options: Partial<PostgresLedgerOptions> = {},
): PostgresLedger {
  const identity = async () => 'the index'
  const opened = postgresLedger({ address: addressOf(url), size: 4, identity, ...options })
  onTestFinished(() => opened.close())
  return opened
}
