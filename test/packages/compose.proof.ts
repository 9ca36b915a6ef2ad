/** The compose file: its profiles hold together, and the server takes what they configure. */
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { SETTINGS } from '../../src/config/schema.ts'
import { composeFile, filledExample, interpolated, type Service } from './support/compose.ts'
import { imageEnvironment } from './support/dockerfile.ts'
import { ROOT, read } from './support/files.ts'
import { isInstalled, runToEnd } from './support/programs.ts'

const PROFILES = ['single-user', 'login-flow', 'keycloak', 'search', 'full']
const TRIAL = 'nextcloud'

let file: Awaited<ReturnType<typeof composeFile>>
let ours: [string, Service][]
beforeAll(async () => {
  file = await composeFile()
  ours = Object.entries(file.services).filter(([, { image }]) => image.includes('SERVER_IMAGE'))
})

const of = (profile: string) =>
  Object.entries(file.services).filter(([, { profiles }]) => profiles.includes(profile))

test('there are the profiles that the file tells of', () => {
  const used = new Set(Object.values(file.services).flatMap(({ profiles }) => profiles))
  expect([...used].toSorted()).toEqual([...PROFILES, TRIAL].toSorted())
  const text = read('deploy/compose/compose.yaml')
  const install = read('docs/install.md')
  for (const profile of [...PROFILES, TRIAL]) {
    expect(text).toMatch(new RegExp(`^# .*\\b${profile}\\b`, 'm'))
    expect(install).toMatch(new RegExp(`^\\| \`${profile}\` \\||\`--profile ${profile}\``, 'm'))
  }
})

test.each(PROFILES)('%s serves, and brings what it waits for', profile => {
  const services = Object.fromEntries(of(profile))
  for (const [name, { depends_on }] of Object.entries(services)) {
    for (const [awaited, { condition }] of Object.entries(depends_on)) {
      expect(Object.keys(services), `${name} waits for ${awaited}`).toContain(awaited)
      const hasCheck = services[awaited]?.healthcheck !== undefined || isOurs(awaited)
      if (condition === 'service_healthy') expect(hasCheck, awaited).toBe(true)
    }
  }
  const doors = Object.values(services).flatMap(({ ports }) => ports)
  expect(doors.some(port => /:(8000|443)$/.test(port))).toBe(true)
  const taken = [...doors, ...of(TRIAL).flatMap(([, { ports }]) => ports)].map(port =>
    interpolated(port, {}).replace(/:\d+(\/udp)?$/, '$1'),
  )
  expect(new Set(taken).size).toBe(taken.length)
})

test('there may be several workers, which share what they know and nothing else', () => {
  const { container_name, environment, ports } = file.services.worker ?? {}
  expect({ container_name, ports }).toEqual({ container_name: undefined, ports: [] })
  expect(environment).toMatchObject({
    MCP_ROLE: 'worker',
    DATABASE_URL: expect.stringMatching(/^postgres:/),
    QDRANT_URL: file.services.api?.environment.QDRANT_URL,
  })
  expect(read('docs/install.md')).toContain('--profile full up -d --scale worker=2')
})

test('what only the server talks to has no port and no way out', () => {
  expect(file.networks.inside?.internal).toBe(true)
  for (const name of ['postgres', 'qdrant']) {
    expect(file.services[name]?.networks).toEqual(['inside'])
    expect(file.services[name]?.ports).toEqual([])
  }
  for (const [name, { ports }] of Object.entries(file.services)) {
    if (name !== 'caddy') for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  }
})

test('the server can write to its volume alone, and gains no privileges', () => {
  expect(ours.length).toBeGreaterThanOrEqual(PROFILES.length)
  for (const [name, service] of ours) {
    expect(service, name).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      volumes: ['data:/data'],
      secrets: ['settings'],
    })
  }
})

test('secrets are in no environment of the server but the password of the database', () => {
  for (const [, { environment }] of ours) {
    const secret = Object.keys(environment).filter(name => /PASSWORD|SECRET|KEY$/.test(name))
    expect(secret).toEqual([])
  }
})

test('all that is named is there', () => {
  const services = Object.values(file.services)
  const volumes = services.flatMap(service => service.volumes)
  for (const [source = ''] of volumes.map(volume => volume.split(':'))) {
    const isThere = source.startsWith('.')
      ? existsSync(join(ROOT, 'deploy/compose', source))
      : source in file.volumes
    expect(isThere, source).toBe(true)
  }
  for (const name of services.flatMap(({ secrets }) => secrets)) {
    expect(Object.keys(file.secrets)).toContain(name)
  }
  for (const name of services.flatMap(({ networks }) => networks)) {
    expect(Object.keys(file.networks)).toContain(name)
  }
})

test('example.env has every variable of the file, and no other but settings', () => {
  const text = read('deploy/compose/compose.yaml')
  const used = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '')
  const offered = Object.keys(filledExample())
  expect(used.filter(name => !offered.includes(name))).toEqual([])
  expect(offered.filter(name => !used.includes(name) && !(name in SETTINGS))).toEqual([])
})

