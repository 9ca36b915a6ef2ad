import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { install } from './install.mjs'
import { root, TaskFailed, tool } from './run.mjs'

const source = join(root, 'src')
const output = join(root, 'dist')
const stampFile = join(root, 'node_modules', '.cache', 'nextcloud-mcp-server', 'build')

/** Compiles `src` to `dist`, only where something changed since the last build. */
export async function build() {
  await install()
  const sources = await filesIn(source)
  const outputs = sources.map(file => file.replace(/\.ts$/, '.js'))
  const stamp = await fingerprint(sources)
  const isComplete = outputs.every(file => existsSync(join(output, file)))
  if (isComplete && stamp === (await readFile(stampFile, 'utf8').catch(() => ''))) return

  const compiler = ['-p', 'tsconfig.build.json', '--noEmitOnError']
  const exitCode = await tool('typescript', 'tsc', compiler, { output: 'stderr' })
  if (exitCode !== 0) throw new TaskFailed(exitCode, 'The build failed.')
  await removeOthers(outputs)
  await mkdir(dirname(stampFile), { recursive: true })
  await writeFile(stampFile, stamp)
}

/** By content and not by time: a checkout touches files without changing them. */
async function fingerprint(sources) {
  const others = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']
  const files = [...sources.map(file => join('src', file)), ...others]
  const contents = await Promise.all(files.map(file => readFile(join(root, file))))
  const hash = createHash('sha256')
  files.forEach((file, index) => {
    hash.update(`${file} ${contents[index].length}\n`).update(contents[index])
  })
  return hash.digest('hex')
}

/** Removes what earlier builds left of sources since renamed or deleted. */
async function removeOthers(outputs) {
  const expected = new Set(outputs)
  const stale = (await filesIn(output)).filter(file => !expected.has(file))
  await Promise.all(stale.map(file => rm(join(output, file), { force: true })))
}

/** The files below a folder, sorted, relative to it. */
async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map(file => file.split(sep).join('/'))
    .toSorted()
}
