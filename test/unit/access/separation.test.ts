/** No call of a session gets at what was granted for background jobs, whatever it comes with. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Access } from '../../../src/access/access.ts'
import { appPasswordAccess } from '../../../src/access/app-password.ts'
import { BACKGROUND_CLIENT } from '../../../src/access/background.ts'
import { callerPasswordAccess } from '../../../src/access/caller-password.ts'
import { exchangedTokenAccess } from '../../../src/access/exchanged-token.ts'
import { forwardedTokenAccess } from '../../../src/access/forwarded-token.ts'
import { storedAppPasswordAccess } from '../../../src/access/stored-app-password.ts'
import type { BearerCaller, Caller } from '../../../src/identity/caller.ts'
import type { Vault } from '../../../src/vault/vault.ts'
import { memoryVault } from '../../support/oauth.ts'

const SRC = join(import.meta.dirname, '../../../src')
const SECRETS = ['background-password', 'background-refresh', 'background-access']

const bearer = (clientId: string | undefined): BearerCaller => ({
  kind: 'bearer',
  token: 'token',
  issuer: 'https://id.example.org',
  userId: 'alice',
  subject: 'alice',
  scopes: new Set(['notes:read'] as const),
  dottedScopes: false,
  audience: ['nextcloud'],
  clientId,
  issuedAt: undefined,
  expiresAt: Date.now() + 60_000,
})
const CALLERS: readonly Caller[] = [
  { kind: 'local' },
  { kind: 'basic', loginName: 'alice', password: 'own' },
  bearer(undefined),
  bearer('claude'),
  bearer(''),
  bearer(BACKGROUND_CLIENT),
]

/** Every source for sessions, by its file. */
const SOURCES: Readonly<Record<string, (vault: Vault) => Access>> = {
  'app-password.ts': () => appPasswordAccess('alice', 'configured'),
  'caller-password.ts': () => callerPasswordAccess,
  'exchanged-token.ts': () =>
    exchangedTokenAccess({
      audience: 'nextcloud',
      exchange: async () => ({ token: 'exchanged', expiresAt: Date.now() + 60_000 }),
    }),
  'forwarded-token.ts': () => forwardedTokenAccess(['nextcloud']),
  'stored-app-password.ts': vault => storedAppPasswordAccess(vault.appPasswords),
}

let vault: Vault
/** What was read of what is for jobs. */
let read: string[]
beforeEach(async () => {
  const real = await memoryVault()
  onTestFinished(() => real.close())
  await real.appPasswords.put({
    userId: 'alice',
    clientId: BACKGROUND_CLIENT,
    loginName: 'alice',
    password: 'background-password',
    scopes: null,
  })
  await real.refreshTokens.put({ userId: 'alice', token: 'background-refresh' })
  await real.records.put('background-token', 'alice', { token: 'background-access' })
  read = []
  const trap = (what: string): never => {
    read.push(what)
    throw new Error(`${what} was read`)
  }
  const closed = (what: string) =>
    new Proxy({} as never, { get: (_, name) => () => trap(`${what}.${String(name)}`) })
  vault = {
    ...real,
    refreshTokens: closed('refreshTokens'),
    records: closed('records'),
    appPasswords: {
      ...real.appPasswords,
      get: async (userId, clientId) =>
        clientId === BACKGROUND_CLIENT
          ? trap('the background password')
          : real.appPasswords.get(userId, clientId),
      list: async () => trap('appPasswords.list'),
    },
  }
})

describe.each(Object.entries(SOURCES))('%s', (_, source) => {
  test('hands none of it out, nor looks at it', async () => {
    for (const caller of CALLERS) {
      const credential = await (async () => source(vault).credentialFor(caller, ['notes:read']))()
        .then(JSON.stringify)
        .catch((error: { name: string; code: string }) => {
          expect(error).toMatchObject({ name: 'CodedError' })
          return error.code
        })
      for (const secret of SECRETS) expect(credential).not.toContain(secret)
    }
    expect(read).toEqual([])
  })
})

test('a token that names the reserved client is refused, whatever is stored', async () => {
  const real = await memoryVault()
  onTestFinished(() => real.close())
  const scopes = null
  await real.appPasswords.put({ userId: 'alice', loginName: 'a', password: 'any', scopes })
  const access = storedAppPasswordAccess(real.appPasswords)
  for (const withBackground of [false, true]) {
    if (withBackground) {
      const clientId = BACKGROUND_CLIENT
      await real.appPasswords.put({
        userId: 'alice',
        clientId,
        loginName: 'a',
        password: 'b',
        scopes,
      })
    }
    await expect(
      (async () => access.credentialFor(bearer(BACKGROUND_CLIENT), []))(),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await access.credentialFor(bearer('claude'), [])).toMatchObject({ password: 'any' })
  }
})

describe('by what the files say', () => {
  const folder = join(SRC, 'access')
  const sourceOf = (file: string) => readFileSync(join(SRC, file), 'utf8')
  const importsOf = (file: string) =>
    [...sourceOf(file).matchAll(/^(?:import|export) (?!type )[^']*from '(\.[^']+)'/gms)].map(
      ([, path = '']) => relative(SRC, join(SRC, dirname(file), path)),
    )
  const reachable = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen
    seen.add(file)
    for (const imported of importsOf(file)) reachable(imported, seen)
    return seen
  }

  test('every source for sessions is in the table above', () => {
    const sources = readdirSync(folder).filter(file =>
      /export (function|const) \w*Access\b[^\n]*(: Access\b|\()/.test(sourceOf(`access/${file}`)),
    )
    expect(sources.filter(file => !file.startsWith('background'))).toEqual(
      Object.keys(SOURCES).toSorted(),
    )
  })

  test('none of them leads to a source for jobs', () => {
    for (const file of Object.keys(SOURCES)) {
      const jobs = [...reachable(`access/${file}`)].filter(name =>
        /broker|access\/background-/.test(name),
      )
      expect(jobs, file).toEqual([])
    }
  })

  test('only the broker uses refresh tokens', () => {
    const users = readdirSync(folder).filter(file =>
      /refreshTokens/.test(sourceOf(`access/${file}`)),
    )
    expect(users).toEqual(['broker-grants.ts', 'token-broker.ts'])
  })
})
