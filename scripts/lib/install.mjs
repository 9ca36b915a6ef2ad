import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { npm, root, TaskFailed } from './run.mjs'

/** Runs `npm ci`, only where node_modules is missing or not what package-lock.json says. */
export async function install() {
  if (await isInstalled()) return
  process.stderr.write('Installing dependencies\n')
  // Without its tools the project cannot be built, so NODE_ENV=production must not omit them.
  const exitCode = await npm(['ci', '--include=dev', '--no-audit', '--no-fund'], {
    output: 'quiet',
  })
  if (exitCode !== 0) throw new TaskFailed(exitCode, 'npm ci failed.')
}

/**
 * Compares package-lock.json with npm's own record of what it put into node_modules, which npm
 * writes last: an interrupted install has none. Packages for other platforms may be missing.
 */
async function isInstalled() {
  const wanted = await packagesIn('package-lock.json')
  const installed = await packagesIn('node_modules/.package-lock.json')
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true // the project itself
    const found = installed[path]
    return found ? found.version === version && found.integrity === integrity : optional === true
  })
}

async function packagesIn(lockfile) {
  try {
    return JSON.parse(await readFile(join(root, lockfile), 'utf8')).packages
  } catch {
    return undefined
  }
}
