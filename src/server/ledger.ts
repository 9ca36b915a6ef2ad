/** Where the ledger of search is: in the database that replicas share, else beside the index. */
import type { StorageConfig } from '../config/config.ts'
import type { SearchIndex } from '../search/index/search-index.ts'
import type { Ledger } from '../search/ledger/ledger.ts'
import { postgresLedger } from '../search/ledger/postgres/ledger.ts'
import type { SyncStatus } from '../search/status.ts'
import type { Meter } from '../telemetry/meter.ts'
import { observePool } from './observers.ts'

/** The ledger, wired. */
export interface LedgerWiring {
  readonly ledger: Ledger
  readonly queue: SyncStatus['queue']
  /** The time that all who share the ledger go by. */
  now(): number
  close(): Promise<void>
}

/** Listings and batches use few at a time, however many there may be for calls. */
const MOST_CONNECTIONS = 4

/**
 * Opens nothing yet.
 * @param beside in the search database; it closes with that
 */
export function wireLedger(
  storage: StorageConfig | undefined,
  index: Pick<SearchIndex, 'identity'>,
  beside: Ledger,
  meter: Meter | undefined,
): LedgerWiring {
  if (storage?.kind !== 'postgres') {
    return { ledger: beside, queue: 'sqlite', now: Date.now, close: async () => {} }
  }
  const { address, poolSize } = storage
  const size = Math.min(poolSize, MOST_CONNECTIONS)
  const { identity } = index
  const onOpen = meter && observePool(meter, 'search')
  return { queue: 'postgres', ...postgresLedger({ address, size, identity, onOpen }) }
}
