/**
 * Whatever the order in which two brokers get to work, with users who connect, disconnect and are
 * refused in between: no refresh token reaches the provider twice.
 */
import { setImmediate as tick } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenBroker, type TokenBroker } from '../../src/access/token-broker.ts'
import { generateKey } from '../../src/vault/fernet.ts'
import { openVault } from '../../src/vault/sqlite/open.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { fakeProvider, MINUTE } from '../unit/access/support.ts'

const KEY = generateKey()
const RUNS = 60

type Step =
  | { readonly kind: 'job'; readonly broker: number }
  | { readonly kind: 'refused'; readonly broker: number }
  | { readonly kind: 'revoke'; readonly broker: number }
  | { readonly kind: 'grant' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('job'), broker: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refused'), broker: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke'), broker: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('grant') }) },
)

/** The object with methods that each first let others go first for as long as `pause` takes. */
function slowed<T extends object>(target: T, pause: () => Promise<void>): T {
  return Object.fromEntries(
    Object.entries(target).map(([name, method]) => [
      name,
      async (...all: unknown[]) => {
        await pause()
        const result = await method.apply(target, all)
        await pause()
        return result
      },
    ]),
  ) as T
}

test('no refresh token reaches the provider twice', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      // Batches of steps that begin together, the next when all are done and time has passed.
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(6), { minLength: 20, maxLength: 80 }),
      async (batches, pauses) => {
        let time = Date.parse('2026-11-01T12:00:00Z')
        const now = () => time
        let at = 0
        const pause = async () => {
          const turns = pauses[at++ % pauses.length] ?? 0
          for (let turn = 0; turn < turns; turn++) await tick()
        }
        const real = await openVault({ path: ':memory:', keys: KEY, now })
        const provider = fakeProvider(now)
        provider.before = pause
        let grants = 0
        const grant = async () => {
          const token = `grant-${++grants}.`
          provider.good.add(token)
          await real.refreshTokens.put({ userId: 'alice', token })
        }
        const brokerOf = (): TokenBroker => {
          const vault: Pick<Vault, 'refreshTokens' | 'records' | 'leases' | 'audit'> = {
            refreshTokens: slowed(real.refreshTokens, pause),
            records: slowed(real.records, pause),
            leases: real.leases,
            audit: real.audit,
          }
          const { refresh, revoke } = provider
          return createTokenBroker({ vault, refresh, revoke, now })
        }
        const brokers = [brokerOf(), brokerOf()]
        let latest = ''
        const take = async (one: Step): Promise<void> => {
          if (one.kind === 'grant') return grant()
          const broker = brokers[one.broker]
          if (one.kind === 'revoke') await broker?.revoke('alice')
          else if (one.kind === 'refused') await broker?.refused('alice', latest)
          else latest = (await broker?.tokenFor('alice')) ?? ''
        }
        await grant()
        for (const batch of batches) {
          const outcomes = await Promise.allSettled(batch.map(take))
          for (const outcome of outcomes) {
            if (outcome.status === 'fulfilled') continue
            expect(['NOT_PROVISIONED', 'UNREACHABLE']).toContain(outcome.reason.code)
          }
          time += 5 * MINUTE
        }
        const stored = (await real.refreshTokens.get('alice'))?.token
        await real.close()
        expect(new Set(provider.asked).size).toBe(provider.asked.length)
        // And none is lost: what is stored is what the provider takes next.
        if (stored !== undefined) expect(provider.good).toContain(stored)
      },
    ),
    { numRuns: RUNS },
  )
})
