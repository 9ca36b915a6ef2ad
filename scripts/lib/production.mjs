import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { root } from './run.mjs'

/** What runs, besides its dependencies. The Dockerfile copies the same. */
export const PROGRAM_FILES = ['package.json', 'LICENSE', 'bin', 'dist']

/** What only people who develop look into: types, and maps back to sources. */
const FOR_DEVELOPERS = /\.(d\.[cm]?ts|map)$/

/**
 * Puts the built program with its production dependencies into an empty folder: those of
 * package-lock.json that `npm ci --omit=dev` would install, out of what is installed already.
 */
export async function assemble(folder) {
  const filter = source => !FOR_DEVELOPERS.test(source)
  const names = [...PROGRAM_FILES, ...(await productionPackages())]
  await Promise.all(
    names.map(name => cp(join(root, name), join(folder, name), { recursive: true, filter })),
  )
}

/** Folders of the packages, without those that lie in another one of them. */
async function productionPackages() {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([path, { dev }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !dev)
    .map(([path]) => path)
    .filter(path => existsSync(join(root, path.replaceAll('/', sep))))
}
