import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startMaintenance } from '../../../src/server/maintenance.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { memoryVault } from '../../support/oauth.ts'

const log = createLog({ level: 'silent', format: 'json' })

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

test('what has expired is forgotten after a minute and then every hour, until it ends', async () => {
  const vault = await memoryVault()
  const prune = vi.spyOn(vault, 'prune')
  const end = startMaintenance(vault, log)
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
  const end = startMaintenance(vault, log)
  await vi.advanceTimersByTimeAsync(61_000)
  expect(prune).not.toHaveBeenCalled()
  end()
  await vault.close()
})
