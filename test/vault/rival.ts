/** One of two processes that use the same vault at the same time; prints what it got as JSON. */
import { once } from 'node:events'
import { withLease } from '../../src/vault/lease.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { openVaultIn } from './open.ts'

const [place = '', keys = '', task = '', name = '', count = '0'] = process.argv.slice(2)
const times = Array.from({ length: Number(count) }, (_, at) => at)

const TASKS: Record<string, (vault: Vault) => Promise<unknown>> = {
  /** Rotates the same token as fast as it can; gives what it replaced by what. */
  async rotate({ refreshTokens }) {
    const won: [string, string][] = []
    for (const at of times) {
      const previous = (await refreshTokens.get('alice'))?.token ?? ''
      const next = `${name}-${at}`
      if (await refreshTokens.replace('alice', previous, { token: next }))
        won.push([previous, next])
    }
    return won
  },

  /** Takes what both want; gives what it got. */
  async take({ pending }) {
    const got: number[] = []
    for (const at of times) if (await pending.take('code', `${at}`)) got.push(at)
    return got
  },

  /** Counts up in a way that loses counts unless one process does it at a time. */
  async count({ leases, records }) {
    for (const _ of times) {
      await withLease(leases, 'counter', async () => {
        const counter = await records.get('counter', 'c')
        await records.put('counter', 'c', { value: Number(counter?.payload.value ?? 0) + 1 })
      })
    }
    return times.length
  },
}

process.stdout.write('ready\n')
await once(process.stdin, 'data')
const vault = await openVaultIn(place, keys)
const result = (await TASKS[task]?.(vault)) ?? null
await vault.close()
process.stdout.write(`${JSON.stringify(result)}\n`)
process.stdin.destroy()
