import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig, loadStorageConfig } from '../../../src/config/config.ts'
import { describeDatabase, parseDatabaseUrl } from '../../../src/config/database-url.ts'

const addressOf = (text: string) => {
  const address = parseDatabaseUrl(text)
  if ('problem' in address) throw new Error(address.problem)
  return address
}
const problemOf = (text: string) => {
  const address = parseDatabaseUrl(text)
  return 'problem' in address ? address.problem : 'none'
}

describe('an address', () => {
  test('is taken apart, and its password decoded', () => {
    const url =
      'postgresql://mcp:p%40ss%2F@db.example.org:6432/vault?sslmode=verify-full&sslrootcert=/ca.pem'
    const { password, ...rest } = addressOf(url)
    expect(rest).toEqual({
      host: 'db.example.org',
      port: 6432,
      user: 'mcp',
      database: 'vault',
      tls: 'verify-full',
      caFile: '/ca.pem',
      certFile: undefined,
      keyFile: undefined,
    })
    expect(password?.()).toBe('p@ss/')
  })

  test.each([
    ['postgres://mcp@db/vault', 'db:5432/vault'],
    ['postgres://mcp@[::1]/vault', '[::1]:5432/vault'],
    ['postgres://mcp@/vault', 'localhost:5432/vault'],
    ['postgres://mcp@/vault?host=/run/postgresql', '/run/postgresql/vault'],
  ])('%s is %s for people', (url, described) => {
    expect(describeDatabase(addressOf(url))).toBe(described)
  })

  test('does not print its password', () => {
    const address = addressOf('postgres://mcp:hidden@db/vault')
    expect(JSON.stringify(address) + inspect(address) + describeDatabase(address)).not.toContain(
      'hidden',
    )
  })

  test.each([
    ['mysql://mcp:hidden@db/vault', /postgres:\/\//],
    ['postgres://mcp:hidden@db:99999/vault', /postgres:\/\//],
    ['postgres://mcp:hidden@db', /name a user and a database/],
    ['postgres://:hidden@db/vault', /name a user and a database/],
    ['postgres://mcp:hidden%zz@db/vault', /%25/],
    ['postgres://mcp:hidden@db/vault?sslmode=prefer', /verify-full/],
    ['postgres://mcp:hidden@db/vault?options=-c', /parameter options/],
  ])('%s is refused without a word of the password', (url, words) => {
    expect(problemOf(url)).toMatch(words)
    expect(problemOf(url)).not.toContain('hidden')
  })
})

describe('DATABASE_URL', () => {
  const SETTINGS = {
    NEXTCLOUD_HOST: 'https://cloud.example.org',
    NEXTCLOUD_MCP_SERVER_URL: 'https://mcp.example.org',
    DATABASE_URL: 'postgres://mcp:hidden@db.example.org/vault',
    TOKEN_ENCRYPTION_KEY: 'key',
  }

  test('takes the place of the file, with as many connections as are allowed', () => {
    const { storage, warnings } = loadConfig({ ...SETTINGS, DATABASE_POOL_SIZE: '4' })
    expect(storage).toMatchObject({ kind: 'postgres', keys: 'key', poolSize: 4 })
    expect(warnings).toEqual([expect.stringMatching(/DATABASE_URL has no sslmode/)])
  })

  test('needs a key, which has no place beside it', () => {
    const { TOKEN_ENCRYPTION_KEY: _, ...keyless } = SETTINGS
    expect(() => loadConfig(keyless)).toThrow(/TOKEN_ENCRYPTION_KEY: is missing/)
    expect(() => loadStorageConfig(keyless)).toThrow(/TOKEN_ENCRYPTION_KEY: is missing/)
  })

  test('is warned of only where the network is not known to be safe', () => {
    for (const url of ['postgres://mcp@127.0.0.1/v', 'postgres://mcp@db/v?sslmode=disable']) {
      expect(loadConfig({ ...SETTINGS, DATABASE_URL: url }).warnings).toEqual([])
    }
    const both = { ...SETTINGS, DATABASE_URL: 'postgres://mcp@[::1]/v', TOKEN_STORAGE_DB: '/x.db' }
    expect(loadConfig(both).warnings).toEqual([expect.stringMatching(/TOKEN_STORAGE_DB has no/)])
  })

  test('alone is enough for commands about the storage', () => {
    const { DATABASE_URL, TOKEN_ENCRYPTION_KEY } = SETTINGS
    expect(loadStorageConfig({ DATABASE_URL, TOKEN_ENCRYPTION_KEY }).kind).toBe('postgres')
    expect(loadStorageConfig({ XDG_DATA_HOME: '/data' })).toMatchObject({
      path: '/data/nextcloud-mcp-server/tokens.db',
    })
    expect(() => loadStorageConfig({ DATABASE_URL: 'db' })).toThrow(ConfigError)
  })
})

test.each([
  ['365', 365 * 86_400_000],
  ['0', undefined],
])('the audit log is kept for %s days', (days, ms) => {
  const settings = { NEXTCLOUD_HOST: 'https://cloud.example.org', AUDIT_RETENTION_DAYS: days }
  expect(loadConfig(settings).auditRetentionMs).toBe(ms)
})
