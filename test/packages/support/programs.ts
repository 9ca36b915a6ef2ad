/** Programs of others, which the checks use where they are installed. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Whether a program can be started: whatever it answers. */
export function isInstalled(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined
}

/** Runs a program to its end. @throws with what it printed where it fails */
export function runToEnd(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(program, args, { ...options, maxBuffer: 16 * 1024 * 1024 })
}

/** A program that serves. */
export interface Serving {
  close(): Promise<void>
}

const STARTS_WITHIN_MS = 30_000

/** Starts a program and waits until it is ready. @throws with its output where it ends */
export async function serve(
  isReady: () => Promise<boolean>,
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Serving> {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  const close = () => end(child)
  const deadline = Date.now() + STARTS_WITHIN_MS
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${program} ended:\n${said}`)
    if (Date.now() > deadline) {
      await close()
      throw new Error(`${program} is not ready:\n${said}`)
    }
    await sleep(50)
  }
  return { close }
}

/** Ends a process, and waits until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** A port of loopback where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
