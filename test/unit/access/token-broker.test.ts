/** The token broker, with a clock and a provider that do what they are told. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createTokenBroker } from '../../../src/access/token-broker.ts'
import { ProviderError } from '../../../src/oidc/errors.ts'
import { VaultError } from '../../../src/vault/errors.ts'
import type { Leases, RefreshTokens } from '../../../src/vault/vault.ts'
import { type BrokerSetup, HOUR, MINUTE, SECOND, setUpBroker } from './support.ts'

const NOT_PROVISIONED = { name: 'CodedError', code: 'NOT_PROVISIONED' }
const unavailable = (retryAfterMs?: number) =>
  new ProviderError('UNAVAILABLE', 'down', retryAfterMs === undefined ? {} : { retryAfterMs })

let s: BrokerSetup
beforeEach(async () => {
  s = await setUpBroker()
})
const token = () => s.broker.tokenFor('alice')
const asked = () => s.provider.asked.length
/** The error of a rejection. */
const failing = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(Error)
  return error as Error & { code: string; details: { hint?: string } }
}

describe('a token is used', () => {
  test('for five minutes at most', async () => {
    expect(await token()).toBe('access-1')
    s.pass(5 * MINUTE - 1)
    expect(await token()).toBe('access-1')
    s.pass(1)
    expect(await token()).toBe('access-2')
    expect(s.provider.asked).toEqual(['first', 'first+'])
  })

  test('until 30 seconds before its end', async () => {
    s.provider.lifetimeMs = 2 * MINUTE
    await token()
    s.pass(90 * SECOND - 1)
    expect(await token()).toBe('access-1')
    s.pass(1)
    expect(await token()).toBe('access-2')
  })

  test('once, when it is as good as over', async () => {
    s.provider.lifetimeMs = 30 * SECOND
    expect(await token()).toBe('access-1')
    expect(await token()).toBe('access-2')
  })

  test('once, also where the provider says that it is over at once', async () => {
    s.provider.lifetimeMs = 0
    expect(await token()).toBe('access-1')
    expect(asked()).toBe(1)
  })

  test('by all processes, and is encrypted on the way', async () => {
    expect(await token()).toBe('access-1')
    expect(await s.another().tokenFor('alice')).toBe('access-1')
    expect(asked()).toBe(1)
    expect((await s.vault.records.get('background-token', 'alice'))?.payload.token).toBe('access-1')
  })

  test('by one user only', async () => {
    await s.grant({ userId: 'bob', token: 'bobs' })
    expect(await token()).not.toBe(await s.broker.tokenFor('bob'))
    expect(s.provider.asked).toEqual(['first', 'bobs'])
  })

  test('no longer when the user connected anew or disconnected, by whatever road', async () => {
    await token()
    await s.grant({ token: 'anew' })
    expect(await token()).toBe('access-2')
    await s.vault.refreshTokens.delete('alice')
    await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
  })
})

