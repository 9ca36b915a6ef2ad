/** The chart: what its values may be, and what Helm makes of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config/config.ts'
import { imageEnvironment } from './support/dockerfile.ts'
import { parseYaml, ROOT, read, schemaFaults } from './support/files.ts'
import { kubernetesVersions } from './support/kubernetes.ts'
import { isInstalled, runToEnd } from './support/programs.ts'

const CHART = 'deploy/helm/nextcloud-mcp-server'

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

const Env = z.array(z.object({ name: z.string(), value: z.string().optional() }))
const Pod = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.number() }),
  containers: z.array(
    z.looseObject({
      name: z.string(),
      env: Env,
      ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
      securityContext: z.object({
        allowPrivilegeEscalation: z.literal(false),
        readOnlyRootFilesystem: z.literal(true),
        capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
      }),
      volumeMounts: z.array(z.looseObject({ name: z.string() })),
    }),
  ),
  volumes: z.array(z.looseObject({ name: z.string(), emptyDir: z.object({}).optional() })),
})
const Labels = z.record(z.string(), z.string())
const Workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.number().optional(),
    selector: z.object({ matchLabels: Labels }),
    template: z.object({ metadata: z.looseObject({ labels: Labels }), spec: Pod }),
  }),
})
const Claim = z.looseObject({ metadata: z.object({ name: z.string() }) })
const Thing = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({}).optional(),
  data: Labels.optional(),
})

const MINIMAL = {
  settings: {
    NEXTCLOUD_HOST: 'https://cloud.example.org',
    NEXTCLOUD_MCP_SERVER_URL: 'https://mcp.example.org',
  },
}
const FULL = {
  settings: { ...MINIMAL.settings, ENABLE_SEMANTIC_SEARCH: true, ENABLE_OFFLINE_ACCESS: true },
  existingSecret: 'mcp-secrets',
  worker: { enabled: true },
  autoscaling: { enabled: true },
  postgresql: { enabled: true, existingSecret: 'database' },
  qdrant: { enabled: true, existingSecret: 'qdrant' },
  ingress: { enabled: true, className: 'nginx' },
  metrics: { enabled: true, podMonitor: { enabled: true } },
  podLabels: { team: 'a' },
  podAnnotations: { note: 'b' },
  nodeSelector: { disk: 'c' },
  tolerations: [{ key: 'd', operator: 'Exists' }],
  extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }],
  extraVolumeMounts: [{ name: 'ca', mountPath: '/ca' }],
}

const OLDEST_KUBERNETES =
  /^kubeVersion: '>=([\d.]+)-0'$/m.exec(read(`${CHART}/Chart.yaml`))?.[1] ?? ''

const SEVERAL_WORKERS = { enabled: true, replicaCount: 3 }

describe.skipIf(!isInstalled('helm', 'version'))('Helm, where it is installed', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-chart-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const helm = async (command: 'lint' | 'template', values: object) => {
    const file = join(folder, `${crypto.randomUUID()}.json`)
    writeFileSync(file, JSON.stringify(values))
    const release = command === 'template' ? ['test'] : []
    // A Helm that was not built by its makers takes the cluster for a very old one.
    const cluster = ['--kube-version', OLDEST_KUBERNETES]
    const args = [command, ...release, join(ROOT, CHART), '--values', file, ...cluster]
    return (await runToEnd('helm', args)).stdout
  }
  const rendered = async (values: object) => {
    const things = await parseYaml(await helm('template', values))
    const workloads = things.flatMap(thing => Workload.safeParse(thing).data ?? [])
    return { things: things.map(thing => Thing.parse(thing)), workloads }
  }
  const kinds = (things: { kind: string }[]) => things.map(({ kind }) => kind).toSorted()

  test.each([
    ['the least', MINIMAL],
    ['everything', FULL],
  ])('lints %s', async (_, values) => {
    expect(await helm('lint', values)).toContain('0 chart(s) failed')
  })

  test.each<[string, object, RegExp]>([
    ['no Nextcloud', {}, /settings\.NEXTCLOUD_HOST is missing/],
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
      { settings: { NEXTCLOUD_HOST: 'https://x' }, ingress: { enabled: true } },
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

  test('the least is one pod with a volume, and what belongs to it', async () => {
    const { things, workloads } = await rendered(MINIMAL)
    expect(kinds(things)).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ])
    const [server] = workloads
    expect(server?.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
    expect(server?.spec.template.spec.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'test-nextcloud-mcp-server' } },
    ])
  })

  test('everything is there, and no pod waits for the volume of another', async () => {
    const { things, workloads } = await rendered(FULL)
    expect(kinds(things)).toEqual(
      expect.arrayContaining(['HorizontalPodAutoscaler', 'Ingress', 'PodMonitor', 'StatefulSet']),
    )
    const names = workloads.map(({ metadata }) => metadata.name.replace('test-nextcloud-', ''))
    expect(names.toSorted()).toEqual([
      'mcp-server',
      'mcp-server-postgresql',
      'mcp-server-qdrant',
      'mcp-server-worker',
    ])
    expect(kinds(things)).not.toContain('PersistentVolumeClaim')
    for (const { kind, metadata, spec } of workloads) {
      const { volumes } = spec.template.spec
      expect(JSON.stringify(volumes), metadata.name).not.toContain('persistentVolumeClaim')
      if (kind === 'Deployment') expect(spec, metadata.name).not.toHaveProperty('strategy')
    }
    const roles = workloads.flatMap(
      ({ spec }) =>
        spec.template.spec.containers[0]?.env.filter(({ name }) => name === 'MCP_ROLE') ?? [],
    )
    expect(roles.map(({ value }) => value).toSorted()).toEqual(['api', 'worker'])
  })

  test.each<[string, object]>([
    ['the chart’s Qdrant', { qdrant: { enabled: true } }],
    ['a Qdrant of one’s own', { settings: { ...FULL.settings, QDRANT_URL: 'https://qdrant' } }],
  ])('there may be several workers with %s, and nodes are drained one by one', async (_, index) => {
    const values = { ...FULL, worker: SEVERAL_WORKERS, qdrant: { enabled: false }, ...index }
    const { things, workloads } = await rendered(values)
    const worker = workloads.find(({ metadata }) => metadata.name.endsWith('-worker'))
    expect(worker?.spec.replicas).toBe(3)
    const budgets = things.filter(({ kind }) => kind === 'PodDisruptionBudget')
    expect(budgets.map(({ spec }) => spec)).toEqual(
      ['server', 'worker'].map(component => ({
        maxUnavailable: 1,
        selector: {
          matchLabels: {
            'app.kubernetes.io/name': 'nextcloud-mcp-server',
            'app.kubernetes.io/instance': 'test',
            'app.kubernetes.io/component': component,
          },
        },
      })),
    )
    expect(new Set(budgets.map(({ metadata }) => metadata.name)).size).toBe(2)
  })

  const versions = kubernetesVersions()
  test.skipIf(versions.length === 0)(
    'Kubernetes, where its API is there, knows it all',
    async () => {
      const manifests = (
        await Promise.all(
          [MINIMAL, FULL].map(async values => parseYaml(await helm('template', values))),
        )
      ).flat()
      expect(manifests.length).toBeGreaterThan(20)
      for (const { version, faults } of versions) {
        for (const manifest of manifests) {
          const { kind, metadata } = Thing.parse(manifest)
          // Of the Prometheus operator.
          if (kind === 'PodMonitor') continue
          expect(await faults(manifest), `${kind} ${metadata.name} on ${version}`).toEqual([])
        }
        const deployment = Workload.parse(manifests.find(one => Workload.safeParse(one).success))
        const slip = { ...deployment, spec: { ...deployment.spec, replica: 2 } }
        expect(await faults(slip)).toEqual(['/spec must NOT have additional properties'])
      }
    },
  )

  test('every pod is chosen by its workload alone, and mounts only what it has', async () => {
    const { workloads, things } = await rendered(FULL)
    const selectors = workloads.map(({ spec }) => JSON.stringify(spec.selector.matchLabels))
    expect(new Set(selectors).size).toBe(workloads.length)
    for (const { metadata, spec } of workloads) {
      expect(spec.template.metadata.labels, metadata.name).toMatchObject(spec.selector.matchLabels)
      const template = z
        .looseObject({ volumeClaimTemplates: z.array(Claim).default([]) })
        .parse(spec)
      const volumes = [
        ...spec.template.spec.volumes.map(({ name }) => name),
        ...template.volumeClaimTemplates.map(claim => claim.metadata.name),
      ]
      for (const { volumeMounts } of spec.template.spec.containers) {
        for (const { name } of volumeMounts) expect(volumes, metadata.name).toContain(name)
      }
    }
    const services = things.filter(({ kind }) => kind === 'Service')
    expect(services).toHaveLength(3)
    for (const { spec } of services) expect(selectors).toContain(JSON.stringify(spec?.selector))
  })

  test('the server takes the settings of its ConfigMap', async () => {
    const { things, workloads } = await rendered(FULL)
    const { data = {} } = things.find(({ kind }) => kind === 'ConfigMap') ?? {}
    expect(data).toMatchObject({
      METRICS_PORT: '9090',
      QDRANT_URL: 'http://test-nextcloud-mcp-server-qdrant:6333',
    })
    const { env = [] } =
      workloads.find(({ metadata }) => metadata.name === 'test-nextcloud-mcp-server')?.spec.template
        .spec.containers[0] ?? {}
    const given = env.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value.replace('$(POSTGRES_PASSWORD)', 'secret')]],
    )
    const config = loadConfig({
      ...imageEnvironment(),
      ...data,
      ...Object.fromEntries(given),
      TOKEN_ENCRYPTION_KEY: 'secret',
    })
    expect(config.deployment.mode).toBe('login_flow')
    expect(config.role).toBe('api')
    expect(config.metrics).toEqual({ host: '0.0.0.0', port: 9090 })
    expect(config.warnings).toEqual([expect.stringMatching(/^METRICS_HOST/)])
  })

  test('settings are what they look like in the values', async () => {
    const settings = {
      ...MINIMAL.settings,
      MCP_READ_ONLY: true,
      MCP_TOOLS: 'nc_*',
      MANY: 1_000_000,
    }
    const { things } = await rendered({ settings })
    const { data } = things.find(({ kind }) => kind === 'ConfigMap') ?? {}
    expect(data).toMatchObject({ MCP_READ_ONLY: 'true', MCP_TOOLS: 'nc_*', MANY: '1000000' })
  })

  test('nobody but the server reaches the databases, and they reach nobody', async () => {
    const { things } = await rendered(FULL)
    const policies = things.filter(({ kind }) => kind === 'NetworkPolicy')
    expect(policies).toHaveLength(4)
    for (const name of ['postgresql', 'qdrant']) {
      const policy = policies.find(({ metadata }) => metadata.name.endsWith(name))
      expect(policy?.spec).toMatchObject({
        egress: [],
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'server' } } },
              { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'worker' } } },
            ],
          },
        ],
      })
    }
  })
})
