import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { npm, root, TaskFailed } from './run.mjs'

/** What runs, besides its dependencies. The Dockerfile copies the same. */
export const PROGRAM_FILES = ['package.json', 'LICENSE', 'bin', 'dist']

/** Dependencies of dependencies that are never loaded: the Qdrant client wants them for its types. */
const FOR_TYPES = ['typescript', '@typescript']

const LOCKFILE = 'package-lock.json'

/**
 * Puts the built program with its production dependencies into an empty folder, as an image or a
 * bundle has them.
 */
export async function assemble(folder) {
  for (const name of [...PROGRAM_FILES, LOCKFILE]) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  const exitCode = await npm(['ci', ...options], { cwd: folder, output: 'quiet' })
  if (exitCode !== 0) throw new TaskFailed(exitCode, 'npm ci --omit=dev failed.')
  await rm(join(folder, LOCKFILE))
  for (const name of FOR_TYPES) await rm(join(folder, 'node_modules', name), { recursive: true })
}

/** Removes what only people who develop look into: types, and maps back to sources. */
export async function removeDevelopersFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && /\.(d\.[cm]?ts|map)$/.test(entry.name))
  await Promise.all(files.map(file => rm(join(file.parentPath, file.name))))
}
