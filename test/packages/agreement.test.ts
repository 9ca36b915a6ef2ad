/** What is said in several files is the same everywhere. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { SETTINGS } from '../../src/config/schema.ts'
import { manifest, ROOT, read } from './support/files.ts'

const CHART = 'deploy/helm/nextcloud-mcp-server'

const dockerfile = read('Dockerfile')
const compose = read('deploy/compose/compose.yaml')
const pod = read(`${CHART}/templates/_pod.tpl`)
const bundle = JSON.parse(read('deploy/mcpb/manifest.json'))
const registry = JSON.parse(read('server.json'))

/** What the only group of a pattern finds, each place once. */
const found = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, group]) => group)),
]

test('the version', () => {
  const { version } = manifest
  expect(bundle.version).toBe(version)
  expect(registry.version).toBe(version)
  expect(registry.packages[0].version).toBe(version)
  expect(found(read(`${CHART}/Chart.yaml`), /^(?:appVersion|version): (.*)$/gm)).toEqual([version])
  expect(found(compose, /nextcloud-mcp-server:([\d.]+)\b/g)).toEqual([version])
  expect(found(read('deploy/compose/example.env'), /nextcloud-mcp-server:([\d.]+)\b/g)).toEqual([
    version,
  ])
})

test('the name in the registry, which checks it in package.json', () => {
  expect(registry.name).toBe(manifest.mcpName)
  expect(registry.packages[0].identifier).toBe(manifest.name)
})

test('the licence, and the oldest Node', () => {
  expect(found(dockerfile, /image\.licenses="(.*?)"/g)).toEqual([manifest.license])
  expect(bundle.license).toBe(manifest.license)
  expect(bundle.compatibility.runtimes.node).toBe(manifest.engines.node)
  const [major = 0] = manifest.engines.node.replace(/^\D+/, '').split('.').map(Number)
  for (const image of found(dockerfile, /node:(\d+)-/g)) {
    expect(Number(image)).toBeGreaterThanOrEqual(major)
  }
})

test('the port', () => {
  const { default: port } = SETTINGS.MCP_PORT
  expect(found(dockerfile, /MCP_PORT=(\d+)|EXPOSE (\d+)/g).filter(Boolean)).toEqual([port])
  expect(found(dockerfile, /EXPOSE (\d+)/g)).toEqual([port])
  expect(found(read('deploy/docker/healthy.mjs'), /\|\| '(\d+)'/g)).toEqual([port])
  expect(found(compose, /SERVER_PORT:-\d+\}:(\d+)/g)).toEqual([port])
  expect(found(compose, /CADDY_UPSTREAM: \w+:(\d+)/g)).toEqual([port])
  expect(found(pod, /name: http, containerPort: (\d+)/g)).toEqual([port])
  for (const name of readdirSync(join(ROOT, 'deploy/proxy'))) {
    expect(found(read(`deploy/proxy/${name}`), /127\.0\.0\.1:(\d+)/g), name).toEqual([port])
  }
})

test('the user, and where it may write', () => {
  const [user] = found(dockerfile, /^USER (\d+):\d+$/gm)
  expect(user).toBe('1000')
  expect(found(dockerfile, /--(?:owner|group)=(\d+)/g)).toEqual([user])
  expect(found(pod, /(?:runAsUser|runAsGroup|fsGroup): (\d+)/g)).toEqual([user])
  expect(found(dockerfile, /^VOLUME (.*)$/gm)).toEqual(['/data'])
  expect(found(dockerfile, /XDG_DATA_HOME=(\S+)/g)).toEqual(['/data'])
  expect(found(pod, /name: data, mountPath: (\S+) /g)).toEqual(['/data'])
  expect(found(compose, /'data:(.*?)'/g)).toEqual(['/data'])
})

