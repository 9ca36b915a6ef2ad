/** Databases of the Python server (cbcoutinho/nextcloud-mcp-server), as its migrations make them. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { generateKey } from '../../../src/vault/fernet.ts'
import { openAuditReader } from '../../../src/vault/sqlite/open.ts'
import { UNKNOWN_ISSUER } from '../../../src/vault/vault.ts'
import { behind, failure, openTestVault, temporaryFolder } from './support.ts'

/** Made, like the tokens below, with Python's `cryptography`. */
const PYTHON_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const TOKENS = {
  'refresh-alice':
    'gAAAAABrAW3tR2WKv6rh2XMw9tgrzJUeqlRHnoM_kXpIJ2O3wKIAP6B8x3dGIWYcrwidmxyd6h7rsjADvhFUVOiUeve8a84B1A==',
  'refresh-bob':
    'gAAAAABrAW3tyAkWFeMiI_Gu1OxYm_zA52S6yrrmj8lTm5dx7zDy_qq-FWdTYgrU9AaY7MljyugPrJmL8W3PmNlqk_kFYWXQIQ==',
  'app-alice':
    'gAAAAABrAW3tC1CMfhRwK0zff-lURsRmS24QURe8S7ipCmy0BtrZ-YG9pX0v7dPFCZMOpGgSFDvEZD9tBIjwg-bfXsJcCx8niw==',
  'app-bob':
    'gAAAAABrAW3t73TQtcpp_SuMigXzUsmrR5XiR2s6Ygl0j1VDSzuSGqFgmPyaQn1O3aKQfkbbRJ4bmMBpV7I2tTbrNDCYNhleFA==',
  'client-secret':
    'gAAAAABrAW3tmJ1f36e64og4L3YHeUGxQJo1Whz_KaXHzifThzF2tmAKnsuH3SRY9x2DvoDfsXqo7g7l13T1qRsq1_bNNHlpng==',
  'registration-token':
    'gAAAAABrAW3tPsWvDGcHJn6Vzfu-NZJsi9NzYFJP4_NPHes00Ig9iwcHDWp2CO3wD73sFtoS1xZvmWGrJbW_nqwHDHA-M_SckMRo96s4bgiWM6ZTNCTuBXc=',
  /** Of a key that nobody has. */
  lost: 'gAAAAABrAW3tbPRkjFVcmGNB7R5KO2xRw0GuC1NTJvIgsHWtmyeVPkS41yUdgJ2FiRcDgp5yQmD8boFJLJeGDWCGhkkEDnSF5A==',
} as const

const blob = (name: keyof typeof TOKENS) => Buffer.from(TOKENS[name])

/** Schema revision 001, which is also that of before there were revisions. */
const REVISION_1 = `
  CREATE TABLE refresh_tokens (user_id TEXT NOT NULL PRIMARY KEY, encrypted_token BLOB NOT NULL,
    expires_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    flow_type TEXT DEFAULT 'hybrid', token_audience TEXT DEFAULT 'nextcloud',
    provisioned_at BIGINT, provisioning_client_id TEXT, scopes TEXT, user_profile TEXT,
    profile_cached_at BIGINT);
  CREATE TABLE audit_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp BIGINT NOT NULL,
    event TEXT NOT NULL, user_id TEXT NOT NULL, resource_type TEXT, resource_id TEXT,
    auth_method TEXT, hostname TEXT);
  CREATE TABLE oauth_clients (id INTEGER NOT NULL PRIMARY KEY, client_id TEXT NOT NULL UNIQUE,
    encrypted_client_secret BLOB NOT NULL, client_id_issued_at BIGINT NOT NULL,
    client_secret_expires_at BIGINT NOT NULL, redirect_uris TEXT NOT NULL,
    encrypted_registration_access_token BLOB, registration_client_uri TEXT,
    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
`
/** What revisions 002 and 003 added of concern. */
const REVISION_2 = `CREATE TABLE app_passwords (user_id TEXT NOT NULL PRIMARY KEY,
  encrypted_password BLOB NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);`
const REVISION_3 = `ALTER TABLE app_passwords ADD COLUMN scopes TEXT;
  ALTER TABLE app_passwords ADD COLUMN username TEXT;
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
  INSERT INTO alembic_version VALUES ('010');`

const T = 1_770_000_000

