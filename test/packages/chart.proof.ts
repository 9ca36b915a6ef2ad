/** The chart: what Helm makes of it, and what Kubernetes and the server say of that. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../src/config/config.ts'
import {
  FULL,
  hasHelm,
  helm,
  MINIMAL,
  rendered,
  SEVERAL_WORKERS,
  Thing,
  Workload,
} from './support/chart.ts'
import { imageEnvironment } from './support/dockerfile.ts'
import { parseYaml } from './support/files.ts'
import { kubernetesVersions } from './support/kubernetes.ts'

const Claim = z.looseObject({ metadata: z.object({ name: z.string() }) })

const kinds = (things: { kind: string }[]) => things.map(({ kind }) => kind).toSorted()

describe.skipIf(!hasHelm)('Helm, where it is installed', () => {
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
