/** What the server keeps in memory once it has worked for a while, and whether that grows. */
import { setTimeout as sleep } from 'node:timers/promises'
import { callUnderLoad } from './calls.ts'
import { connectEndpoint } from './endpoint.ts'
import { residentMegabytes, startServer } from './processes.ts'
import { median, OURS, type Row } from './rows.ts'
import type { Subject } from './subject.ts'

const CALLS = 10_000

/**
 * Measures a fresh server after 10,000 calls, and what it grows by from 20,000 to 40,000: until
 * then code is still being compiled, which is warming up and not growing.
 */
export async function measureMemory(subject: Subject): Promise<Row[]> {
  const server = await startServer(subject.nextcloud)
  try {
    const endpoint = await connectEndpoint(OURS, server.url)
    const load = { concurrency: 16, count: CALLS, method: 'tools/call' } as const
    await callUnderLoad(endpoint, subject, load)
    const first = await settledMemory(server.pid)
    await callUnderLoad(endpoint, subject, load)
    const warm = await settledMemory(server.pid)
    await callUnderLoad(endpoint, subject, { ...load, count: 2 * CALLS })
    const last = await settledMemory(server.pid)
    const growth = warm && last ? (last / warm - 1) * 100 : undefined
    return [
      {
        name: 'resident memory after 10,000 calls',
        unit: 'MB',
        target: { atMost: 140 },
        values: { [OURS]: first },
      },
      {
        name: 'growth from 20,000 to 40,000 calls',
        unit: '%',
        target: { atMost: 2 },
        values: { [OURS]: growth },
      },
    ]
  } finally {
    await server.stop()
  }
}

/** The median of a few looks, as memory moves while the collector works. */
async function settledMemory(pid: number): Promise<number | undefined> {
  const looks: number[] = []
  for (let look = 0; look < 5; look++) {
    await sleep(200)
    const megabytes = residentMegabytes(pid)
    if (megabytes === undefined) return undefined
    looks.push(megabytes)
  }
  return median(looks)
}
