import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateKey } from '../../../src/vault/fernet.ts'
import { parseKeyring } from '../../../src/vault/keyring.ts'
import { openDatabase } from '../../../src/vault/sqlite/database.ts'
import { failureOf } from '../../../src/vault/sqlite/failure.ts'
import { openVault, openVaultOn } from '../../../src/vault/sqlite/open.ts'
import type { Vault } from '../../../src/vault/vault.ts'
import { vaultContract } from './contract.ts'
import { behind, failure, KEY, openTestVault, temporaryFolder } from './support.ts'

vaultContract('SQLite file', async () => {
  const path = join(temporaryFolder(), 'vault.db')
  return { open: options => openVault({ path, ...options }), destroy: async () => {} }
})

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const freshPath = () => join(temporaryFolder(), 'vault.db')

async function fill(vault: Vault): Promise<void> {
  for (const userId of ['alice', 'bob']) {
    await vault.refreshTokens.put({ userId, token: `refresh-of-${userId}` })
    await vault.appPasswords.put({
      userId,
      loginName: userId,
      password: `password-of-${userId}`,
      scopes: null,
    })
    const options = { keys: { userId: 'both' } }
    await vault.records.put('Grant', `record-id-of-${userId}`, { secret: 'payload' }, options)
  }
}

describe('the file', () => {
  test('is for this user only, with its journal and its new directories', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a/b/vault.db')
    await fill(await openTestVault({ path }))
    expect(readdirSync(join(folder, 'a/b')).toSorted()).toEqual([
      'vault.db',
      'vault.db-shm',
      'vault.db-wal',
    ])
    for (const file of readdirSync(join(folder, 'a/b'))) {
      expect(`${file} ${mode(join(folder, 'a/b', file))}`).toBe(`${file} 600`)
    }
    expect([mode(join(folder, 'a')), mode(join(folder, 'a/b'))]).toEqual(['700', '700'])
  })

  test('loses the rights that others had to it', async () => {
    const path = freshPath()
    writeFileSync(path, '', { mode: 0o644 })
    chmodSync(path, 0o644)
    await fill(await openTestVault({ path }))
    expect([mode(path), mode(`${path}-wal`), mode(`${path}-shm`)]).toEqual(['600', '600', '600'])
  })

  test('holds no secret in the clear', async () => {
    const path = freshPath()
    const vault = await openTestVault({ path })
    await fill(vault)
    await vault.refreshTokens.put({ userId: 'carol', token: 'x', profile: { mail: 'my-mail' } })
    await vault.clients.put({
      issuer: 'i',
      clientId: 'c',
      clientSecret: 'client-secret',
      registrationToken: 'registration-token',
    })
    await vault.pending.put('login', 'state-value', { verifier: 'pkce-verifier' }, 1_000)
    const sessionId = await vault.browserSessions.create('alice', 1_000)
    await vault.records.put('K', 'i', {}, { keys: { userCode: 'user-code', uid: 'session-uid' } })
    const bytes = Buffer.concat([readFileSync(path), readFileSync(`${path}-wal`)]).toString(
      'latin1',
    )
    expect(bytes).toContain('alice')
    const secrets = [
      'refresh-of',
      'password-of',
      'record-id-of',
      'payload',
      'my-mail',
      'client-secret',
      'registration-token',
      'state-value',
      'pkce-verifier',
      'user-code',
      'session-uid',
      sessionId,
      KEY,
    ]
    expect(secrets.filter(secret => bytes.includes(secret))).toEqual([])
  })

  test('may be shared: two open it new at the same time', async () => {
    const path = freshPath()
    const vaults = await Promise.all([1, 2, 3, 4].map(() => openTestVault({ path })))
    for (const [at, vault] of vaults.entries()) await vault.records.put('K', `${at}`, { at })
    expect((await vaults[0]?.records.get('K', '3'))?.payload).toEqual({ at: 3 })
    const migrations = behind(path, db => db.prepare('SELECT version FROM vault_migration').all())
    expect(migrations).toHaveLength(1)
  })

  test('can be no file at all', async () => {
    const vault = await openTestVault({ path: ':memory:' })
    await fill(vault)
    expect((await vault.refreshTokens.get('alice'))?.token).toBe('refresh-of-alice')
    expect(existsSync(':memory:')).toBe(false)
  })
})

