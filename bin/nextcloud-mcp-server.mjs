#!/usr/bin/env node
// Plain JavaScript that even old Node parses, so that a Node too old for the server
// gets an explanation instead of a syntax error.
import { readFileSync } from 'node:fs'
import module from 'node:module'
import v8 from 'node:v8'

const manifest = new URL('../package.json', import.meta.url)
const needed = JSON.parse(readFileSync(manifest, 'utf8')).engines.node.replace(/^\D+/, '')
const found = process.versions.node

if (isOlder(found, needed)) {
  process.stderr.write(
    `nextcloud-mcp-server needs Node ${needed} or newer; this is Node ${found}.\n` +
      'Get a current version from https://nodejs.org/en/download, or: nvm install --lts\n',
  )
  process.exit(1)
}

boundMemory()
// Start-up is mostly compilation: keep what V8 compiled for the next start.
module.enableCompileCache()
const { main } = await import('../dist/cli.js')
await main(process.argv.slice(2))

/**
 * Keeps the process small. V8 sizes its heap by the machine's memory, and lets garbage of many
 * small calls grow to hundreds of megabytes where there are gigabytes; a server that lives beside
 * a Nextcloud is a guest there. Costs a tenth of the throughput, saves two thirds of the memory.
 */
function boundMemory() {
  const YOUNG_GENERATION = '--max-semi-space-size='
  const isTold = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some(option =>
    option.includes(YOUNG_GENERATION),
  )
  // The young generation is laid out at start: the process replaces itself, keeping its id and
  // streams. Where it cannot (Windows, before Node 22.15) it just runs larger.
  if (!isTold && process.platform !== 'win32' && process.execve) {
    process.removeAllListeners('warning')
    const args = [process.execPath, `${YOUNG_GENERATION}4`, ...process.execArgv]
    // glibc reads these at start only: what compilers take for a moment then goes back to the
    // system, in place of being kept for each of their threads. Saves an eighth of the memory.
    const returnMemory = {
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '65536',
      MALLOC_TRIM_THRESHOLD_: '131072',
    }
    process.execve(process.execPath, [...args, ...process.argv.slice(1)], {
      ...returnMemory,
      ...process.env,
    })
  }
  // Collect when the heap has grown by a fifth instead of several times over ...
  v8.setFlagsFromString('--heap-growing-percent=20')
  // ... and compile hot code once instead of twice: compilers take more memory than the heap.
  v8.setFlagsFromString('--no-maglev')
  v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=300')
}

/** Whether version `a` (such as `20.20.2`) comes before version `b`. */
function isOlder(a, b) {
  const [major, minor] = a.split('.').map(Number)
  const [neededMajor, neededMinor] = b.split('.').map(Number)
  return major < neededMajor || (major === neededMajor && minor < neededMinor)
}