function addRefreshToken(db: DatabaseSync, userId: string, token: Buffer, updatedAt = T): void {
  db.prepare(
    `INSERT OR REPLACE INTO refresh_tokens (user_id, encrypted_token, expires_at, created_at,
       updated_at, flow_type, provisioned_at, scopes, user_profile)
     VALUES (?, ?, ?, ?, ?, 'flow2', ?, '["notes.read","offline_access"]', '{"name":"A"}')`,
  ).run(userId, token, T + 100, T, updatedAt, T)
}

function pythonDatabase(fill: (db: DatabaseSync) => void = () => {}): string {
  const path = join(temporaryFolder(), 'tokens.db')
  behind(path, db => {
    db.exec(REVISION_1 + REVISION_2 + REVISION_3)
    addRefreshToken(db, 'alice', blob('refresh-alice'))
    const app = db.prepare('INSERT INTO app_passwords VALUES (?, ?, ?, ?, ?, ?)')
    app.run('alice', blob('app-alice'), T, T, '["notes.read"]', 'alice@example.org')
    app.run('bob', blob('app-bob'), T, T, null, null)
    db.prepare('INSERT INTO oauth_clients VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
      'client-1',
      blob('client-secret'),
      T,
      T + 3_600,
      '["http://localhost/callback"]',
      blob('registration-token'),
      'https://cloud.example.org/register/client-1',
      T,
      T,
    )
    db.exec(`INSERT INTO audit_logs (timestamp, event, user_id, auth_method, hostname) VALUES
      (${T}, 'store_refresh_token', 'alice', 'offline_access', 'old-host'),
      (${T + 1}, 'store_app_password', 'bob', 'app_password', 'old-host')`)
    fill(db)
  })
  return path
}

const open = (path: string, keys: string = PYTHON_KEY) => openTestVault({ path, keys })
const dump = (path: string) =>
  behind(path, db =>
    ['refresh_tokens', 'app_passwords', 'oauth_clients', 'audit_logs'].map(table =>
      db.prepare(`SELECT * FROM ${table}`).all(),
    ),
  )

describe('what it kept is there', () => {
  test('refresh tokens, with what is known about them', async () => {
    const vault = await open(pythonDatabase())
    expect(await vault.refreshTokens.get('alice')).toEqual({
      userId: 'alice',
      token: 'refresh-alice',
      flow: 'flow2',
      audience: 'nextcloud',
      clientId: undefined,
      scopes: ['notes.read', 'offline_access'],
      profile: { name: 'A' },
      provisionedAt: T * 1_000,
      expiresAt: (T + 100) * 1_000,
      createdAt: T * 1_000,
      updatedAt: T * 1_000,
    })
  })

  test('app passwords: no scopes mean no limit, no name means the user', async () => {
    const vault = await open(pythonDatabase())
    expect(await vault.appPasswords.get('alice')).toMatchObject({
      password: 'app-alice',
      loginName: 'alice@example.org',
      scopes: ['notes.read'],
    })
    expect(await vault.appPasswords.get('bob')).toMatchObject({
      password: 'app-bob',
      loginName: 'bob',
      scopes: null,
    })
  })

  test('an empty list of scopes allows nothing, rather than everything', async () => {
    const path = pythonDatabase(db => db.exec("UPDATE app_passwords SET scopes = '[]'"))
    expect((await (await open(path)).appPasswords.get('alice'))?.scopes).toEqual([])
  })

  test('its OAuth client, of an issuer that it did not note', async () => {
    const vault = await open(pythonDatabase())
    expect(await vault.clients.get(UNKNOWN_ISSUER)).toMatchObject({
      clientId: 'client-1',
      clientSecret: 'client-secret',
      registrationToken: 'registration-token',
      registrationUri: 'https://cloud.example.org/register/client-1',
      redirectUris: ['http://localhost/callback'],
      expiresAt: (T + 3_600) * 1_000,
    })
  })

  test('the audit log, followed by new lines', async () => {
    const vault = await open(pythonDatabase())
    await vault.audit.append({ event: 'new', userId: 'alice' })
    const { entries } = await vault.audit.page()
    expect(entries.map(({ event }) => event)).toEqual([
      'new',
      'store_app_password',
      'store_refresh_token',
    ])
    expect(entries[2]).toMatchObject({
      time: T * 1_000,
      userId: 'alice',
      method: 'offline_access',
      host: 'old-host',
    })
  })

  test('also of a database from before app passwords and from before their scopes', async () => {
    for (const schema of [REVISION_1, REVISION_1 + REVISION_2]) {
      const path = join(temporaryFolder(), 'tokens.db')
      behind(path, db => {
        db.exec(schema)
        addRefreshToken(db, 'alice', blob('refresh-alice'))
        if (schema === REVISION_1) return
        const app = db.prepare('INSERT INTO app_passwords VALUES (?, ?, ?, ?)')
        app.run('bob', blob('app-bob'), T, T)
      })
      const vault = await open(path)
      expect((await vault.refreshTokens.get('alice'))?.token).toBe('refresh-alice')
      const bob = await vault.appPasswords.get('bob')
      expect(bob?.password).toBe(schema === REVISION_1 ? undefined : 'app-bob')
    }
  })
})

