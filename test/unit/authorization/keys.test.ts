/** The keys of the authorization server: one set for all processes, and secret. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importJWK } from 'jose'
import { expect, test } from 'vitest'
import { type AuthorizationKeys, loadKeys } from '../../../src/authorization/keys.ts'
import { generateKey } from '../../../src/vault/fernet.ts'
import { KEY, openTestVault, temporaryFolder } from '../vault/support.ts'

/** Another process that loads the keys as soon as it may. */
function startOther(path: string) {
  const child = spawn(
    process.execPath,
    [
      '--experimental-strip-types', // For Node 22; later ones do so by themselves.
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'keys-process.ts'),
      path,
      KEY,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return {
    ready: once(child.stdout, 'data'),
    go: () => child.stdin.end('go\n'),
    keys: once(child, 'close').then(
      () => JSON.parse(output.split('\n')[1] ?? '') as AuthorizationKeys,
    ),
  }
}

test('are made once by many handles at once, and are the same after reopening', async () => {
  const path = join(temporaryFolder(), 'vault.db')
  const vaults = await Promise.all(Array.from({ length: 4 }, () => openTestVault({ path })))
  const [first, ...others] = await Promise.all(vaults.map(vault => loadKeys(vault)))
  for (const other of others) expect(other).toEqual(first)
  expect(await loadKeys(await openTestVault({ path }))).toEqual(first)
})

test('are made once by two processes at once', async () => {
  const path = join(temporaryFolder(), 'vault.db')
  await openTestVault({ path })
  const both = [startOther(path), startOther(path)]
  await Promise.all(both.map(({ ready }) => ready))
  for (const { go } of both) go()
  const [one, other] = await Promise.all(both.map(({ keys }) => keys))
  expect(one?.signing).toHaveLength(1)
  expect(other).toEqual(one)
})

test('sign with 2,048 bits and carry cookies that cannot be guessed', async () => {
  const { signing, cookies } = await loadKeys(await openTestVault({ path: ':memory:' }))
  expect(signing).toMatchObject([{ kty: 'RSA', alg: 'RS256', use: 'sig', d: expect.any(String) }])
  expect(signing[0]?.kid).toMatch(/^[\w-]{8,}$/)
  expect(Buffer.from(signing[0]?.n ?? '', 'base64url')).toHaveLength(256)
  await expect(importJWK(signing[0] ?? {}, 'RS256')).resolves.toBeDefined()
  expect(Buffer.from(cookies[0] ?? '', 'base64url')).toHaveLength(32)
})

test('differ from one vault to the next', async () => {
  const [one, other] = await Promise.all(
    [1, 2].map(async () => loadKeys(await openTestVault({ path: ':memory:' }))),
  )
  expect(one?.cookies).not.toEqual(other?.cookies)
  expect(one?.signing[0]?.n).not.toBe(other?.signing[0]?.n)
})

test('cannot be read in the file of the database', async () => {
  const path = join(temporaryFolder(), 'vault.db')
  const { signing, cookies } = await loadKeys(await openTestVault({ path }))
  const [key] = signing
  const secrets = [key?.d, key?.p, key?.q, key?.dp, key?.dq, key?.qi, ...cookies]
  const files = [path, `${path}-wal`, `${path}-journal`].filter(existsSync)
  const text = Buffer.concat(files.map(file => readFileSync(file))).toString('latin1')
  expect(text).toContain('SQLite format 3')
  for (const secret of secrets) {
    expect(secret).toMatch(/^[\w-]{20,}$/)
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret ?? '', 'base64url').toString('latin1'))
  }
})

test('that no key opens are not silently made anew', async () => {
  const path = join(temporaryFolder(), 'vault.db')
  await loadKeys(await openTestVault({ path }))
  // Signing out everybody would be the smaller harm; every token would be void as well.
  await expect(
    openTestVault({ path, keys: generateKey() }).then(vault => loadKeys(vault)),
  ).rejects.toThrow()
})
