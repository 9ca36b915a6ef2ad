/** What is not counted as it happens but read when somebody asks for the metrics. */
import type { Instruments } from './instruments.ts'
import type { ConnectionLevels, IndexLevels, Meter } from './meter.ts'
import { within } from './within.ts'

/** Longest that whoever asks waits for the state of the index. */
const LEVELS_WITHIN_MS = 2_000

/** Levels and where they are read. */
export interface Levels extends Pick<Meter, 'follow' | 'followConnections'> {
  /** Reads what is followed. Never rejects: what cannot be read stays as it was. */
  refresh(): Promise<void>
}

/** @param onError told when the state of the index cannot be read */
export function createLevels(instruments: Instruments, onError: (error: unknown) => void): Levels {
  let readIndex: (() => Promise<IndexLevels>) | undefined
  const pools = new Map<string, () => ConnectionLevels>()
  return {
    follow(read) {
      readIndex = read
    },
    followConnections: (pool, read) => void pools.set(pool, read),
    async refresh() {
      if (readIndex !== undefined) {
        await within(readIndex(), LEVELS_WITHIN_MS)
          .then(levels => setLevels(instruments, levels))
          .catch(onError)
      }
      for (const [pool, read] of pools) setConnections(instruments, pool, read())
    },
  }
}

function setConnections(
  { connections, connectionWaits }: Instruments,
  pool: string,
  { busy, idle, waiting }: ConnectionLevels,
): void {
  connections.set({ pool, state: 'busy' }, busy)
  connections.set({ pool, state: 'idle' }, idle)
  connectionWaits.set({ pool }, waiting)
}

function setLevels(instruments: Instruments, levels: IndexLevels): void {
  const { jobs, queueSize, deadLetters, documents, chunks, vectorBytes, users } = instruments
  const { waiting = 0, running = 0, failed = 0 } = levels.jobs
  queueSize.set(waiting + running)
  deadLetters.set(failed)
  for (const [state, count] of Object.entries(levels.jobs)) jobs.set({ state }, count)
  // Types of which nothing is left would otherwise stand there as they were.
  documents.reset()
  for (const [type, count = 0] of Object.entries(levels.documents)) documents.set({ type }, count)
  chunks.set(levels.chunks)
  vectorBytes.set(levels.vectorBytes)
  instruments.oldestJob.set(levels.oldestJobMs / 1_000)
  instruments.listingsDue.set(levels.listingsDue)
  instruments.listingLag.set(levels.listingLagMs / 1_000)
  for (const [state, count] of Object.entries(levels.users)) users.set({ state }, count)
}