describe('opening fails in words', () => {
  const refusal = (path: string, keys: string | undefined = KEY) =>
    failure(openVault({ path, keys, lockWaitMs: 100 }))

  test('without a key, before anything is created', async () => {
    const path = freshPath()
    expect(await failure(openVault({ path, keys: undefined }))).toMatchObject({
      code: 'KEY_MISSING',
      fix: expect.stringMatching(/keygen/),
    })
    expect(await refusal(path, 'no key')).toMatchObject({ code: 'KEY_MALFORMED' })
    expect(existsSync(path)).toBe(false)
  })

  test('with another key, and nothing is changed', async () => {
    const path = freshPath()
    const vault = await openTestVault({ path })
    await fill(vault)
    await vault.close()
    const before = readFileSync(path)
    const error = await refusal(path, generateKey())
    expect(error).toMatchObject({ code: 'KEY_MISMATCH', fix: expect.stringMatching(/comma/) })
    expect(readFileSync(path).equals(before)).toBe(true)
    expect((await (await openTestVault({ path })).refreshTokens.list()).length).toBe(2)
  })

  test('with one of two keys', async () => {
    const path = freshPath()
    await fill(await openTestVault({ path }))
    const fresh = generateKey()
    await fill(await openTestVault({ path, keys: `${fresh},${KEY}` }))
    expect((await refusal(path, fresh)).message).toMatch(/2 keys.* lacks 1/)
  })

  test('when another process holds it', async () => {
    const path = freshPath()
    await (await openTestVault({ path })).close()
    const holder = await openDatabase(path)
    await holder.read(sql => sql.script('BEGIN IMMEDIATE'))
    expect(await refusal(path)).toMatchObject({
      code: 'LOCKED',
      fix: expect.stringMatching(/backup/),
    })
    await holder.read(sql => sql.script('COMMIT'))
    holder.close()
    await (await openTestVault({ path })).close()
  })

  test('when it is another kind of file, which stays as it is', async () => {
    const path = freshPath()
    const text = 'TOKEN_STORAGE_DB=oops\n'.repeat(100)
    writeFileSync(path, text)
    expect(await refusal(path)).toMatchObject({ code: 'NOT_A_DATABASE' })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('when it is a directory, or below a file', async () => {
    const folder = temporaryFolder()
    expect(await refusal(folder)).toMatchObject({
      code: 'CANNOT_OPEN',
      fix: expect.stringContaining(`${folder}/vault.db`),
    })
    writeFileSync(join(folder, 'file'), '')
    expect(await refusal(join(folder, 'file/vault.db'))).toMatchObject({ code: 'CANNOT_OPEN' })
  })

  test('when file or directory cannot be written', async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'mine'))
    writeFileSync(join(folder, 'vault.db'), '')
    chmodSync(join(folder, 'mine'), 0o555)
    chmodSync(join(folder, 'vault.db'), 0o444)
    const codes = await asNobody(async () => [
      (await refusal(join(folder, 'mine/vault.db'))).code,
      (await refusal(join(folder, 'vault.db'))).code,
    ])
    chmodSync(join(folder, 'mine'), 0o755)
    expect(codes).toEqual(['READ_ONLY', 'READ_ONLY'])
  })

  test('when it was written by a newer version', async () => {
    const path = freshPath()
    await fill(await openTestVault({ path }))
    behind(path, db => db.exec('INSERT INTO vault_migration VALUES (99, 0)'))
    const error = await refusal(path)
    expect(error).toMatchObject({ code: 'NEWER_SCHEMA', message: expect.stringMatching(/99/) })
  })

  test('when it is damaged', async () => {
    const path = freshPath()
    const vault = await openTestVault({ path })
    await fill(vault)
    await vault.close()
    const bytes = readFileSync(path)
    bytes.fill(0xff, 4096, 16_384)
    writeFileSync(path, bytes)
    expect(await refusal(path)).toMatchObject({
      code: 'CORRUPT',
      fix: expect.stringMatching(/copy/),
    })
  })
})

