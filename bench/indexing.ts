/** What a caller notices of indexing in the background: calls beside it, compared with calls alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, connectEndpoint, type Endpoint } from './endpoint.ts'
import { startServer } from './processes.ts'
import { OURS, type Row } from './rows.ts'
import { createNotes, type Subject } from './subject.ts'

const NOTES = 600
/** Some twenty calls in a second, as of a few people at work. */
const PAUSE_MS = 45
const CALLS = 300

/** Measures a server that indexes notes with the built-in model, and one that does not. */
export async function measureIndexing(subject: Subject): Promise<Row[]> {
  await createNotes(subject.nextcloud, NOTES)
  const folder = mkdtempSync(join(tmpdir(), 'indexing-bench-'))
  try {
    const alone = await callTimes(subject, {})
    const beside = await callTimes(subject, {
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, 'search.db'),
    })
    const delay = percentile(beside.times, 0.99) - percentile(alone.times, 0.99)
    return [
      {
        name: 'a call beside indexing, p99 beyond that of a call alone',
        unit: 'ms',
        target: { atMost: 20 },
        values: { [OURS]: delay },
        remark: `p50 ${percentile(alone.times, 0.5).toFixed(1)} and ${percentile(beside.times, 0.5).toFixed(1)}, p99 ${percentile(alone.times, 0.99).toFixed(1)} and ${percentile(beside.times, 0.99).toFixed(1)}; ${beside.waiting} of ${NOTES} notes still waited at the end`,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function callTimes(subject: Subject, environment: Readonly<Record<string, string>>) {
  const server = await startServer(subject.nextcloud, environment)
  try {
    const endpoint = await connectEndpoint(OURS, server.url)
    for (let call = 0; call < 50; call++) await ask(endpoint, 'tools/call', subject.call)
    const times: number[] = []
    for (let call = 0; call < CALLS; call++) {
      const started = performance.now()
      await ask(endpoint, 'tools/call', subject.call)
      times.push(performance.now() - started)
      await sleep(PAUSE_MS)
    }
    const waiting = 'ENABLE_SEMANTIC_SEARCH' in environment ? await waitingNotes(endpoint) : 0
    return { times: times.toSorted((a, b) => a - b), waiting }
  } finally {
    await server.stop()
  }
}

/** Whether there was indexing to the end: otherwise calls were alone for a part of the time. */
async function waitingNotes(endpoint: Endpoint): Promise<number> {
  const { structuredContent } = await ask(endpoint, 'tools/call', {
    name: 'nc_get_vector_sync_status',
    arguments: {},
  })
  return Number(structuredContent?.pending_count)
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
