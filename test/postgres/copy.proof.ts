/** `db`: from SQLite to PostgreSQL without loss, and looked after there. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as tick } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { audit } from '../../src/commands/audit.ts'
import { db } from '../../src/commands/db.ts'
import { copy } from '../../src/commands/db-copy.ts'
import { generateKey } from '../../src/vault/fernet.ts'
import { TABLES } from '../../src/vault/sql/status.ts'
import { asked, PASSWORD } from '../support/postgres.ts'
import { printed } from '../support/printed.ts'
import { behind, failure, openTestVault, temporaryFolder } from '../unit/vault/support.ts'
import { freshDatabase, KEY, onPostgres, openOn } from './support/databases.ts'

/** A file with something in every table, old lines of the log and more rows than fit one batch. */
async function filledFile(): Promise<string> {
  const path = join(temporaryFolder(), 'vault.db')
  const start = Date.now() - 1_000_000
  let time = start
  const vault = await openTestVault({ path, keys: KEY, now: () => ++time })
  await vault.refreshTokens.put({
    userId: 'älice\n"quoted"',
    token: 'first',
    scopes: ['a'],
    profile: { name: 'Ä' },
  })
  for (const clientId of [undefined, 'claude']) {
    await vault.appPasswords.put({
      userId: 'alice',
      loginName: 'alice',
      password: `of ${clientId}`,
      scopes: clientId === undefined ? null : ['notes:read'],
      ...(clientId === undefined ? {} : { clientId }),
    })
  }
  await vault.clients.put({ issuer: '', clientId: 'c', clientSecret: 's' })
  await vault.clients.put({ issuer: 'https://idp.example.org', clientId: 'public' })
  const keys = { userId: 'alice', grantId: 'g', uid: 'u', userCode: 'c' }
  await vault.records.put('Grant', 'g', { deep: [1, null, 'x'] }, { keys })
  await vault.records.consume('Grant', 'g')
  await vault.records.put('Code', 'short', {}, { ttlMs: 1 })
  for (let at = 0; at < 510; at++) await vault.records.put('Many', `${at}`, { at })
  // All but the first line.
  await vault.audit.retain(start + 3)
  await vault.leases.acquire('held', 'by somebody', 60_000)
  await vault.close()
  return path
}

/** Every row of every table that is copied, in an order that both databases have. */
const sorted = (rows: readonly object[]) =>
  rows.map(row => JSON.stringify(Object.entries(row).toSorted())).toSorted()
const rowsOfFile = (path: string, table: string) =>
  sorted(behind(path, file => file.prepare(`SELECT * FROM ${table}`).all()))
const rowsOfDatabase = async (url: string, table: string) =>
  sorted(
    (await asked(url, `SELECT * FROM ${table}`)).map(row =>
      // Without a parser of its own the driver gives whole numbers as text.
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          /^(id|time|.*_at)$/.test(name) && value !== null ? Number(value) : value,
        ]),
      ),
    ),
  )

function stub(environment: Record<string, string>): void {
  vi.unstubAllEnvs()
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    process.exitCode = undefined
  })
}

