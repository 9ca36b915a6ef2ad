/** The chart: values for it, and what Helm makes of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { parseYaml, ROOT, read } from './files.ts'
import { isInstalled, runToEnd } from './programs.ts'

export const CHART = 'deploy/helm/nextcloud-mcp-server'

export const hasHelm = isInstalled('helm', 'version')

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
/** What has pods, which are held as tight as they can be. */
export const Workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.number().optional(),
    selector: z.object({ matchLabels: Labels }),
    template: z.object({ metadata: z.looseObject({ labels: Labels }), spec: Pod }),
  }),
})
/** Any manifest. */
export const Thing = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({}).optional(),
  data: Labels.optional(),
})

/** The values without which there is nothing. */
export const MINIMAL = {
  settings: {
    NEXTCLOUD_HOST: 'https://cloud.example.org',
    NEXTCLOUD_MCP_SERVER_URL: 'https://mcp.example.org',
  },
}
/** Values that switch on all there is. */
export const FULL = {
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

/** As the chart says. */
const OLDEST_KUBERNETES =
  /^kubeVersion: '>=([\d.]+)-0'$/m.exec(read(`${CHART}/Chart.yaml`))?.[1] ?? ''

export const SEVERAL_WORKERS = { enabled: true, replicaCount: 3 }

/** What Helm prints. @throws with its words where it refuses the values */
export async function helm(command: 'lint' | 'template', values: object): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-chart-'))
  try {
    const file = join(folder, 'values.json')
    writeFileSync(file, JSON.stringify(values))
    const release = command === 'template' ? ['test'] : []
    // A Helm that was not built by its makers takes the cluster for a very old one.
    const cluster = ['--kube-version', OLDEST_KUBERNETES]
    const args = [command, ...release, join(ROOT, CHART), '--values', file, ...cluster]
    return (await runToEnd('helm', args)).stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The manifests of the chart with these values, and those among them that have pods. */
export async function rendered(values: object) {
  const things = await parseYaml(await helm('template', values))
  const workloads = things.flatMap(thing => Workload.safeParse(thing).data ?? [])
  return { things: things.map(thing => Thing.parse(thing)), workloads }
}
