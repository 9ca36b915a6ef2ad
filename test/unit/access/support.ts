/** A provider of refresh tokens in memory, and a broker on a vault with a clock of its own. */
import { setImmediate as tick } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import {
  createTokenBroker,
  type TokenBroker,
  type TokenBrokerOptions,
} from '../../../src/access/token-broker.ts'
import { ProviderError } from '../../../src/oidc/errors.ts'
import type { RefreshedGrant } from '../../../src/oidc/refresh.ts'
import { generateKey } from '../../../src/vault/fernet.ts'
import { openVault } from '../../../src/vault/sqlite/open.ts'
import type { NewRefreshToken, Vault } from '../../../src/vault/vault.ts'

const KEY = generateKey()

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/** A provider that rotates and knows a token that comes twice. */
export interface FakeProvider {
  /** Refresh tokens that it was asked with, in order. */
  readonly asked: string[]
  readonly revoked: string[]
  /** The one refresh token of each grant that is good. */
  readonly good: Set<string>
  /** Thrown in place of an answer. */
  failure: Error | undefined
  /** Whether each refresh gives a new refresh token. */
  rotates: boolean
  /** Added to each answer. */
  more: Partial<RefreshedGrant>
  /** Lasts as long as the answer is to take. */
  before: () => Promise<unknown>
  /** Milliseconds that access tokens last. */
  lifetimeMs: number
  refresh: TokenBrokerOptions['refresh']
  revoke: TokenBrokerOptions['revoke']
}

export function invalidGrant(): ProviderError {
  return new ProviderError('REFUSED', 'The refresh was refused (invalid_grant)', {
    oauthError: 'invalid_grant',
    status: 400,
  })
}

export function fakeProvider(now: () => number): FakeProvider {
  let made = 0
  const self: FakeProvider = {
    asked: [],
    revoked: [],
    good: new Set(),
    failure: undefined,
    rotates: true,
    more: {},
    before: () => tick(),
    lifetimeMs: HOUR,
    async refresh(token) {
      self.asked.push(token)
      const number = ++made
      await self.before()
      if (self.failure !== undefined) throw self.failure
      if (!self.good.has(token)) throw invalidGrant()
      const answer = { accessToken: `access-${number}`, expiresAt: now() + self.lifetimeMs }
      if (!self.rotates) return { ...answer, ...self.more }
      self.good.delete(token)
      self.good.add(`${token}+`)
      return { ...answer, refreshToken: `${token}+`, ...self.more }
    },
    async revoke(token) {
      self.revoked.push(token)
      return self.good.delete(token)
    },
  }
  return self
}

/** All of it, with alice's grant `first` stored. */
export interface BrokerSetup {
  readonly vault: Vault
  readonly provider: FakeProvider
  readonly broker: TokenBroker
  /** Another process, as far as the broker can tell. */
  another(options?: Partial<TokenBrokerOptions>): TokenBroker
  now(): number
  pass(ms: number): void
  grant(more?: Partial<NewRefreshToken>): Promise<void>
  stored(): Promise<string | undefined>
  events(): Promise<string[]>
}

export async function setUpBroker(): Promise<BrokerSetup> {
  let time = Date.parse('2026-11-01T12:00:00Z')
  const now = () => time
  const vault = await openVault({ path: ':memory:', keys: KEY, now })
  onTestFinished(() => vault.close())
  const provider = fakeProvider(now)
  const another: BrokerSetup['another'] = options =>
    createTokenBroker({
      vault,
      now,
      refresh: provider.refresh,
      revoke: provider.revoke,
      ...options,
    })
  const grant: BrokerSetup['grant'] = async (more = {}) => {
    const { token = 'first' } = more
    provider.good.add(token)
    await vault.refreshTokens.put({ userId: 'alice', token, ...more })
  }
  await grant()
  return {
    vault,
    provider,
    broker: another(),
    another,
    now,
    pass: ms => {
      time += ms
    },
    grant,
    stored: async () => (await vault.refreshTokens.get('alice'))?.token,
    async events() {
      const { entries } = await vault.audit.page()
      return entries.map(({ event, method }) => `${event} ${method}`).toReversed()
    },
  }
}
