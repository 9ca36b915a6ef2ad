#!/usr/bin/env node
// Plain JavaScript that even old Node parses, so that a Node too old for the server
// gets an explanation instead of a syntax error.
import { readFileSync } from 'node:fs'
import module from 'node:module'

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

// Start-up is mostly compilation: keep what V8 compiled for the next start.
module.enableCompileCache()
const { main } = await import('../dist/cli.js')
await main(process.argv.slice(2))

/** Whether version `a` (such as `20.20.2`) comes before version `b`. */
function isOlder(a, b) {
  const [major, minor] = a.split('.').map(Number)
  const [neededMajor, neededMinor] = b.split('.').map(Number)
  return major < neededMajor || (major === neededMajor && minor < neededMinor)
}
