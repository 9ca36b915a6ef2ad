import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { npm, TaskFailed } from './run.mjs'

const ABANDONED_AFTER_MS = 60 * 60 * 1000

/** Where things live that are fetched once and serve every checkout of the project. */
export const cacheFolder = join(userCacheFolder(), 'nextcloud-mcp-server')

/**
 * A package from npm that is no dependency of the project, in a folder of its own outside it.
 * Resolves with the package's folder; `onFetch` runs only when it has to be fetched. A `range` says
 * which versions will do where the very one does not exist.
 *
 * A folder in the cache is complete: packages are installed beside it and renamed into place,
 * so an interrupted run leaves nothing that looks usable, and of two runs that race one wins.
 *
 * @throws {TaskFailed} when npm cannot fetch it; npm's own words are on stderr by then
 */
export async function cachedPackage({ name, version, range = version }, onFetch) {
  const place = join(cacheFolder, `${name.replace(/^@/, '').replaceAll('/', '-')}-${version}`)
  const packageFolder = join(place, 'node_modules', name)
  const isComplete = () => existsSync(join(packageFolder, 'package.json'))
  if (isComplete()) return packageFolder

  onFetch?.(place)
  await mkdir(cacheFolder, { recursive: true })
  await removeAbandoned()
  const draft = await mkdtemp(`${place}.tmp-`)
  try {
    const options = [
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ]
    const spec = `${name}@${range}`
    const exitCode = await npm(['install', ...options, '--prefix', draft, spec], {
      cwd: draft,
      output: 'quiet',
    })
    if (exitCode !== 0) throw new TaskFailed(exitCode, `Could not fetch ${spec} from npm.`)
    await moveIntoPlace(draft, place, isComplete)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return packageFolder
}

async function moveIntoPlace(draft, place, isComplete) {
  try {
    await rename(draft, place)
  } catch (error) {
    if (isComplete()) return // another run was faster; what it fetched is the same
    if (!existsSync(place)) throw error
    await rm(place, { recursive: true, force: true }) // someone removed half of it
    await rename(draft, place)
  }
}

/** Clears what interrupted runs left behind. */
async function removeAbandoned() {
  for (const name of await readdir(cacheFolder)) {
    if (!name.includes('.tmp-')) continue
    const path = join(cacheFolder, name)
    const age = Date.now() - (await stat(path).catch(() => undefined))?.mtimeMs
    if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true })
  }
}

function userCacheFolder() {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME
  if (process.platform === 'win32') return LOCALAPPDATA || join(homedir(), 'AppData', 'Local')
  return join(homedir(), '.cache')
}
