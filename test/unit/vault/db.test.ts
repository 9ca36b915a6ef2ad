/** `db` on an SQLite file. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type DbAction, db } from '../../../src/commands/db.ts'
import { copy } from '../../../src/commands/db-copy.ts'
import { generateKey } from '../../../src/vault/fernet.ts'
import { printed } from '../../support/printed.ts'
import { behind, failure, KEY, openTestVault, temporaryFolder } from './support.ts'

const run = (action: DbAction) => printed(() => db(action, {}))

function storage(keys: string | undefined = KEY): string {
  const path = join(temporaryFolder(), 'vault.db')
  vi.stubEnv('TOKEN_STORAGE_DB', path)
  vi.stubEnv('TOKEN_ENCRYPTION_KEY', keys)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    process.exitCode = undefined
  })
  return path
}

test('migrate makes it, and finds it made', async () => {
  const path = storage()
  expect(await run('migrate')).toBe('schema: 1, made from nothing\n')
  expect(await run('migrate')).toBe('schema: 1, nothing to do\n')
  expect(await run('status')).toMatch(
    new RegExp(`^database: ${path}\nschema: 1, up to date\nvault_refresh_token: 0\n`),
  )
})

test('what only looks makes nothing, not even a key', async () => {
  const path = storage('')
  for (const action of ['status', 'check', 'reencrypt'] as const) {
    expect(await failure(run(action))).toMatchObject({ code: 'NOT_FOUND' })
  }
  vi.stubEnv('DATABASE_URL', 'postgres://mcp@127.0.0.1:1/none')
  expect(await failure(copy({}))).toMatchObject({ code: 'NOT_FOUND' })
  expect([existsSync(path), existsSync(`${path}.key`)]).toEqual([false, false])
})

test('rows that no key opens are named, and make the exit code 1', async () => {
  const path = storage()
  const vault = await openTestVault({ path })
  await vault.refreshTokens.put({ userId: 'alice\u001b[31m', token: 't' })
  await vault.refreshTokens.put({ userId: 'bob', token: 't' })
  expect(await run('check')).toBe('unreadable: none\n')
  expect(process.exitCode).toBeUndefined()
  behind(path, file =>
    file.exec("UPDATE vault_refresh_token SET token = 'x' WHERE user_id <> 'bob'"),
  )
  expect(await run('check')).toBe('unreadable: vault_refresh_token alice?[31m\n')
  expect(process.exitCode).toBe(1)
  expect(await run('status')).toMatch(/unreadable: 1; `db check` names them\n$/)
})

test('reencrypt gives everything the first key', async () => {
  const path = storage()
  await (await openTestVault({ path })).records.put('K', 'x', {})
  const fresh = generateKey()
  vi.stubEnv('TOKEN_ENCRYPTION_KEY', `${fresh},${KEY}`)
  expect(await run('reencrypt')).toBe('encrypted anew: 1\nunreadable: none\n')
  vi.stubEnv('TOKEN_ENCRYPTION_KEY', fresh)
  expect(await run('check')).toBe('unreadable: none\n')
})

test('a file of a newer version is told, and left alone', async () => {
  const path = storage()
  await run('migrate')
  behind(path, file => file.exec('INSERT INTO vault_migration VALUES (99, 0)'))
  expect(await run('status')).toMatch(/schema: 99, newer than 1/)
  expect(await failure(run('migrate'))).toMatchObject({ code: 'NEWER_SCHEMA' })
})

test('copy says what is missing', async () => {
  storage()
  await run('migrate')
  await expect(copy({})).rejects.toThrow(/--to: is missing/)
  await expect(copy({ to: 'mysql://u:hidden@h/d' })).rejects.toThrow(/--to: must be an address/)
  vi.stubEnv('TOKEN_STORAGE_DB', '')
  await expect(copy({ to: 'postgres://u@h/d' })).rejects.toThrow(/--from: is missing/)
})