test('the paths of the health checks are those of the server', () => {
  const served = found(read('src/server/http.ts'), /app\.get\('(\/health\/\w+)'/g)
  const asked = [pod, read('deploy/docker/healthy.mjs')].flatMap(text =>
    found(text, /(\/health\/\w+)/g),
  )
  expect(asked).toEqual(['/health/live', '/health/ready', '/health/live'])
  expect(served).toEqual(expect.arrayContaining(asked))
})

test('everybody waits longer than the server lets calls run', () => {
  const [limit] = found(read('src/server/http.ts'), /SHUTDOWN_LIMIT_MS = (\d+)_000/g).map(Number)
  expect(limit).toBeGreaterThan(0)
  const unit = read('deploy/systemd/nextcloud-mcp-server.service')
  for (const [text, pattern] of [
    [compose, /stop_grace_period: (\d+)s/g],
    [pod, /terminationGracePeriodSeconds: (\d+)/g],
    [unit, /TimeoutStopSec=(\d+)/g],
  ] as const) {
    expect(Number(found(text, pattern)[0])).toBeGreaterThan(limit ?? 0)
  }
})

test('there is memory for as many documents as are read at a time, and for the built-in model', () => {
  const [most] = found(read('src/documents/reader.ts'), /options\.threads \?\? (\d+)/g).map(Number)
  const { default: each } = SETTINGS.DOCUMENT_PARSE_MEM_LIMIT_MB
  const taken = found(read('docs/install.md'), /(\d+) MB (?:of memory|for each thread)/g).map(
    Number,
  )
  expect(taken).toHaveLength(2)
  const needed = [Number(most) * Number(each), ...taken].reduce((sum, amount) => sum + amount)
  const values = read(`${CHART}/values.yaml`)
  const workers = values.slice(values.indexOf('\nworker:'), values.indexOf('\ndatabase:'))
  for (const [text, pattern] of [
    [workers, /limits: \{ memory: (\d+)Mi \}/g],
    [values, /^ {2}limits: \{ memory: (\d+)Mi \}/gm],
    [compose, /^ {2}mem_limit: (\d+)m$/gm],
  ] as const) {
    const limits = found(text, pattern).map(Number)
    expect(limits).toHaveLength(1)
    expect(limits[0]).toBeGreaterThan(needed)
  }
})

test('no proxy takes smaller requests than the server, or larger ones', () => {
  const [most] = found(read('src/server/body.ts'), /MAX_REQUEST_BYTES = (\d+) \* 1_?024/g)
  expect(most).toBe('64')
  for (const name of ['nginx.conf', 'nginx-subpath.conf']) {
    expect(found(read(`deploy/proxy/${name}`), /client_max_body_size (\d+)m/g)).toEqual([most])
  }
  for (const name of ['Caddyfile', 'Caddyfile.subpath']) {
    expect(found(read(`deploy/proxy/${name}`), /max_size (\d+)MiB/g)).toEqual([most])
  }
})

test('image and bundle have the same of the program, and the build what it copies', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?:--from=(\w+) )?(.+) (\S+)$/gm)].map(
    ([, from, sources = '']) => ({ from, sources: sources.split(' ') }),
  )
  const final = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  const [list = ''] = found(read('scripts/lib/production.mjs'), /PROGRAM_FILES = \[(.*)\]/g)
  const files = found(list, /'(.*?)'/g)
  expect(files).toContain('dist')
  for (const name of files) expect(final).toMatch(new RegExp(`^COPY .*\\b${name}\\b`, 'm'))
  const allowed = read('.dockerignore').split('\n')
  const fromHere = copied.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources)
  expect(fromHere.length).toBeGreaterThan(5)
  for (const source of fromHere) {
    const parents = source.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))
    expect(
      parents.some(parent => allowed.includes(`!${parent}`)),
      source,
    ).toBe(true)
  }
})

const Placeholder = z.record(z.string(), z.string())

test('the bundle asks for what it hands on, and hides what is secret', () => {
  const { env, args } = bundle.server.mcp_config
  const used = Object.values(Placeholder.parse(env)).flatMap(value =>
    found(value, /\$\{user_config\.(\w+)\}/g),
  )
  expect(used.toSorted()).toEqual(Object.keys(bundle.user_config).toSorted())
  expect(bundle.user_config.nextcloud_password.sensitive).toBe(true)
  expect(args[0]).toBe(`\${__dirname}/${bundle.server.entry_point}`)
})