onPostgres('db copy', () => {
  test('copies every row as it is, and the installation goes on there', async () => {
    const [from, to] = [await filledFile(), await freshDatabase()]
    stub({ TOKEN_STORAGE_DB: from, DATABASE_URL: to, TOKEN_ENCRYPTION_KEY: KEY })
    const told = await printed(() => copy({}))
    expect(told).toMatch(/vault_record: 512\n/)
    expect(told).toMatch(/unreadable: none\n/)
    expect(told).not.toContain(PASSWORD)
    for (const table of [...TABLES, 'vault_canary']) {
      const rows = rowsOfFile(from, table)
      expect(rows.length, table).toBeGreaterThan(0)
      expect(await rowsOfDatabase(to, table)).toEqual(rows)
    }
    expect(await asked(to, 'SELECT * FROM vault_lease')).toEqual([])

    const vault = await openOn(to)
    expect((await vault.refreshTokens.get('älice\n"quoted"'))?.profile).toEqual({ name: 'Ä' })
    expect((await vault.clients.get(''))?.clientSecret).toBe('s')
    const before = (await vault.audit.page({ limit: 1 })).entries[0]?.id ?? 0
    await vault.audit.append({ event: 'new', userId: 'alice' })
    expect((await vault.audit.page({ limit: 1 })).entries[0]?.id).toBeGreaterThan(before)
    expect(await printed(() => audit({ user: 'alice', limit: '1' }))).toMatch(/ {2}new +alice/)
  })

  test('a row that no key opens goes along, and is named', async () => {
    const [from, to] = [await filledFile(), await freshDatabase()]
    behind(from, file => file.exec("UPDATE vault_refresh_token SET token = 'damaged'"))
    stub({ DATABASE_URL: to, TOKEN_ENCRYPTION_KEY: KEY })
    expect(await printed(() => copy({ from }))).toMatch(/unreadable: vault_refresh_token älice\?/)
    expect(process.exitCode).toBe(1)
    expect(await asked(to, 'SELECT token FROM vault_refresh_token')).toEqual([{ token: 'damaged' }])
  })

  test('refuses a target that is not empty, a source that is not there, and another key', async () => {
    const [from, to] = [await filledFile(), await freshDatabase()]
    stub({ DATABASE_URL: to, TOKEN_ENCRYPTION_KEY: KEY })
    expect(await failure(copy({ from: `${from}.none` }))).toMatchObject({ code: 'NOT_FOUND' })
    await (await openOn(to)).records.put('K', 'x', {})
    expect(await failure(copy({ from }))).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/vault_record has 1 rows/),
    })
    expect(await asked(to, 'SELECT count(*)::int AS n FROM vault_record')).toEqual([{ n: 1 }])
    stub({ DATABASE_URL: to, TOKEN_ENCRYPTION_KEY: generateKey() })
    expect(await failure(copy({ from }))).toMatchObject({ code: 'KEY_MISMATCH' })
  })

  test('what fails in the middle leaves nothing', async () => {
    const [from, to] = [await filledFile(), await freshDatabase()]
    // PostgreSQL cannot keep this one, and the log is copied after everything else.
    behind(from, file =>
      file
        .prepare("INSERT INTO vault_audit (time, event, user_id) VALUES (?, 'e', ?)")
        .run(Date.now(), 'a\0'),
    )
    stub({ DATABASE_URL: to, TOKEN_ENCRYPTION_KEY: KEY })
    await failure(copy({ from }))
    const tables = await asked(to, "SELECT 1 FROM pg_class WHERE relname LIKE 'vault%'")
    expect(tables).toEqual([])
  })

  test('what is written to the file meanwhile does not spoil it', async () => {
    const [from, to] = [await filledFile(), await freshDatabase()]
    stub({ DATABASE_URL: to, TOKEN_ENCRYPTION_KEY: KEY })
    const other = await openTestVault({ path: from, keys: KEY })
    const copying = printed(() => copy({ from }))
    const done = new AbortController()
    const writing = (async () => {
      for (let at = 0; !done.signal.aborted; at++) {
        await other.records.put('Meanwhile', `${at}`, {})
        await tick() // The storage itself answers at once, and would leave nobody else a turn.
      }
    })()
    expect(await copying).toMatch(/vault_record: \d+\n/)
    done.abort()
    await writing
    const file = new DatabaseSync(from, { readOnly: true })
    expect(file.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    file.close()
  })
})

onPostgres('db', () => {
  test('status, migrate, check and reencrypt', async () => {
    const url = await freshDatabase()
    stub({ DATABASE_URL: url, TOKEN_ENCRYPTION_KEY: KEY })
    const run = (action: Parameters<typeof db>[0]) => printed(() => db(action, {}))
    expect(await run('status')).toMatch(/schema: none of 1; `db migrate`/)
    expect(await run('migrate')).toBe(
      'schema: 1, made from nothing\nschema of the ledger of search: 1, made from nothing\n',
    )
    expect(await run('migrate')).toBe(
      'schema: 1, nothing to do\nschema of the ledger of search: 1, nothing to do\n',
    )
    const vault = await openOn(url)
    await vault.records.put('K', 'x', {})
    const status = await run('status')
    expect(status).toMatch(/schema: 1, up to date\n/)
    expect(status).toMatch(/vault_record: 1\n/)
    expect(status).toMatch(/unreadable: 0\n/)
    expect(status).toMatch(/schema of the ledger of search: 1, up to date\n/)
    expect(status).toMatch(/ledger_job: 0\n/)
    expect(status).not.toContain(PASSWORD)

    const fresh = generateKey()
    stub({ DATABASE_URL: url, TOKEN_ENCRYPTION_KEY: `${fresh},${KEY}` })
    expect(await run('reencrypt')).toBe('encrypted anew: 1\nunreadable: none\n')
    stub({ DATABASE_URL: url, TOKEN_ENCRYPTION_KEY: fresh })
    expect(await run('check')).toBe('unreadable: none\n')
    await asked(url, "UPDATE vault_record SET data = 'damaged'")
    expect(await run('check')).toMatch(/^unreadable: vault_record K [\da-f]{64}\n$/)
    expect(process.exitCode).toBe(1)
  })
})
