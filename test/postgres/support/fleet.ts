/**
 * What an administrator runs for many people, all of it as processes of its own: nginx, two servers
 * for clients, two that index, PostgreSQL between them; Qdrant and the model are doubles.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { read } from '../../packages/support/files.ts'
import { serve } from '../../packages/support/programs.ts'
import { type Backend, demoBackend } from '../../support/backend.ts'
import type { ConnectHarness } from '../../support/connect.ts'
import { type EmbeddingServer, startOllama } from '../../support/embedding-servers.ts'
import { nginxIn } from '../../support/nginx.ts'
import { freePorts } from '../../support/ports.ts'
import { type Running, startProgram } from '../../support/program.ts'
import { type QdrantDouble, startQdrant } from '../../support/qdrant/server.ts'
import { freshDatabase, KEY } from './databases.ts'

/** One process of the four. */
export interface Member {
  readonly role: 'api' | 'worker'
  /** Ends it as a machine does whose power fails, and starts another in its place. */
  replace(): Promise<void>
  /** What all that ran in this place have said. */
  log(): string
}

/** All of it. */
export interface Fleet extends Pick<ConnectHarness, 'url' | 'alice' | 'bob'> {
  readonly backend: Backend
  readonly database: string
  readonly members: readonly Member[]
  readonly model: EmbeddingServer
  readonly qdrant: QdrantDouble
}

const MODEL = { models: ['model'], dimension: 32, contextLength: 8_000 }

/** Starts it; it ends with the test. */
export async function startFleet(): Promise<Fleet> {
  const database = await freshDatabase()
  const [backend, qdrant, model] = [
    await demoBackend(),
    await startQdrant(),
    await startOllama(MODEL),
  ]
  const [front = 0, ...ports] = await freePorts(5)
  const url = `http://localhost:${front}`
  onTestFinished(async () => {
    await Promise.all([backend.close(), qdrant.close(), model.close()])
  })
  const environment = {
    NEXTCLOUD_HOST: backend.url,
    NEXTCLOUD_MCP_SERVER_URL: url,
    DATABASE_URL: database,
    TOKEN_ENCRYPTION_KEY: KEY,
    ENABLE_OFFLINE_ACCESS: 'true',
    ENABLE_SEMANTIC_SEARCH: 'true',
    QDRANT_URL: qdrant.url,
    OLLAMA_URL: model.url,
    OLLAMA_EMBEDDING_MODEL: 'model',
    SYNC_INTERVAL_SECONDS: '10',
    METRICS_ENABLED: 'false',
  }
  const members: Member[] = []
  for (const [at, role] of (['api', 'worker', 'api', 'worker'] as const).entries()) {
    members.push(await startMember(role, ports[at] ?? 0, environment))
  }
  await startNginx(front, [ports[0] ?? 0, ports[2] ?? 0])
  return {
    url,
    backend,
    database,
    members,
    model,
    qdrant,
    alice: { user: 'alice', password: 'alice-demo' },
    bob: { user: 'bob', password: 'bob-demo' },
  }
}

async function startMember(
  role: Member['role'],
  port: number,
  environment: Record<string, string>,
): Promise<Member> {
  const all: Running[] = []
  const start = async () => {
    const args = ['run', '--transport', 'http', '--host', '127.0.0.1', '--port', `${port}`]
    const running = startProgram(args, { ...environment, MCP_ROLE: role })
    all.push(running)
    const ended = running.exited.then(({ stderr }) => {
      throw new Error(`the ${role} ended:\n${stderr}`)
    })
    ended.catch(() => {})
    await Promise.race([answers(port), ended])
    return running
  }
  let running = await start()
  onTestFinished(async () => {
    running.child.kill('SIGTERM')
    await running.exited
  })
  return {
    role,
    log: () => all.map(one => one.output().stderr).join(''),
    async replace() {
      running.child.kill('SIGKILL')
      await running.exited
      running = await start()
    },
  }
}

async function answers(port: number): Promise<void> {
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isUp())) await sleep(50)
}

/** Nginx with the example of this project, save for names, certificates, and that there are two. */
async function startNginx(port: number, upstream: readonly number[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-nginx-'))
  const servers = upstream.map(one => `server 127.0.0.1:${one} max_fails=1 fail_timeout=1s;`)
  const example = read('deploy/proxy/nginx.conf')
    .replace('server 127.0.0.1:8000;', servers.join('\n'))
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('server_name mcp.example.org;', 'server_name localhost;')
    .replace(/ssl_certificate.*\n/g, '\n')
  const isUp = () =>
    fetch(`http://localhost:${port}/health/live`).then(
      ({ ok }) => ok,
      () => false,
    )
  const nginx = await serve(isUp, 'nginx', nginxIn(folder, example))
  onTestFinished(async () => {
    await nginx.close()
    rmSync(folder, { recursive: true, force: true })
  })
}