test('its own rows stay as they are, whatever is done here', async () => {
  const path = pythonDatabase()
  const before = dump(path)
  const vault = await open(path)
  await vault.refreshTokens.delete('alice')
  await vault.appPasswords.setScopes('bob', ['deck:read'])
  await vault.reencrypt()
  await vault.close()
  expect(dump(path)).toEqual(before)
})

test('another key is refused before anything is written', async () => {
  const path = pythonDatabase()
  const error = await failure(openTestVault({ path, keys: generateKey() }))
  expect(error).toMatchObject({
    code: 'KEY_MISMATCH',
    message: expect.stringMatching(/Python server/),
  })
  const tables = behind(path, db =>
    db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'vault%'").all(),
  )
  expect(tables).toEqual([])
})

test('a row of a lost key is reported as such; the others are taken over', async () => {
  const path = pythonDatabase(db => addRefreshToken(db, 'carol', blob('lost')))
  const vault = await open(path)
  expect(await failure(vault.refreshTokens.get('carol'))).toMatchObject({ code: 'UNREADABLE_ROW' })
  expect((await vault.refreshTokens.get('alice'))?.token).toBe('refresh-alice')
  expect(await vault.check()).toEqual([{ table: 'vault_refresh_token', key: 'carol' }])
})

describe('at the next start', () => {
  test('what was revoked or changed here stays so', async () => {
    const path = pythonDatabase()
    const first = await open(path)
    await first.refreshTokens.delete('alice')
    await first.appPasswords.setScopes('alice', ['deck:read'])
    await first.close()
    const second = await open(path)
    expect(await second.refreshTokens.get('alice')).toBeUndefined()
    expect((await second.appPasswords.get('alice'))?.scopes).toEqual(['deck:read'])
    const old = (await second.audit.page()).entries.filter(({ host }) => host === 'old-host')
    expect(old).toHaveLength(2)
  })

  test('what the Python server wrote meanwhile is taken over too', async () => {
    const path = pythonDatabase()
    const first = await open(path)
    await first.refreshTokens.delete('alice')
    await first.close()
    const later = Math.ceil(Date.now() / 1_000) + 10
    behind(path, db => {
      addRefreshToken(db, 'alice', blob('refresh-bob'), later)
      addRefreshToken(db, 'bob', blob('refresh-bob'), later)
      db.exec(`INSERT INTO audit_logs (timestamp, event, user_id) VALUES (${later}, 'more', 'bob')`)
    })
    const second = await open(path)
    expect((await second.refreshTokens.get('alice'))?.token).toBe('refresh-bob')
    expect((await second.refreshTokens.get('bob'))?.token).toBe('refresh-bob')
    expect((await second.audit.page({ limit: 1 })).entries[0]?.event).toBe('more')
  })

  test('an unreadable row there does not take the place of a readable one here', async () => {
    const path = pythonDatabase()
    await (await open(path)).close()
    behind(path, db => addRefreshToken(db, 'alice', blob('lost'), T + 1_000))
    expect((await (await open(path)).refreshTokens.get('alice'))?.token).toBe('refresh-alice')
  })
})

test('keys can be changed for what was taken over', async () => {
  const path = pythonDatabase()
  const fresh = generateKey()
  const both = await open(path, `${fresh},${PYTHON_KEY}`)
  await both.reencrypt()
  const after = await open(path, fresh)
  expect((await after.refreshTokens.get('alice'))?.token).toBe('refresh-alice')
  expect((await after.clients.get(UNKNOWN_ISSUER))?.registrationToken).toBe('registration-token')
})

test('its audit log can be read before anything is taken over', async () => {
  const path = pythonDatabase()
  const before = dump(path)
  const reader = await openAuditReader(path)
  const { entries } = await reader.page({ limit: 1 })
  reader.close()
  expect(entries).toEqual([
    {
      id: 2,
      time: (T + 1) * 1_000,
      event: 'store_app_password',
      userId: 'bob',
      resourceType: undefined,
      resourceId: undefined,
      method: 'app_password',
      host: 'old-host',
    },
  ])
  expect(dump(path)).toEqual(before)
})
