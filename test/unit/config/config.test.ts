import { describe, expect, test } from 'vitest'
import { closest } from '../../../src/config/closest.ts'
import {
  type Config,
  ConfigError,
  type Environment,
  loadConfig,
} from '../../../src/config/config.ts'

const SINGLE = {
  NEXTCLOUD_HOST: 'https://cloud.example.org',
  NEXTCLOUD_USERNAME: 'alice',
  NEXTCLOUD_PASSWORD: 'secret',
}
const problems = (environment: Environment): Record<string, string> => {
  try {
    loadConfig(environment)
    return {}
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]))
  }
}

test('user name and password are enough', () => {
  expect(loadConfig(SINGLE)).toMatchObject({
    deployment: { mode: 'single_user_basic', loginName: 'alice', password: 'secret' },
    listen: { transport: 'http', host: '127.0.0.1', port: 8000 },
    nextcloud: { url: 'https://cloud.example.org', verifySsl: true, timeoutMs: 30_000 },
    log: { level: 'info', format: 'text' },
    warnings: [],
  } satisfies Partial<Record<keyof Config, unknown>>)
})

test('all problems are told at once, each with its variable and a fix', () => {
  expect(
    problems({
      NEXTCLOUD_HOST: 'cloud.example.org',
      NEXTCLOUD_USERNAME: 'alice',
      NEXTCLOUD_VERIFY_SSL: 'maybe',
      NEXTCLOUD_CA_BUNDLE: '/no/such/file.pem',
      MCP_PORT: '80000',
      MCP_TRANSPORT: 'sse',
      LOG_LEVEL: 'loud',
    }),
  ).toEqual({
    NEXTCLOUD_HOST: expect.stringMatching(/as in https:\/\/cloud\.example\.org/),
    NEXTCLOUD_PASSWORD: expect.stringMatching(/app password/),
    NEXTCLOUD_VERIFY_SSL: expect.stringMatching(/true or false/),
    NEXTCLOUD_CA_BUNDLE: expect.stringMatching(/cannot read/),
    MCP_PORT: expect.any(String),
    MCP_TRANSPORT: expect.stringMatching(/streamable-http/),
    LOG_LEVEL: expect.stringMatching(/debug/),
  })
})

describe('the address of the Nextcloud', () => {
  test.each([
    ['https://cloud.example.org/', 'https://cloud.example.org'],
    ['https://example.org/nextcloud//', 'https://example.org/nextcloud'],
    ['https://example.org/nc/index.php/apps/files', 'https://example.org/nc'],
    ['https://example.org/remote.php/dav', 'https://example.org'],
    [' http://127.0.0.1:8080 ', 'http://127.0.0.1:8080'],
  ])('%j is read as %j', (written, expected) => {
    expect(loadConfig({ ...SINGLE, NEXTCLOUD_HOST: written }).nextcloud.url).toBe(expected)
  })

  test.each(['ftp://x', 'https://user:pw@x', 'https://x/?a=1', ''])('%j is refused', written => {
    expect(problems({ ...SINGLE, NEXTCLOUD_HOST: written })).toHaveProperty('NEXTCLOUD_HOST')
  })
})

describe('safety', () => {
  test('a single user behind no lock does not listen beyond loopback, unless told to', () => {
    expect(problems({ ...SINGLE, MCP_HOST: '0.0.0.0' }).MCP_HOST).toMatch(/as alice/)
    const allowed = loadConfig({
      ...SINGLE,
      MCP_HOST: '0.0.0.0',
      MCP_ALLOW_UNAUTHENTICATED_NETWORK: 'true',
    })
    expect(allowed.warnings).toHaveLength(1)
  })

  test('many users cannot share one stdio', () => {
    const environment = {
      NEXTCLOUD_HOST: 'https://x',
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      MCP_TRANSPORT: 'stdio',
    }
    expect(problems(environment)).toHaveProperty('MCP_TRANSPORT')
  })

  test('what is risky is said', () => {
    expect(loadConfig({ ...SINGLE, NEXTCLOUD_VERIFY_SSL: 'false' }).warnings[0]).toMatch(
      /VERIFY_SSL/,
    )
    expect(loadConfig({ ...SINGLE, NEXTCLOUD_HOST: 'http://nc.lan' }).warnings[0]).toMatch(/http/)
  })
})

test('names that are nearly a setting are pointed out, foreign ones are left alone', () => {
  const { warnings } = loadConfig({ ...SINGLE, NEXTCLOUD_PASWORD: 'x', PATH: '/bin' })
  expect(warnings).toEqual([expect.stringMatching(/NEXTCLOUD_PASWORD.*NEXTCLOUD_PASSWORD/)])
})

test("the Python server's level names are understood", () => {
  expect(loadConfig({ ...SINGLE, LOG_LEVEL: 'WARNING' }).log.level).toBe('warn')
})

test('closest finds what was meant and nothing far off', () => {
  expect(closest('nmaes', ['names', 'note'])).toBe('names')
  expect(closest('nc_note_get_note', ['nc_notes_get_note'])).toBe('nc_notes_get_note')
  expect(closest('zzzz', ['names', 'note'])).toBeUndefined()
})
