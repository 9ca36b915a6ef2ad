/** Background jobs of one user in several processes, of which some are killed. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createTokenBroker, type TokenBroker } from '../../src/access/token-broker.ts'
import { createDiscovery } from '../../src/oidc/discovery.ts'
import { createProviderHttp } from '../../src/oidc/http.ts'
import { refreshGrant, revokeToken } from '../../src/oidc/refresh.ts'
import {
  type IdentityProvider,
  SERVER_CLIENT,
  startIdentityProvider,
} from '../support/identity-provider.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { KEY, openTestVault, temporaryFolder } from '../unit/vault/support.ts'
import { type Child, startChild } from '../vault/child.ts'

const MINUTE = 60_000
const { id, secret } = SERVER_CLIENT

let path: string
beforeEach(() => {
  path = join(temporaryFolder(), 'vault.db')
})

const start = (url: string, task: string, count = 1): Child =>
  startChild('../access/job.ts', path, KEY, url, id, secret, task, `${count}`)

/** All begin at the same moment; gives what the jobs of each got. */
async function run(children: readonly Child[]): Promise<string[][]> {
  await Promise.all(children.map(child => child.line('ready')))
  for (const { process } of children) process.stdin?.write('go\n')
  expect(await Promise.all(children.map(child => child.ended()))).toEqual(children.map(() => 0))
  return children.map(({ lines }) => JSON.parse(lines.at(-1) ?? ''))
}

/** A process that is killed between the provider's answer and the write. */
async function killedOnTheWay(url: string): Promise<void> {
  const child = start(url, 'stuck')
  await child.line('ready')
  child.process.stdin?.write('go\n')
  await child.line('answered')
  child.process.kill('SIGKILL')
  expect(await child.ended()).toBeNull()
}

/** A broker in this process, for which the lease of a killed one is over. */
async function later(url: string): Promise<TokenBroker> {
  const now = () => Date.now() + MINUTE
  const http = createProviderHttp()
  const discovery = createDiscovery({ url, http, nextcloudUrl: 'https://cloud.example.org' })
  onTestFinished(async () => {
    discovery.close()
    await http.close()
  })
  return createTokenBroker({
    vault: await openTestVault({ path, now }),
    refresh: async token => refreshGrant(await discovery.provider(), SERVER_CLIENT, token),
    revoke: async token => revokeToken(await discovery.provider(), SERVER_CLIENT, token),
    now,
  })
}

describe('a provider that rotates and notices reuse', () => {
  let idp: IdentityProvider
  beforeEach(async () => {
    idp = await startIdentityProvider()
    idp.rotates = true
    const { refreshTokens } = await openTestVault({ path })
    await refreshTokens.put({ userId: 'alice', token: await idp.mintRefreshToken() })
  })
  afterEach(() => idp.close())

  test('50 jobs in two processes make one refresh', async () => {
    const got = (
      await run([start(idp.discoveryUrl, 'jobs', 25), start(idp.discoveryUrl, 'jobs', 25)])
    ).flat()
    expect(got).toHaveLength(50)
    expect(new Set(got).size).toBe(1)
    expect(got[0]).toMatch(/^[\w-]{20,}$/)
    expect(idp.callsTo('token')).toHaveLength(1)
  })

  test('so do they while it is down, and lose nothing', async () => {
    idp.plan(at => (at === '/token' ? { status: 503 } : undefined))
    const before = await openTestVault({ path })
    const { token } = (await before.refreshTokens.get('alice')) ?? {}
    const got = await run([
      start(idp.discoveryUrl, 'jobs', 25),
      start(idp.discoveryUrl, 'jobs', 25),
    ])
    expect(new Set(got.flat())).toEqual(new Set(['UNREACHABLE']))
    expect(idp.callsTo('token')).toHaveLength(1)
    expect((await before.refreshTokens.get('alice'))?.token).toBe(token)
    idp.plan(undefined)
    expect(await (await later(idp.discoveryUrl)).tokenFor('alice')).toMatch(/^[\w-]{20,}$/)
  })

  test('a grant that the user revoked at the provider ends cleanly in both', async () => {
    const { refreshTokens, audit } = await openTestVault({ path })
    const { token = '' } = (await refreshTokens.get('alice')) ?? {}
    await (await idp.provider.RefreshToken.find(token))?.destroy()
    const got = await run([
      start(idp.discoveryUrl, 'jobs', 25),
      start(idp.discoveryUrl, 'jobs', 25),
    ])
    expect(new Set(got.flat())).toEqual(new Set(['NOT_PROVISIONED']))
    expect(idp.callsTo('token')).toHaveLength(1)
    expect(await refreshTokens.get('alice')).toBeUndefined()
    const { entries } = await audit.page({ event: 'background_access_ended' })
    expect(entries).toMatchObject([{ userId: 'alice', method: 'refused' }])
  })

  test('killed between its answer and the write: the user is to connect again', async () => {
    await killedOnTheWay(idp.discoveryUrl)
    expect(idp.callsTo('token')).toHaveLength(1)
    const broker = await later(idp.discoveryUrl)
    for (let job = 0; job < 5; job++) {
      await expect(broker.tokenFor('alice')).rejects.toMatchObject({
        code: 'NOT_PROVISIONED',
        details: { hint: expect.stringMatching(/again/) },
      })
    }
    expect(idp.callsTo('token')).toHaveLength(2)
    // And can.
    const { refreshTokens } = await openTestVault({ path })
    await refreshTokens.put({ userId: 'alice', token: await idp.mintRefreshToken() })
    expect(await broker.tokenFor('alice')).toMatch(/^[\w-]{20,}$/)
  })
})

describe('a provider that takes the token before once more', () => {
  let idp: ScriptedProvider
  const asked = () => idp.requests.filter(({ path: at }) => at === '/token').length
  beforeEach(async () => {
    idp = await startScriptedProvider()
    // The answer to a token is the same whenever it comes, so that a lost one is no loss.
    idp.routes['POST /token'] = ({ body }) => {
      const used = new URLSearchParams(body).get('refresh_token') ?? ''
      const next = createHash('sha256').update(used).digest('hex')
      return {
        json: {
          access_token: `access-${next}`,
          token_type: 'Bearer',
          expires_in: 3_600,
          refresh_token: next,
        },
      }
    }
    const { refreshTokens } = await openTestVault({ path })
    await refreshTokens.put({ userId: 'alice', token: 'first' })
  })
  afterEach(() => idp.close())

  test('killed between its answer and the write: the next process goes on', async () => {
    await killedOnTheWay(idp.url)
    const { refreshTokens } = await openTestVault({ path })
    expect((await refreshTokens.get('alice'))?.token).toBe('first')
    const broker = await later(idp.url)
    const got = await Promise.all(Array.from({ length: 10 }, () => broker.tokenFor('alice')))
    expect(new Set(got).size).toBe(1)
    expect(asked()).toBe(2)
    expect((await refreshTokens.get('alice'))?.token).toMatch(/^[\da-f]{64}$/)
  })

  test('while the killed one still holds the lease, nobody asks', async () => {
    await killedOnTheWay(idp.url)
    const broker = createTokenBroker({
      vault: await openTestVault({ path }),
      refresh: () => Promise.reject(new Error('asked')),
      revoke: async () => false,
      lease: { waitMs: 50 },
    })
    await expect(broker.tokenFor('alice')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(asked()).toBe(1)
  })
})
