/** A process that claims and ends jobs until none is left, and prints each that it had. */
import { writeSync } from 'node:fs'
import { postgresLedger } from '../../../src/search/ledger/postgres/ledger.ts'
import { addressOf } from './addresses.ts'

const [url = '', owner = ''] = process.argv.slice(2)
const identity = async () => 'the index'
const { ledger, now, close } = postgresLedger({ address: addressOf(url), size: 4, identity })

async function lane(): Promise<void> {
  for (;;) {
    const jobs = await ledger.claim({
      generation: 1,
      owner,
      now: now(),
      leaseMs: 600_000,
      limit: 16,
      maxAttempts: 5,
    })
    if (jobs.length === 0) return
    for (const job of jobs) {
      const { id, etag } = job
      const end = await ledger.indexed(job, owner, { etag, hash: id, chunks: 1, title: id }, now())
      writeSync(1, `${end} ${id}\n`)
    }
  }
}

await ledger.edition()
writeSync(1, 'ready\n')
await new Promise(resolve => process.stdin.once('data', resolve))
await Promise.all([lane(), lane(), lane()])
await close()
process.stdin.destroy()