/** With the rights of an ordinary user, where the tests run as root, whom no mode stops. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

test('a full disk is told, and what was stored before is intact', async () => {
  const database = await openDatabase(freshPath())
  const vault = await openVaultOn(database, {
    keyring: parseKeyring(KEY),
    now: Date.now,
    onUnreadable: () => {},
  })
  await fill(vault)
  const used = await database.read(sql => Number(sql.get('PRAGMA page_count')?.page_count))
  await database.read(sql => sql.script(`PRAGMA max_page_count = ${used}`))
  const large = { text: 'x'.repeat(100_000) }
  expect(await failure(vault.records.put('K', 'large', large))).toMatchObject({
    code: 'DISK_FULL',
    fix: expect.stringMatching(/intact/),
  })
  expect(await vault.records.get('K', 'large')).toBeUndefined()
  expect((await vault.refreshTokens.get('alice'))?.token).toBe('refresh-of-alice')

  await database.read(sql => sql.script('PRAGMA max_page_count = 1000000'))
  await vault.records.put('K', 'large', large)
  expect(await vault.records.get('K', 'large')).toMatchObject({ payload: large })
  await vault.close()
})

test.each([
  [5, 'LOCKED'],
  [261, 'LOCKED'], // BUSY_RECOVERY
  [1_032, 'READ_ONLY'], // READONLY_DBMOVED
  [778, 'STORAGE_FAILED'], // IOERR_WRITE
  [4_874, 'DISK_FULL'], // IOERR_SHMSIZE
  [267, 'CORRUPT'], // CORRUPT_VTAB
  [1, 'STORAGE_FAILED'],
])('result code %i of SQLite is %s', (errcode, code) => {
  const error = Object.assign(new Error('words'), { code: 'ERR_SQLITE_ERROR', errcode })
  expect(failureOf(error, 'vault.db')).toMatchObject({ code, cause: error })
})

describe('a row that cannot be decrypted', () => {
  const damaged = async () => {
    const path = freshPath()
    const lost: string[] = []
    const onUnreadable = ({ table, key }: { table: string; key: string }) => {
      lost.push(`${table} ${key}`)
    }
    const vault = await openTestVault({ path, onUnreadable })
    await fill(vault)
    behind(path, db =>
      db.exec(`
        UPDATE vault_refresh_token SET token = substr(token, 1, 60) || 'AAAA' WHERE user_id = 'alice';
        UPDATE vault_app_password SET scopes = 'no json' WHERE user_id = 'alice';
        UPDATE vault_record SET data = '' WHERE rowid = (SELECT min(rowid) FROM vault_record);
      `),
    )
    return { path, vault, lost }
  }

  test('is an error of its own; the others are readable', async () => {
    const { vault, lost } = await damaged()
    expect(await failure(vault.refreshTokens.get('alice'))).toMatchObject({
      code: 'UNREADABLE_ROW',
      row: { table: 'vault_refresh_token', key: 'alice' },
      fix: expect.stringMatching(/kept/),
    })
    expect(await failure(vault.appPasswords.get('alice'))).toMatchObject({ code: 'UNREADABLE_ROW' })
    expect((await vault.refreshTokens.get('bob'))?.token).toBe('refresh-of-bob')
    expect((await vault.appPasswords.list()).map(({ userId }) => userId)).toEqual(['bob'])
    expect((await vault.records.find('Grant', 'userId', 'both')).map(({ id }) => id)).toEqual([
      'record-id-of-bob',
    ])
    expect(lost).toEqual([
      'vault_app_password alice',
      expect.stringMatching(/^vault_record Grant [0-9a-f]{64}$/),
    ])
  })

  test('is in what check() finds, and is never deleted', async () => {
    const { path, vault } = await damaged()
    const count = () =>
      behind(path, db => [
        ...db.prepare('SELECT count(*) AS n FROM vault_refresh_token').all(),
        ...db.prepare('SELECT count(*) AS n FROM vault_record').all(),
      ])
    const before = count()
    await failure(vault.refreshTokens.replace('alice', 'refresh-of-alice', { token: 'x' }))
    await failure(vault.refreshTokens.delete('alice', 'refresh-of-alice'))
    await failure(vault.records.take('Grant', 'record-id-of-alice'))
    await vault.prune()
    const { unreadable } = await vault.reencrypt()
    expect(unreadable).toEqual(await vault.check())
    expect(unreadable.map(({ table }) => table)).toEqual(['vault_refresh_token', 'vault_record'])
    expect(count()).toEqual(before)
    await vault.close()
    await openTestVault({ path })
    expect(count()).toEqual(before)
  })

  test('a new grant takes its place', async () => {
    const { vault } = await damaged()
    await vault.refreshTokens.put({ userId: 'alice', token: 'anew' })
    expect((await vault.refreshTokens.get('alice'))?.token).toBe('anew')
  })

  test('nor does a record pass for another one', async () => {
    const path = freshPath()
    const vault = await openTestVault({ path })
    await fill(vault)
    behind(path, db =>
      db.exec('UPDATE vault_record SET data = (SELECT max(data) FROM vault_record)'),
    )
    const outcomes = await Promise.allSettled(
      ['alice', 'bob'].map(name => vault.records.get('Grant', `record-id-of-${name}`)),
    )
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })
})

test('the audit log cannot be changed behind its back', async () => {
  const path = freshPath()
  const vault = await openTestVault({ path })
  await vault.audit.append({ event: 'e', userId: 'alice' })
  for (const change of ["UPDATE vault_audit SET user_id = 'bob'", 'DELETE FROM vault_audit']) {
    expect(() => behind(path, db => db.exec(change))).toThrow(/append-only/)
  }
  expect(await vault.audit.retain(Date.now() + 1)).toBe(1)
})

test('a change and its line in the log are one', async () => {
  const path = freshPath()
  const vault = await openTestVault({ path })
  behind(path, db =>
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON vault_audit
      BEGIN SELECT RAISE(ABORT, 'no log'); END`),
  )
  expect(await failure(vault.refreshTokens.put({ userId: 'alice', token: 't' }))).toMatchObject({
    code: 'STORAGE_FAILED',
  })
  expect(await vault.refreshTokens.get('alice')).toBeUndefined()
})