describe('the server takes the settings of', () => {
  const EXPECTED: Record<string, { mode: string; warnings: RegExp[] }> = {
    'single-user': { mode: 'single_user_basic', warnings: [/acts as the configured user/] },
    'login-flow': { mode: 'login_flow', warnings: [] },
    'keycloak-user': { mode: 'oauth_token_exchange', warnings: [/OIDC_DISCOVERY_URL uses http/] },
    search: { mode: 'login_flow', warnings: [] },
    // On a network of its own, where Prometheus comes from.
    api: { mode: 'login_flow', warnings: [/METRICS_HOST/] },
    worker: { mode: 'login_flow', warnings: [/METRICS_HOST/] },
  }
  /** What of example.env the profile asks people to fill in. */
  const CHOSEN: Record<string, string[]> = {
    'single-user': ['NEXTCLOUD_USERNAME', 'NEXTCLOUD_PASSWORD'],
    'keycloak-user': ['OIDC_CLIENT_SECRET'],
    api: ['TOKEN_ENCRYPTION_KEY'],
    worker: ['TOKEN_ENCRYPTION_KEY'],
  }

  test.each(Object.keys(EXPECTED))('%s', name => {
    expect(ours.map(([service]) => service).toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
    const example = filledExample()
    const chosen = ['NEXTCLOUD_HOST', ...(CHOSEN[name] ?? [])]
    const settings = Object.fromEntries(chosen.map(key => [key, example[key]]))
    settings.NEXTCLOUD_HOST = 'https://cloud.example.org'
    const { environment = {} } = file.services[name] ?? {}
    const filled = Object.entries(environment).map(([key, value]) => [
      key,
      interpolated(value, example).replace('https://mcp.example.org', 'http://localhost:8000'),
    ])
    const { deployment, listen, warnings } = loadConfig({
      ...imageEnvironment(),
      ...settings,
      ...Object.fromEntries(filled),
    })
    const expected = EXPECTED[name]
    expect(deployment.mode).toBe(expected?.mode)
    expect(listen).toMatchObject({ host: '0.0.0.0', port: 8000 })
    expect(warnings).toHaveLength(expected?.warnings.length ?? 0)
    expected?.warnings.forEach((pattern, index) => {
      expect(warnings[index]).toMatch(pattern)
    })
  })

  test('the whole of example.env, and none of it is taken for a slip of the pen', () => {
    const { warnings } = loadConfig({ ...filledExample(), TOKEN_STORAGE_DB: '/data/tokens.db' })
    expect(warnings.filter(warning => warning.includes('is not a setting'))).toEqual([])
  })
})

test('Keycloak, its realm, the server and Nextcloud speak of the same', () => {
  const realm: { realm: string; clients: { clientId: string }[] } = JSON.parse(
    read('deploy/keycloak/realm.json'),
  )
  const { environment: server = {} } = file.services['keycloak-user'] ?? {}
  const { environment: keycloak = {}, image, volumes } = file.services.keycloak ?? {}
  const issuer = `${keycloak.KC_HOSTNAME}/realms/${realm.realm}`
  expect(server.NEXTCLOUD_PUBLIC_ISSUER_URL).toBe(issuer)
  expect(server.OIDC_DISCOVERY_URL).toBe(`http://keycloak:8080/realms/${realm.realm}`)
  expect(realm.clients.map(({ clientId }) => clientId)).toContain(server.OIDC_CLIENT_ID)
  expect(server.NEXTCLOUD_MCP_SERVER_URL).toBe(keycloak.NEXTCLOUD_MCP_SERVER_URL)
  expect(volumes?.[0]).toBe('../keycloak/realm.json:/opt/keycloak/data/import/realm.json:ro')
  const [, tested] = /VERSION = '(.*)'/.exec(read('scripts/lib/keycloak.mjs')) ?? []
  expect(image).toBe(`quay.io/keycloak/keycloak:${tested}`)

  const setup = read('deploy/compose/nextcloud-setup.sh')
  expect(setup).toContain(`${server.OIDC_DISCOVERY_URL}/.well-known/openid-configuration`)
  const told = /user_oidc:provider keycloak ([\s\S]*?)\n```/.exec(read('docs/keycloak.md'))?.[1]
  const options = (text = '') => text.match(/--(?!discoveryuri)[a-z-]+=\w+/g)?.toSorted()
  expect(options(setup.slice(setup.indexOf('user_oidc:provider')))).toEqual(options(told))
  expect(options(told)).toHaveLength(5)
})

function isOurs(name: string): boolean {
  return ours.some(([service]) => service === name)
}

const COMPOSE = ['docker-compose', 'version'] as const

describe.skipIf(!isInstalled(...COMPOSE))('docker-compose, where it is installed', () => {
  test.each([...PROFILES, TRIAL])('takes %s', async profile => {
    const folder = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-compose-'))
    try {
      cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true })
      const project = join(folder, 'deploy/compose')
      copyFileSync(join(project, 'example.env'), join(project, '.env'))
      const { stdout, stderr } = await runToEnd(
        'docker-compose',
        ['--profile', profile, 'config', '--format', 'json'],
        { cwd: project, env: { PATH: process.env.PATH } },
      )
      expect(stderr).toBe('')
      const { services } = JSON.parse(stdout)
      expect(Object.keys(services).toSorted()).toEqual(
        of(profile)
          .map(([name]) => name)
          .toSorted(),
      )
      for (const [name, { environment }] of of(profile)) {
        const filled = Object.entries(environment).map(([key, value]) => [
          key,
          interpolated(value, {}),
        ])
        expect(services[name].environment ?? {}).toEqual(Object.fromEntries(filled))
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
