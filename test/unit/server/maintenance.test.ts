import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startMaintenance } from '../../../src/server/maintenance.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { generateKey } from '../../../src/vault/fernet.ts'
import { openVault } from '../../../src/vault/sqlite/open.ts'
import { memoryVault } from '../../support/oauth.ts'

const DAY = 24 * 3_600_000
const log = createLog({ level: 'silent', format: 'json' })

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

test('what has expired is forgotten after a minute and then every hour, until it ends', async () => {
  const vault = await memoryVault()
  const prune = vi.spyOn(vault, 'prune')
  const end = startMaintenance(vault, log, undefined)
  await vi.advanceTimersByTimeAsync(59_000)
  expect(prune).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(2_000)
  await vi.waitFor(() => expect(prune).toHaveBeenCalledTimes(1))
  await vi.advanceTimersByTimeAsync(3_600_000)
  await vi.waitFor(() => expect(prune).toHaveBeenCalledTimes(2))
  end()
  await vi.advanceTimersByTimeAsync(7_200_000)
  expect(prune).toHaveBeenCalledTimes(2)
  await vault.close()
})

test('while another process does it, this one does not', async () => {
  const vault = await memoryVault()
  await vault.leases.acquire('prune', 'another process', 60_000)
  const prune = vi.spyOn(vault, 'prune')
  const end = startMaintenance(vault, log, undefined)
  await vi.advanceTimersByTimeAsync(61_000)
  expect(prune).not.toHaveBeenCalled()
  end()
  await vault.close()
})

test('lines of the audit log are dropped when they are old enough, where that is wanted', async () => {
  const events = async (days: number | undefined) => {
    let time = Date.now() - 3 * DAY
    const vault = await openVault({ path: ':memory:', keys: generateKey(), now: () => time })
    await vault.audit.append({ event: 'old', userId: 'alice' })
    time = Date.now()
    await vault.audit.append({ event: 'new', userId: 'alice' })
    const prune = vi.spyOn(vault, 'prune')
    const release = vi.spyOn(vault.leases, 'release')
    const end = startMaintenance(vault, log, days && days * DAY)
    await vi.advanceTimersByTimeAsync(61_000)
    await vi.waitFor(() => expect(release).toHaveBeenCalled())
    expect(prune).toHaveBeenCalledTimes(1)
    end()
    const { entries } = await vault.audit.page()
    await vault.close()
    return entries.map(({ event }) => event)
  }
  expect(await events(2)).toEqual(['new'])
  expect(await events(4)).toEqual(['new', 'old'])
  expect(await events(undefined)).toEqual(['new', 'old'])
})
