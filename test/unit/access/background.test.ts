/** Background access without a refresh token: an app password of its own, or impersonation. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { BACKGROUND_CLIENT } from '../../../src/access/background.ts'
import { backgroundPasswordAccess } from '../../../src/access/background-app-password.ts'
import { backgroundImpersonation } from '../../../src/access/background-impersonation.ts'
import type { Credential } from '../../../src/nextcloud/credential.ts'
import { CodedError } from '../../../src/nextcloud/errors.ts'
import { createDiscovery } from '../../../src/oidc/discovery.ts'
import { ProviderError } from '../../../src/oidc/errors.ts'
import { createImpersonation, type ImpersonationRequest } from '../../../src/oidc/exchange.ts'
import { createProviderHttp } from '../../../src/oidc/http.ts'
import { VaultError } from '../../../src/vault/errors.ts'
import type { Vault } from '../../../src/vault/vault.ts'
import { SERVER_CLIENT, startIdentityProvider } from '../../support/identity-provider.ts'
import { memoryVault } from '../../support/oauth.ts'
import { MINUTE, SECOND } from './support.ts'

const NOT_PROVISIONED = { name: 'CodedError', code: 'NOT_PROVISIONED' }

describe('an app password of its own', () => {
  let vault: Vault
  let deleted: Credential[]
  let failure: Error | undefined
  beforeEach(async () => {
    vault = await memoryVault()
    onTestFinished(() => vault.close())
    deleted = []
    failure = undefined
    await vault.appPasswords.put({
      userId: 'alice',
      clientId: BACKGROUND_CLIENT,
      loginName: 'alice@example.org',
      password: 'background',
      scopes: ['notes:read'],
    })
    // What alice allowed her clients is not for jobs.
    for (const clientId of [undefined, 'claude']) {
      for (const userId of ['alice', 'bob']) {
        await vault.appPasswords.put({
          userId,
          ...(clientId === undefined ? {} : { clientId }),
          loginName: userId,
          password: 'session',
          scopes: null,
        })
      }
    }
  })
  const access = (of: Pick<Vault, 'appPasswords' | 'audit'> = vault) =>
    backgroundPasswordAccess({
      vault: of,
      async deleteAppPassword(credential) {
        deleted.push(credential)
        if (failure !== undefined) throw failure
      },
    })

  test('is handed out to jobs, and noted as used', async () => {
    expect(await access().credentialFor('alice')).toMatchObject({
      kind: 'basic',
      loginName: 'alice@example.org',
      password: 'background',
    })
    await expect
      .poll(async () => (await vault.appPasswords.get('alice', BACKGROUND_CLIENT))?.lastUsedAt)
      .toBeDefined()
  })

  test('and never one that was granted for sessions', async () => {
    await expect(access().credentialFor('bob')).rejects.toMatchObject(NOT_PROVISIONED)
    expect(await access().users()).toEqual(['alice'])
    expect(await access().status('bob')).toBeUndefined()
    expect(await access().revoke('bob')).toEqual({ existed: false, complete: true })
    expect(deleted).toEqual([])
    await access().revoke('alice')
    expect(await vault.appPasswords.list()).toHaveLength(4)
  })

  test('is shown without the password', async () => {
    const status = await access().status('alice')
    expect(status).toEqual({
      credentialType: 'app_password',
      provisionedAt: expect.any(Number),
      clientId: undefined,
      scopes: ['notes:read'],
      expiresAt: undefined,
    })
  })

  test('once Nextcloud refused it, is not sent again until there is a new one', async () => {
    const jobs = access()
    const credential = await jobs.credentialFor('alice')
    expect(await credential.refused?.()).toMatchObject(NOT_PROVISIONED)
    await expect(jobs.credentialFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
    const before = (await vault.appPasswords.get('alice', BACKGROUND_CLIENT))?.updatedAt ?? 0
    await expect.poll(() => Date.now()).toBeGreaterThan(before)
    await vault.appPasswords.put({
      userId: 'alice',
      clientId: BACKGROUND_CLIENT,
      loginName: 'alice',
      password: 'new',
      scopes: null,
    })
    expect(await jobs.credentialFor('alice')).toMatchObject({ password: 'new' })
  })

  test('revoked, ends in Nextcloud as well', async () => {
    expect(await access().revoke('alice')).toEqual({ existed: true, complete: true })
    expect(deleted).toEqual([
      { kind: 'basic', loginName: 'alice@example.org', password: 'background' },
    ])
    await expect(access().credentialFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
    const { entries } = await vault.audit.page({ event: 'background_access_revoked' })
    expect(entries).toMatchObject([{ userId: 'alice', method: 'app_password' }])
  })

  test.each([
    ['no longer knows it', 'UNAUTHORIZED', true],
    ['is down', 'UNREACHABLE', false],
  ] as const)('revoked, is gone here, also where Nextcloud %s', async (_, code, complete) => {
    failure = new CodedError(code, 'no')
    expect(await access().revoke('alice')).toEqual({ existed: true, complete })
    expect(await vault.appPasswords.get('alice', BACKGROUND_CLIENT)).toBeUndefined()
  })

  test('that cannot be read is an error for jobs, and can be revoked', async () => {
    const { appPasswords, audit } = vault
    const get = async () => {
      throw new VaultError('UNREADABLE_ROW', 'no key opens it')
    }
    const broken = access({ appPasswords: { ...appPasswords, get }, audit })
    await expect(broken.credentialFor('alice')).rejects.toMatchObject({ code: 'UNREADABLE_ROW' })
    expect(await broken.revoke('alice')).toEqual({ existed: true, complete: false })
    expect(deleted).toEqual([])
  })

  test('is not looked for by a job that was cancelled', async () => {
    const cancelled = access().credentialFor('alice', { signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('impersonation', () => {
  let time: number
  let asked: ImpersonationRequest[]
  let failure: Error | undefined
  let supported: boolean | undefined
  beforeEach(() => {
    time = 1_000_000
    asked = []
    failure = undefined
    supported = undefined
  })
  const access = () =>
    backgroundImpersonation({
      impersonation: async () => ({
        get supported() {
          return supported
        },
        async tokenFor(request) {
          asked.push(request)
          if (failure !== undefined) throw failure
          return { token: `token-${asked.length}`, expiresAt: time + 60 * MINUTE }
        },
      }),
      audience: 'nextcloud',
      scope: 'openid',
      users: async () => ['alice'],
      now: () => time,
    })

  test('gives a token of the user for five minutes at most, once for all jobs', async () => {
    const jobs = access()
    const all = await Promise.all(Array.from({ length: 20 }, () => jobs.credentialFor('alice')))
    expect(all[19]).toMatchObject({ kind: 'bearer', token: 'token-1' })
    expect(asked).toEqual([{ user: 'alice', audience: 'nextcloud', scope: 'openid' }])
    time += 5 * MINUTE - 1
    await jobs.credentialFor('alice')
    expect(asked).toHaveLength(1)
    time += 1
    expect(await jobs.credentialFor('alice')).toMatchObject({ token: 'token-2' })
    expect(await jobs.credentialFor('bob')).toMatchObject({ token: 'token-3' })
  })

  test('a provider that is down, or refuses, is not asked for each job', async () => {
    const jobs = access()
    failure = new ProviderError('UNAVAILABLE', 'down')
    for (let job = 0; job < 5; job++) {
      await expect(jobs.credentialFor('alice')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    }
    expect(asked).toHaveLength(1)
    time += MINUTE
    failure = new ProviderError('REFUSED', 'refused', { oauthError: 'access_denied', status: 403 })
    await expect(jobs.credentialFor('alice')).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { hint: expect.stringMatching(/impersonat/) },
    })
    time += MINUTE
    failure = undefined
    expect(await jobs.credentialFor('alice')).toMatchObject({ token: 'token-3' })
  })

  test('a token that Nextcloud refuses is not used again, nor replaced for each job', async () => {
    const jobs = access()
    const credential = await jobs.credentialFor('alice')
    expect(await credential.refused?.()).toMatchObject({ code: 'FORBIDDEN' })
    await expect(jobs.credentialFor('alice')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    time += 61 * SECOND
    expect(await jobs.credentialFor('alice')).toMatchObject({ token: 'token-2' })
  })

  test('there is nobody to work for, and nothing to ask, where it is known not to work', async () => {
    supported = false
    await expect(access().credentialFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
    expect(await access().users()).toEqual([])
    expect(asked).toEqual([])
    supported = true
    expect(await access().users()).toEqual(['alice'])
  })

  test('nothing was granted, so nothing is shown or revoked', async () => {
    expect(await access().status('alice')).toBeUndefined()
    expect(await access().revoke('alice')).toEqual({ existed: false, complete: true })
  })

  test.each([true, false])('at a provider that impersonates: %s', async impersonates => {
    const idp = await startIdentityProvider()
    onTestFinished(idp.close)
    idp.exchange = { impersonates, claims: { aud: 'nextcloud' } }
    const http = createProviderHttp()
    onTestFinished(http.close)
    const nextcloudUrl = 'https://cloud.example.org'
    const provider = await createDiscovery({
      url: idp.discoveryUrl,
      http,
      nextcloudUrl,
    }).provider()
    const impersonation = createImpersonation(provider, SERVER_CLIENT)
    const jobs = backgroundImpersonation({
      impersonation: async () => impersonation,
      audience: 'nextcloud',
      scope: 'openid',
      users: async () => ['alice'],
    })
    if (impersonates) {
      const credential = await jobs.credentialFor('alice')
      expect(credential.kind).toBe('bearer')
      // The service account's own token is the subject of the exchange and nothing else.
      expect(idp.serviceTokens).not.toContain((credential as { token: string }).token)
    } else {
      await expect(jobs.credentialFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
      idp.forget()
      await expect(jobs.credentialFor('alice')).rejects.toMatchObject(NOT_PROVISIONED)
      expect(idp.calls).toEqual([])
    }
  })
})
