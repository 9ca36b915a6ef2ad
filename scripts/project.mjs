// The npm scripts: `node scripts/project.mjs <task> [arguments]`.
//
// They work on a fresh clone with nothing but npm and any Node from 20 up. Each task first puts in
// place what it needs (a recent Node, dependencies, a build) and leaves alone what is up to date.
// Plain JavaScript, because it runs before there is a Node that could run anything else.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './lib/build.mjs'
import { bundle } from './lib/bundle.mjs'
import { cachedPackage } from './lib/cache.mjs'
import { testDav } from './lib/dav.mjs'
import { install } from './lib/install.mjs'
import { testKeycloak } from './lib/keycloak.mjs'
import { fetchNode, nodeIsRecent, putNodeOnPath } from './lib/node.mjs'
import { checkPackages } from './lib/packages.mjs'
import { root, run, tool, typescript } from './lib/run.mjs'
import { smoke } from './lib/smoke.mjs'

/** The official test suite. A tool and not a dependency: it brings a hundred packages along. */
const CONFORMANCE_SUITE = {
  name: '@modelcontextprotocol/conformance',
  version: '0.2.0-alpha.12',
}

/** Each takes the arguments after the task's name and resolves with an exit code, 0 if none. */
const tasks = {
  async start(args) {
    await build()
    const program = join(root, 'bin', 'nextcloud-mcp-server.mjs')
    return run(process.execPath, [program, 'demo', ...args])
  },

  async test(args) {
    await build()
    return tool('vitest', 'vitest', ['run', ...args])
  },

  async 'test:browser'(args) {
    await install()
    const config = ['--config', 'test/browser/vitest.config.ts']
    return tool('vitest', 'vitest', ['run', ...config, ...args])
  },

  async 'test:dav'(args) {
    await install()
    return testDav(args)
  },

  async 'test:keycloak'(args) {
    await install()
    return testKeycloak(args)
  },

  async 'test:postgres'(args) {
    await install()
    const config = ['--config', 'test/postgres/vitest.config.ts']
    return tool('vitest', 'vitest', ['run', ...config, ...args])
  },

  build,

  async check() {
    await install()
    const exitCodes = [
      await tool('@biomejs/biome', 'biome', ['ci', '.']),
      await tool('oxlint', 'oxlint', []),
      await tool('typescript', 'tsc', ['--noEmit']),
    ]
    return exitCodes.find(code => code !== 0)
  },

  async format() {
    await install()
    return tool('@biomejs/biome', 'biome', ['check', '--write', '.'])
  },

  async docs(args) {
    await install()
    return typescript('scripts/docs.ts', args)
  },

  async bench(args) {
    await build()
    return typescript('bench/index.ts', args)
  },

  async 'bench:load'(args) {
    await build()
    return typescript('bench/load/index.ts', args)
  },

  async conformance(args) {
    await install()
    const suite = await cachedPackage(CONFORMANCE_SUITE, place =>
      process.stderr.write(`Fetching the conformance suite from npm into ${place} (once)\n`),
    )
    return typescript('scripts/conformance.ts', ['--suite', suite, ...args])
  },

  async smoke() {
    await build()
    return smoke()
  },

  async 'bundle:mcpb'() {
    await build()
    await bundle()
  },

  async 'check:packages'(args) {
    await build()
    return checkPackages(args)
  },
}

async function main([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined
  if (!task) {
    process.stderr.write(`Tasks: ${Object.keys(tasks).join(', ')}\n`)
    return 2
  }
  if (!nodeIsRecent()) {
    const node = await fetchNode()
    return run(node, [fileURLToPath(import.meta.url), name, ...args])
  }
  putNodeOnPath()
  return task(args)
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ?? 0
} catch (error) {
  if (error.exitCode === undefined) throw error
  if (error.message) process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
