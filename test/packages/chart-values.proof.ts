/** The values of the chart: what they may be, by its schema and by its templates. */
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CHART, FULL, hasHelm, helm, MINIMAL, SEVERAL_WORKERS } from './support/chart.ts'
import { parseYaml, read, schemaFaults } from './support/files.ts'

const schema: object = JSON.parse(read(`${CHART}/values.schema.json`))
let defaults: Record<string, unknown>
beforeAll(async () => {
  const [values] = await parseYaml(read(`${CHART}/values.yaml`))
  defaults = z.record(z.string(), z.unknown()).parse(values)
})

describe('the schema', () => {
  test('takes the defaults', async () => {
    expect(await schemaFaults(schema, defaults)).toEqual([])
  })

  test.each<[string, object]>([
    ['a slip of the pen', { replicaCoutn: 2 }],
    ['one deeper down', { ingress: { enabled: true, hosts: ['a'] } }],
    ['a number that is none', { replicaCount: 'two' }],
    ['fewer workers than none', { worker: { replicaCount: -1 } }],
    ['a word for yes', { autoscaling: { enabled: 'yes' } }],
    ['an unknown policy', { image: { repository: 'x', pullPolicy: 'never' } }],
    ['a tag in the name of the image', { image: { repository: 'x/y:1' } }],
    ['a password among the settings', { settings: { NEXTCLOUD_PASSWORD: 'x' } }],
    ['a key among the settings', { settings: { TOKEN_ENCRYPTION_KEY: 'x' } }],
    ['an address with a password among the settings', { settings: { DATABASE_URL: 'x' } }],
    ['a port that is the chart’s', { settings: { MCP_PORT: '9000' } }],
    ['a setting in small letters', { settings: { nextcloud_host: 'https://x' } }],
    ['a setting that is a list', { settings: { MCP_TOOLS: ['a'] } }],
    ['an address without https', { settings: { NEXTCLOUD_HOST: 'cloud.example.org' } }],
    ['a size without sense', { persistence: { size: 'large' } }],
    ['metrics on the port of the server', { metrics: { port: 8000 } }],
    ['the name of no Secret', { existingSecret: 'My Secret' }],
    ['a database without a tag', { postgresql: { image: 'postgres' } }],
  ])('refuses %s', async (_, values) => {
    expect(await schemaFaults(schema, { ...defaults, ...values })).not.toEqual([])
  })

  test('knows every secret that the server knows', async () => {
    const { SETTINGS } = await import('../../src/config/schema.ts')
    const secrets = Object.keys(SETTINGS).filter(name => /(PASSWORD|SECRET|KEY)$/.test(name))
    expect(secrets.length).toBeGreaterThan(3)
    for (const name of secrets) {
      const faults = await schemaFaults(schema, { ...defaults, settings: { [name]: 'x' } })
      expect(faults, name).not.toEqual([])
    }
  })
})

/** Where each request has a name and a password, nobody need know the address. */
const BASIC = {
  settings: { NEXTCLOUD_HOST: 'https://x', MCP_DEPLOYMENT_MODE: 'multi_user_basic' },
}

describe.skipIf(!hasHelm)('Helm, where it is installed', () => {
  test.each([
    ['the least', MINIMAL],
    ['everything', FULL],
    ['what signs nobody in', BASIC],
  ])('lints %s', async (_, values) => {
    expect(await helm('lint', values)).toContain('0 chart(s) failed')
  })

  test.each<[string, object, RegExp]>([
    ['no Nextcloud', {}, /settings\.NEXTCLOUD_HOST is missing/],
    [
      'to issue tokens for nobody knows what',
      { settings: { NEXTCLOUD_HOST: 'https://x' } },
      /settings\.NEXTCLOUD_MCP_SERVER_URL is missing/,
    ],
    ['two replicas without a database', { ...MINIMAL, replicaCount: 2 }, /need a database/],
    ['autoscaling without one', { ...MINIMAL, autoscaling: { enabled: true } }, /need a database/],
    ['a worker without one', { ...MINIMAL, worker: { enabled: true } }, /need a database/],
    [
      'several workers without a database',
      { ...MINIMAL, worker: { enabled: true, replicaCount: 2 }, qdrant: { enabled: true } },
      /need a database/,
    ],
    [
      'several workers without an index that all reach',
      { ...FULL, settings: MINIMAL.settings, worker: SEVERAL_WORKERS, qdrant: { enabled: false } },
      /worker\.replicaCount > 1 needs .*qdrant\.enabled or settings\.QDRANT_URL/,
    ],
    [
      'a database without a key',
      { ...MINIMAL, database: { existingSecret: 'a' } },
      /needs TOKEN_ENCRYPTION_KEY/,
    ],
    ['two databases', { ...FULL, database: { existingSecret: 'a' } }, /exclude each other/],
    [
      'a database without a password',
      { ...FULL, postgresql: { enabled: true } },
      /needs postgresql\.existingSecret/,
    ],
    [
      'an Ingress without an address',
      { ...BASIC, ingress: { enabled: true } },
      /needs settings\.NEXTCLOUD_MCP_SERVER_URL/,
    ],
    [
      'search in several pods that do not share it',
      {
        ...FULL,
        settings: { ...MINIMAL.settings, ENABLE_SEMANTIC_SEARCH: true },
        qdrant: { enabled: false },
      },
      /needs worker\.enabled/,
    ],
    [
      'search in several pods without a worker, by its older name and another word for yes',
      {
        ...FULL,
        settings: { ...MINIMAL.settings, VECTOR_SYNC_ENABLED: 'Yes' },
        worker: { enabled: false },
      },
      /needs worker\.enabled/,
    ],
    ['what the schema refuses', { ...MINIMAL, settings: { MCP_PORT: '1' } }, /MCP_PORT/],
  ])('refuses %s', async (_, values, reason) => {
    await expect(helm('template', values)).rejects.toThrow(reason)
  })
})