describe('one refresh at a time', () => {
  test('however many jobs ask one broker', async () => {
    let leases = 0
    const acquire: Leases['acquire'] = (...all) => {
      leases++
      return s.vault.leases.acquire(...all)
    }
    const vault = { ...s.vault, leases: { ...s.vault.leases, acquire } }
    const broker = createTokenBroker({ ...s.provider, vault, now: s.now })
    const jobs = Array.from({ length: 50 }, () => broker.tokenFor('alice'))
    expect(new Set(await Promise.all(jobs))).toEqual(new Set(['access-1']))
    expect(asked()).toBe(1)
    // The others wait for the first one, not each for its turn.
    expect(leases).toBe(1)
  })

  test('by whoever still has the right to it', async () => {
    let times = 0
    const acquire = async () => ++times === 1
    const { refreshTokens } = s.vault
    const get: RefreshTokens['get'] = async userId => {
      // Suspended for so long that somebody else took over.
      await expect.poll(() => times > 1 || times === 0, { interval: 5 }).toBe(true)
      return refreshTokens.get(userId)
    }
    const vault = {
      ...s.vault,
      refreshTokens: { ...refreshTokens, get },
      leases: { ...s.vault.leases, acquire },
    }
    const broker = createTokenBroker({ ...s.provider, vault, now: s.now, lease: { ttlMs: 15 } })
    await expect(broker.tokenFor('alice')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(asked()).toBe(0)
  })

  test('however many brokers there are', async () => {
    const brokers = Array.from({ length: 8 }, () => s.another())
    const all = await Promise.all(brokers.map(broker => broker.tokenFor('alice')))
    expect(new Set(all)).toEqual(new Set(['access-1']))
    expect(asked()).toBe(1)
  })

  test('a job that stops waiting stops nobody else', async () => {
    const gate = Promise.withResolvers<void>()
    s.provider.before = () => gate.promise
    const controllers = [new AbortController(), new AbortController(), new AbortController()]
    const [early, late, other] = controllers.map(({ signal }) =>
      s.broker.tokenFor('alice', { signal }),
    )
    controllers[0]?.abort()
    await expect(early).rejects.toMatchObject({ code: 'CANCELLED' })
    controllers[1]?.abort()
    await expect(late).rejects.toMatchObject({ code: 'CANCELLED' })
    gate.resolve()
    expect(await other).toBe('access-1')
    await expect(s.broker.tokenFor('alice', { signal: AbortSignal.abort() })).rejects.toMatchObject(
      { code: 'CANCELLED' },
    )
  })

  test('somebody who keeps it for too long is not waited for without end', async () => {
    await s.vault.leases.acquire('background token alice', 'somebody', HOUR)
    const impatient = s.another({ lease: { waitMs: 20 } })
    await expect(impatient.tokenFor('alice')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(asked()).toBe(0)
  })
})

describe('what takes the place of the refresh token', () => {
  /** A broker whose storage does something of its own when a token is to be replaced. */
  const withReplace = (replace: RefreshTokens['replace']) =>
    createTokenBroker({
      vault: { ...s.vault, refreshTokens: { ...s.vault.refreshTokens, replace } },
      refresh: s.provider.refresh,
      revoke: s.provider.revoke,
      now: s.now,
    })

  test('is stored before the access token is used or kept', async () => {
    const reached = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const broker = withReplace(async (...all) => {
      reached.resolve()
      await go.promise
      return s.vault.refreshTokens.replace(...all)
    })
    let got: string | undefined
    const getting = broker.tokenFor('alice').then(given => {
      got = given
    })
    await reached.promise
    expect(got).toBeUndefined()
    expect(await s.vault.records.get('background-token', 'alice')).toBeUndefined()
    go.resolve()
    await getting
    expect(got).toBe('access-1')
    expect(await s.stored()).toBe('first+')
  })

  test('brings its own end and scopes', async () => {
    s.provider.more = { refreshExpiresAt: s.now() + HOUR, scopes: ['openid'] }
    await token()
    expect(await s.broker.status('alice')).toMatchObject({
      expiresAt: s.now() + HOUR,
      scopes: ['openid'],
    })
  })

  test('is nothing where the provider does not rotate; a new end is noted', async () => {
    s.provider.rotates = false
    await token()
    expect(await s.events()).toEqual(['store_refresh_token offline_access'])
    s.provider.more = { refreshExpiresAt: s.now() + HOUR }
    s.pass(5 * MINUTE)
    await token()
    expect(await s.stored()).toBe('first')
    expect(await s.broker.status('alice')).toMatchObject({ expiresAt: s.now() + 55 * MINUTE })
    // One that moves on with each use, and one that hardly moves.
    for (const [moved, kept] of [
      [HOUR, HOUR],
      [55 * MINUTE + 59 * SECOND, 55 * MINUTE],
    ] as const) {
      s.pass(5 * MINUTE)
      s.provider.more = { refreshExpiresAt: s.now() + moved }
      await token()
      expect(await s.broker.status('alice')).toMatchObject({ expiresAt: s.now() + kept })
    }
  })

  test('is thrown away with the rest when another grant was stored meanwhile', async () => {
    s.provider.before = async () => {
      s.provider.before = async () => {}
      await s.grant({ token: 'anew' })
    }
    expect(await token()).toBe('access-2')
    expect(s.provider.asked).toEqual(['first', 'anew'])
    expect(await s.stored()).toBe('anew+')
    expect(s.provider.revoked).toEqual([])
  })

  test('also where nothing has to be stored', async () => {
    s.provider.rotates = false
    s.provider.before = async () => {
      s.provider.before = async () => {}
      await s.vault.refreshTokens.delete('alice')
    }
    await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
  })

  test('ends with the grant that the user revoked meanwhile', async () => {
    s.provider.before = async () => {
      s.provider.before = async () => {}
      await s.another().revoke('alice')
    }
    // The provider heard of the revocation of the one before, and would give the next in spite of it.
    s.provider.revoke = async given => {
      s.provider.revoked.push(given)
      return true
    }
    const broker = s.another()
    await expect(broker.tokenFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
    expect(s.provider.revoked).toContain('first+')
    expect(await s.vault.records.get('background-token', 'alice')).toBeUndefined()
  })

  test('is not lost when the disk is full', async () => {
    let full = true
    const broker = withReplace(async (...all) => {
      if (full) throw new VaultError('DISK_FULL', 'The disk is full')
      return s.vault.refreshTokens.replace(...all)
    })
    await expect(broker.tokenFor('alice')).rejects.toMatchObject({ code: 'DISK_FULL' })
    await expect(broker.tokenFor('alice')).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await s.stored()).toBe('first')
    full = false
    expect(await broker.tokenFor('alice')).toBe('access-1')
    expect(s.provider.asked).toEqual(['first'])
    expect(await s.stored()).toBe('first+')
  })

  test('that waits for the disk ends with its grant, and with no other one', async () => {
    const failing = withReplace(async () => {
      throw new VaultError('DISK_FULL', 'The disk is full')
    })
    await expect(failing.tokenFor('alice')).rejects.toMatchObject({ code: 'DISK_FULL' })
    await failing.revoke('alice')
    expect(s.provider.revoked).toEqual(['first+'])
    await s.grant()
    await expect(failing.tokenFor('alice')).rejects.toMatchObject({ code: 'DISK_FULL' })
    await s.grant({ token: 'anew' })
    await failing.revoke('alice')
    expect(s.provider.revoked).toEqual(['first+', 'anew'])
  })

  test('nor when that lasts for longer than the access token', async () => {
    let full = true
    const broker = withReplace(async (...all) => {
      if (full) throw new VaultError('DISK_FULL', 'The disk is full')
      return s.vault.refreshTokens.replace(...all)
    })
    await expect(broker.tokenFor('alice')).rejects.toMatchObject({ code: 'DISK_FULL' })
    full = false
    s.pass(2 * HOUR)
    expect(await broker.tokenFor('alice')).toBe('access-2')
    expect(s.provider.asked).toEqual(['first', 'first+'])
  })
})

describe('a grant that is over', () => {
  test('of a token that was revoked, used before or has expired at the provider', async () => {
    s.provider.good.clear()
    const error = await failing(token())
    expect(error).toMatchObject(NOT_PROVISIONED)
    expect(error.details.hint).toMatch(/again/)
    expect(await s.stored()).toBeUndefined()
    for (let job = 0; job < 5; job++) await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
    await expect(s.another().tokenFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
    expect(asked()).toBe(1)
    expect(await s.events()).toEqual([
      'store_refresh_token offline_access',
      'delete_refresh_token offline_access',
      'background_access_ended refused',
    ])
  })

  test('of an end that the provider told before is not asked with', async () => {
    await s.grant({ expiresAt: s.now() + MINUTE })
    await token()
    await s.grant({ token: 'anew', expiresAt: s.now() + MINUTE })
    s.pass(MINUTE)
    expect(await s.broker.users()).toEqual([])
    expect(await s.broker.status('alice')).toBeUndefined()
    const error = await failing(token())
    expect(error).toMatchObject({ ...NOT_PROVISIONED, message: expect.stringMatching(/expired/) })
    expect(asked()).toBe(1)
    expect(await s.stored()).toBeUndefined()
    expect((await s.events()).at(-1)).toBe('background_access_ended expired')
  })

  test('takes no newer one away', async () => {
    s.provider.good.clear()
    s.provider.before = async () => {
      s.provider.before = async () => {}
      await s.grant({ token: 'anew' })
      s.provider.good.delete('first')
    }
    expect(await token()).toBe('access-2')
    expect(await s.stored()).toBe('anew+')
    expect((await s.events()).filter(event => /ended|delete/.test(event))).toEqual([])
  })

  test('is not one of another flow, nor one that was never there', async () => {
    await s.grant({ flow: 'hybrid' })
    await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
    await expect(s.broker.tokenFor('nobody')).rejects.toMatchObject(NOT_PROVISIONED)
    expect(await s.broker.status('alice')).toBeUndefined()
    expect(await s.broker.users()).toEqual([])
    expect(await s.stored()).toBe('first')
    expect(asked()).toBe(0)
  })
})

describe('a provider that is down', () => {
  beforeEach(() => {
    s.provider.failure = unavailable()
  })

  test("for an hour loses nobody's grant, and is not asked for each job", async () => {
    for (let second = 0; second < 3_600; second += 5) {
      const error = await failing(token())
      expect(error).toMatchObject({ name: 'CodedError', code: 'UNREACHABLE' })
      s.pass(5 * SECOND)
    }
    expect(asked()).toBeLessThan(15)
    expect(asked()).toBeGreaterThan(5)
    expect(await s.stored()).toBe('first')
    s.provider.failure = undefined
    s.pass(10 * MINUTE)
    expect(await token()).toMatch(/^access-/)
    // And what was is forgotten.
    s.pass(5 * MINUTE)
    s.provider.failure = unavailable()
    await expect(token()).rejects.toMatchObject({ code: 'UNREACHABLE' })
    s.provider.failure = undefined
    s.pass(10 * SECOND)
    expect(await token()).toMatch(/^access-/)
  })

  test('is left alone by all processes', async () => {
    await expect(token()).rejects.toMatchObject({ code: 'UNREACHABLE' })
    await expect(s.another().tokenFor('alice')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(asked()).toBe(1)
  })

  test('fails all jobs that wait for the same answer', async () => {
    const brokers = [s.broker, s.another()]
    const jobs = Array.from({ length: 50 }, (_, job) => brokers[job % 2]?.tokenFor('alice'))
    const outcomes = await Promise.allSettled(jobs)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(asked()).toBe(1)
  })

  test('is not asked before the time that it named', async () => {
    s.provider.failure = unavailable(30 * MINUTE)
    await expect(token()).rejects.toMatchObject({ code: 'UNREACHABLE' })
    s.pass(29 * MINUTE)
    await expect(token()).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(asked()).toBe(1)
    s.provider.failure = undefined
    s.pass(MINUTE)
    expect(await token()).toBe('access-2')
  })

  test('is asked at once for who connects anew', async () => {
    await expect(token()).rejects.toMatchObject({ code: 'UNREACHABLE' })
    s.provider.failure = undefined
    await s.grant({ token: 'anew' })
    expect(await token()).toBe('access-2')
  })

  test('does not end a token that is in use', async () => {
    s.provider.failure = undefined
    await token()
    s.provider.failure = unavailable()
    expect(await token()).toBe('access-1')
  })
})

test.each([
  ['invalid_client', /administrator.*client/],
  ['expired_client', /administrator.*client/],
  ['unauthorized_client', /administrator/],
  ['invalid_scope', /administrator/],
  [undefined, /administrator/],
])('%s keeps the grant and says who has to do what', async (oauthError, hint) => {
  s.provider.failure =
    oauthError === undefined
      ? new ProviderError('MISCONFIGURED', 'The refresh got an answer that makes no sense')
      : new ProviderError('REFUSED', 'refused', { oauthError, status: 400 })
  for (let job = 0; job < 5; job++) {
    const error = await failing(token())
    expect(error).toMatchObject({ name: 'CodedError', code: 'FORBIDDEN' })
    expect(error.details.hint).toMatch(hint)
  }
  expect(asked()).toBe(1)
  expect(await s.stored()).toBe('first')
  s.provider.failure = undefined
  s.pass(10 * SECOND)
  expect(await token()).toBe('access-2')
})

describe('a token that Nextcloud refuses', () => {
  test('is dropped everywhere, and another one is made', async () => {
    const first = await token()
    expect(await s.broker.refused('alice', first)).toBeUndefined()
    expect(await s.another().tokenFor('alice')).toBe('access-2')
    expect(await token()).toBe('access-2')
    expect(asked()).toBe(2)
  })

  test('twice in a row, is the end for an hour; no job asks meanwhile', async () => {
    await s.broker.refused('alice', await token())
    const second = await s.another().tokenFor('alice')
    expect(await s.broker.refused('alice', second)).toMatchObject(NOT_PROVISIONED)
    for (let job = 0; job < 5; job++) {
      const error = await failing([s.broker, s.another()][job % 2]?.tokenFor('alice') as never)
      expect(error).toMatchObject(NOT_PROVISIONED)
      expect(error.details.hint).toMatch(/again.*administrator/i)
    }
    expect(asked()).toBe(2)
    expect(await s.stored()).toBe('first++')
    s.pass(HOUR)
    expect(await token()).toBe('access-3')
  })

  test('twice, is forgotten when the user connects anew', async () => {
    await s.broker.refused('alice', await token())
    await s.broker.refused('alice', await token())
    s.pass(SECOND)
    await s.grant({ token: 'anew' })
    expect(await token()).toBe('access-3')
  })

  test('counts once, whoever tells it and however often', async () => {
    const first = await token()
    const brokers = [s.broker, s.another()]
    await Promise.all(
      Array.from({ length: 20 }, (_, job) => brokers[job % 2]?.refused('alice', first)),
    )
    const second = await token()
    expect(second).toBe('access-2')
    await s.another().refused('alice', first)
    expect(await token()).toBe(second)
    expect(asked()).toBe(2)
  })

  test('is not used again by a job that asks while it is told', async () => {
    const first = await token()
    const telling = s.broker.refused('alice', first)
    expect(await token()).toBe('access-2')
    await telling
  })

  test('now and then is no reason to stop', async () => {
    for (let hour = 0; hour < 10; hour++) {
      await s.broker.refused('alice', await token())
      await token()
      s.pass(5 * MINUTE)
      await token()
      s.pass(5 * MINUTE)
    }
  })

  test('and comes again from the provider, is the end at once', async () => {
    s.provider.more = { accessToken: 'always the same' }
    await s.broker.refused('alice', await token())
    await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
    await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
    expect(asked()).toBe(2)
  })

  test('and is not even kept, is the end after the second too', async () => {
    s.provider.lifetimeMs = 20 * SECOND
    await s.broker.refused('alice', await token())
    await s.broker.refused('alice', await token())
    await expect(token()).rejects.toMatchObject(NOT_PROVISIONED)
    expect(asked()).toBe(2)
  })

  test('is told by the credential, before the job goes on', async () => {
    const credential = await s.broker.credentialFor('alice')
    expect(credential).toMatchObject({ kind: 'bearer', token: 'access-1' })
    expect(await credential.refused?.()).toBeUndefined()
    const second = await s.broker.credentialFor('alice')
    expect(second).toMatchObject({ token: 'access-2' })
    expect(await second.refused?.()).toMatchObject(NOT_PROVISIONED)
  })
})

test('what jobs remember of a user is kept apart from sessions, and from other users', async () => {
  await s.grant({ userId: 'bob', token: 'bobs' })
  const owners = await Promise.all(
    ['alice', 'bob'].map(async user => {
      const credential = await s.broker.credentialFor(user)
      return credential.kind === 'bearer' ? credential.owner : ''
    }),
  )
  expect(owners).toEqual(['["background","alice"]', '["background","bob"]'])
})

describe('revoking', () => {
  test('ends it at the provider, here, and in every process', async () => {
    const other = s.another()
    await other.tokenFor('alice')
    expect(await s.broker.revoke('alice')).toEqual({ existed: true, complete: true })
    expect(s.provider.revoked).toEqual(['first+'])
    expect(await s.stored()).toBeUndefined()
    expect(await s.vault.records.get('background-token', 'alice')).toBeUndefined()
    await expect(other.tokenFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
    expect((await s.events()).at(-1)).toBe('background_access_revoked revocation')
    expect(await s.broker.revoke('alice')).toEqual({ existed: false, complete: true })
    expect(asked()).toBe(1)
  })

  test.each([
    ['is down', () => Promise.reject(unavailable())],
    ['cannot', async () => false],
  ])('here, at once, also where the provider %s', async (_, revoke) => {
    const broker = s.another({ revoke })
    await broker.tokenFor('alice')
    expect(await broker.revoke('alice')).toEqual({ existed: true, complete: false })
    expect(await s.stored()).toBeUndefined()
    expect((await s.events()).at(-1)).toBe('background_access_revoked storage')
  })

  test('the latest token, also while it is renewed', async () => {
    let times = 0
    const { refreshTokens } = s.vault
    const broker = createTokenBroker({
      vault: {
        ...s.vault,
        refreshTokens: {
          ...refreshTokens,
          async delete(...all) {
            if (times++ === 0) await s.broker.tokenFor('alice')
            return refreshTokens.delete(...all)
          },
        },
      },
      refresh: s.provider.refresh,
      revoke: s.provider.revoke,
      now: s.now,
    })
    expect(await broker.revoke('alice')).toEqual({ existed: true, complete: true })
    expect(s.provider.revoked).toEqual(['first+'])
  })

  test('also what cannot be read any more', async () => {
    const { refreshTokens } = s.vault
    const get = async () => {
      throw new VaultError('UNREADABLE_ROW', 'no key opens it')
    }
    const vault = { ...s.vault, refreshTokens: { ...refreshTokens, get } }
    const { refresh, revoke } = s.provider
    const broker = createTokenBroker({ vault, refresh, revoke, now: s.now })
    await expect(broker.tokenFor('alice')).rejects.toMatchObject({ code: 'UNREADABLE_ROW' })
    expect(await s.stored()).toBe('first')
    expect(await broker.revoke('alice')).toEqual({ existed: true, complete: false })
    expect(await s.stored()).toBeUndefined()
  })
})

test('whose grants there are, and what they are', async () => {
  await s.grant({ clientId: 'server', scopes: ['openid', 'offline_access'] })
  await s.grant({ userId: 'bob', token: 'bobs', flow: 'flow1' })
  expect(await s.broker.users()).toEqual(['alice'])
  expect(await s.broker.status('alice')).toEqual({
    credentialType: 'refresh_token',
    provisionedAt: s.now(),
    clientId: 'server',
    scopes: ['openid', 'offline_access'],
    expiresAt: undefined,
  })
  expect(await s.broker.status('nobody')).toBeUndefined()
})

test('the grant goes with the token to where it is used, and no error tells either', async () => {
  await s.grant({ clientId: 'server' })
  let seen: unknown
  const broker = s.another({
    refresh: async (given, grant) => {
      seen = [given, grant.clientId, 'token' in grant]
      throw unavailable()
    },
  })
  const error = await failing(broker.tokenFor('alice'))
  expect(seen).toEqual(['first', 'server', false])
  expect(JSON.stringify([error.message, error.details])).not.toContain('first')
})
