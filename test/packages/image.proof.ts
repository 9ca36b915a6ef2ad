/** What the image holds runs as the image runs it: as another user, on what cannot be written. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { healthCheck, imageEnvironment, instruction, words } from './support/dockerfile.ts'
import { ROOT } from './support/files.ts'
import { end, freePort } from './support/programs.ts'
import { unpackBundle } from './support/unpacked.ts'

const user = Number(instruction('USER').split(':')[0])
/**
 * Only root can become another user; whoever runs the tests as somebody else is that already. And
 * where Node is in root's own home, nobody else can start it.
 */
const isOther =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--version'], { uid: user, gid: user }).status === 0
const as = isOther ? { uid: user, gid: user } : {}

let unpacked: ReturnType<typeof unpackBundle>
let data: string
let environment: Record<string, string>
beforeAll(async () => {
  unpacked = unpackBundle()
  spawnSync('chmod', ['-R', 'a-w', unpacked.folder])
  data = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-data-'))
  if (isOther) chownSync(data, user, user)
  const volume = instruction('VOLUME')
  const own = Object.entries(imageEnvironment()).map(([name, value]) => [
    name,
    value.replace(volume, data),
  ])
  environment = {
    ...Object.fromEntries(own),
    MCP_PORT: String(await freePort()),
    HOME: '/nonexistent',
    TMPDIR: '/nonexistent',
    NEXTCLOUD_HOST: 'http://127.0.0.1:9',
    NEXTCLOUD_MCP_SERVER_URL: 'http://localhost:8000',
  }
})
afterAll(() => {
  spawnSync('chmod', ['-R', 'u+w', unpacked.folder])
  unpacked.remove()
  rmSync(data, { recursive: true, force: true })
})

async function started(): Promise<ChildProcess> {
  const [node, ...rest] = [...words('ENTRYPOINT'), ...words('CMD')]
  expect(node).toBe('node')
  const args = rest.map(word => word.replace(instruction('WORKDIR'), unpacked.folder))
  const child = spawn(process.execPath, args, {
    ...as,
    cwd: unpacked.folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(said)))
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('serving MCP')) resolve(child)
    })
  })
}

function health(): number | null {
  const [node, script = ''] = healthCheck()
  expect(node).toBe('node')
  return spawnSync(process.execPath, [join(ROOT, script)], { env: environment }).status
}

test('it serves, is healthy, writes below its data alone, and ends when told to', async () => {
  expect(health()).toBe(1)
  const child = await started()
  try {
    expect(health()).toBe(0)
    const answer = await fetch(`http://127.0.0.1:${environment.MCP_PORT}/health/live`)
    expect(answer.status).toBe(200)
    const written = readdirSync(data, { recursive: true, encoding: 'utf8' })
    expect(written).toContain('nextcloud-mcp-server/tokens.db')
    for (const name of written) expect(statSync(join(data, name)).mode & 0o077, name).toBe(0)
  } finally {
    expect(instruction('STOPSIGNAL')).toBe('SIGTERM')
    await end(child)
  }
  expect(child.exitCode).toBe(0)
  expect(health()).toBe(1)
})

test('it starts again with what it has remembered', async () => {
  const child = await started()
  await end(child)
  expect(child.exitCode).toBe(0)
})
