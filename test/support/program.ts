/** The installed program, run as people run it. Needs a build: `npm test` makes one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export const PROGRAM = join(import.meta.dirname, '../../bin/nextcloud-mcp-server.mjs')

/** A program that runs. */
export interface Running {
  child: ChildProcess
  /** What it has printed so far. */
  output(): { stdout: string; stderr: string }
  /** Resolves when either stream has printed what is looked for. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  exited: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Starts the program with nothing in its environment but what is given. */
export function startProgram(args: string[], environment: Record<string, string> = {}): Running {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH, HOME, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      printed[name] += chunk.toString()
      for (const listener of listeners) listener()
    })
  }
  const exited = new Promise<{ code: number | null; stdout: string; stderr: string }>(resolve =>
    child.on('close', code => resolve({ code, ...printed })),
  )
  return {
    child,
    exited,
    output: () => ({ ...printed }),
    printed: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(printed.stdout) ?? pattern.exec(printed.stderr)
          if (found === null) return
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        look()
        exited.then(() =>
          reject(
            new Error(`ended without printing ${pattern}:\n${printed.stdout}${printed.stderr}`),
          ),
        )
      }),
  }
}

/** Runs the program to its end. */
export function runProgram(args: string[], environment: Record<string, string> = {}) {
  const { child, exited } = startProgram(args, environment)
  child.stdin?.end()
  return exited
}
