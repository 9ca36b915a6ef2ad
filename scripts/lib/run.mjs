import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. Everything runs from here, wherever npm was called. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Ctrl-C reaches every process of the terminal's group by itself. In a group of its own a child
 * gets each signal exactly once, from us; a second one would look like an impatient user.
 * Windows has no such groups, and there Ctrl-C does all there is to do.
 */
const ownGroup = process.platform !== 'win32'

/** Ends the whole run with an exit code; its message, if any, is printed on stderr. */
export class TaskFailed extends Error {
  constructor(exitCode, message = '') {
    super(message)
    this.exitCode = exitCode
  }
}

/**
 * Runs a program until it ends and resolves with its exit code, 128 + signal number where a
 * signal ended it, as shells count. Signals sent to this process are passed on to it.
 *
 * `output` says where its stdout and stderr go: `own` to ours, `stderr` both to our stderr (for
 * steps whose output is not the task's), `quiet` nowhere unless the program fails.
 */
export function run(command, args, { output = 'own', cwd = root, shell = false } = {}) {
  const stdio = {
    own: 'inherit',
    stderr: ['ignore', 2, 2],
    quiet: ['ignore', 'pipe', 'pipe'],
  }[output]
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell, stdio, detached: ownGroup })
    const said = []
    child.stdout?.on('data', chunk => said.push(chunk))
    child.stderr?.on('data', chunk => said.push(chunk))

    const stopForwarding = forwardSignals(child)
    child.once('error', error => {
      stopForwarding()
      reject(new TaskFailed(127, `Cannot run ${command}: ${error.message}`))
    })
    child.once('close', (code, signal) => {
      stopForwarding()
      const exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
      if (exitCode !== 0) process.stderr.write(Buffer.concat(said))
      resolve(exitCode)
    })
  })
}

/** Like `run`, but anything except success ends the whole run with that exit code. */
export async function mustRun(command, args, options) {
  const exitCode = await run(command, args, options)
  if (exitCode !== 0) throw new TaskFailed(exitCode)
}

/** Runs npm under the Node that runs this script, whatever Node npm was started with. */
export function npm(args, options) {
  const cli = process.env.npm_execpath
  if (cli && basename(cli).startsWith('npm-cli.')) {
    return run(process.execPath, [cli, ...args], options)
  }
  if (process.platform !== 'win32') return run('npm', args, options)
  // There npm is a batch file, which only a shell starts, and a shell wants its quotes.
  const quoted = args.map(arg => `"${arg}"`)
  return run('npm', quoted, { ...options, shell: true })
}

/** Runs the program `name` of an installed package, without the detour over npx or a shell. */
export function tool(packageName, name, args, options) {
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return run(process.execPath, [join(folder, bin[name]), ...args], options)
}

/** Runs a TypeScript file as it is: Node strips the types (before 22.18 only when told to). */
export function typescript(file, args, options) {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  return run(process.execPath, [...flags, join(root, file), ...args], options)
}

function forwardSignals(child) {
  const forward = signal => {
    stopWatching()
    if (ownGroup) signalGroup(child, signal)
    else if (signal !== 'SIGINT') child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  const stopWatching = onOrphaned(() => forward('SIGTERM'))
  return () => {
    stopWatching()
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}

function signalGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // it has ended by itself
  }
}

/**
 * npm runs a script through a shell, and most shells that are told to end do so without a word to
 * what they run. So when that shell is gone, npm was told to end, and nobody else will tell us.
 */
function onOrphaned(callback) {
  if (!process.env.npm_lifecycle_event) return () => {}
  const { ppid } = process
  const timer = setInterval(() => {
    if (process.ppid !== ppid) callback()
  }, 200)
  return () => clearInterval(timer)
}
