/** The programs under measurement, as processes of their own. Only on the loopback interface. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The one user of the demo Nextcloud that the benchmark acts as. */
export const USER = { name: 'alice', password: 'alice-demo' }

/** A program that serves HTTP. */
export interface RunningProgram {
  readonly url: URL
  readonly pid: number
  stop(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('../bin/nextcloud-mcp-server.mjs', import.meta.url))
const STARTS_WITHIN_MS = 15_000
const ENDS_WITHIN_MS = 5_000

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Starts the demo Nextcloud alone. Its `url` is the address of the instance. */
export async function startDemo(): Promise<RunningProgram> {
  const port = await freePort()
  const child = start(['demo', '--nextcloud-only', '--port', String(port)])
  return whenReady(child, new URL(`http://127.0.0.1:${port}`), '/status.php')
}

/** Starts the server over a Nextcloud. Its `url` is the MCP endpoint. @param environment further settings */
export async function startServer(
  nextcloud: URL,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  return serve(await freePort(), nextcloudOptions(nextcloud), environment)
}

/**
 * Starts the server for people who sign in with Nextcloud: its own authorization server, and what
 * it remembers of them in a database of its own.
 * @param folder for the database, which the caller removes
 */
export async function startSignInServer(nextcloud: URL, folder: string): Promise<RunningProgram> {
  const port = await freePort()
  return serve(port, ['--nextcloud-host', nextcloud.origin], {
    NEXTCLOUD_MCP_SERVER_URL: `http://127.0.0.1:${port}`,
    TOKEN_STORAGE_DB: join(folder, 'tokens.db'),
  })
}

/** Starts the server on stdio, the caller holding its stdin and stdout. */
export function startStdioServer(nextcloud: URL): ChildProcess {
  return start(['run', '--transport', 'stdio', ...nextcloudOptions(nextcloud)], 'pipe')
}

/** Ends a process by its id, at the latest after some seconds, and waits until it has ended. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
  await ended
  clearTimeout(timer)
}

/** Resident memory of a process in MB; undefined where the system does not tell in /proc. */
export function residentMegabytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}

function serve(
  port: number,
  options: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const listen = ['--transport', 'http', '--host', '127.0.0.1', '--port', String(port)]
  const child = start(['run', ...listen, ...options], 'ignore', environment)
  return whenReady(child, new URL(`http://127.0.0.1:${port}/mcp`), '/health/live')
}

function start(
  args: readonly string[],
  stdin: 'ignore' | 'pipe' = 'ignore',
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: [stdin, stdin === 'pipe' ? 'pipe' : 'ignore', 'pipe'],
    env: { ...programEnvironment(), ...environment },
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  return child
}

/** Only what a program needs to run: a setting of the user's must not change what is measured. */
function programEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), LOG_LEVEL: 'warn' }
}

function nextcloudOptions({ origin }: URL): string[] {
  const user = ['--nextcloud-username', USER.name, '--nextcloud-password', USER.password]
  return ['--nextcloud-host', origin, ...user]
}

async function whenReady(child: ChildProcess, url: URL, probe: string): Promise<RunningProgram> {
  let said = ''
  child.stderr?.on('data', chunk => {
    said = (said + chunk).slice(-2_000)
  })
  const deadline = performance.now() + STARTS_WITHIN_MS
  while (!(await answers(new URL(probe, url)))) {
    if (child.exitCode === null && performance.now() < deadline) {
      await sleep(50)
      continue
    }
    await stop(child)
    throw new Error(`${child.spawnargs.slice(1).join(' ')} did not start: ${said}`)
  }
  return { url, pid: child.pid as number, stop: () => stop(child) }
}

function answers(url: URL): Promise<boolean> {
  return fetch(url).then(
    response => response.ok,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
