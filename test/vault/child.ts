/** Child processes that use a vault. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A child process, its printed lines as they come. */
export interface Child {
  readonly process: ChildProcess
  readonly lines: string[]
  /** Resolves when the line is there; rejects when the child ends before. */
  line(text: string): Promise<void>
  /** Resolves with the exit code, null after a signal. */
  ended(): Promise<number | null>
}

/** Starts a script of this folder. */
export function startChild(script: string, ...args: string[]): Child {
  const child = spawn(
    process.execPath,
    [
      '--experimental-strip-types', // For Node 22; later ones do so by themselves.
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, script),
      ...args,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines: string[] = []
  const waiting = new Map<string, () => void>()
  const reader = createInterface(child.stdout)
  reader.on('line', line => {
    lines.push(line)
    waiting.get(line)?.()
  })
  // Not before all that it printed has been read.
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')])
  return {
    process: child,
    lines,
    line: text =>
      new Promise((resolve, reject) => {
        if (lines.includes(text)) return resolve()
        waiting.set(text, resolve)
        ended.then(() => reject(new Error(`ended without printing ${text}`)), reject)
      }),
    ended: async () => (await ended)[0][0] as number | null,
  }
}
