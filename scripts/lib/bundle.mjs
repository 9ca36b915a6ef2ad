import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedPackage } from './cache.mjs'
import { assemble } from './production.mjs'
import { npm, root, run, TaskFailed } from './run.mjs'

/** The official tool for MCP bundles. */
const MCPB = { name: '@anthropic-ai/mcpb', version: '2.1.2' }

/**
 * Makes the MCP bundle, which desktop applications install with one click, and resolves with its
 * path: `out/nextcloud-mcp-server-VERSION.mcpb`. One bundle serves all platforms.
 */
export async function bundle() {
  const staging = await mkdtemp(join(tmpdir(), 'nextcloud-mcp-bundle-'))
  try {
    await assemble(staging)
    await addOtherPlatforms(staging)
    await cp(join(root, 'deploy/mcpb/manifest.json'), join(staging, 'manifest.json'))

    const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const file = join(root, 'out', `${name}-${version}.mcpb`)
    await mkdir(join(root, 'out'), { recursive: true })
    await rm(file, { force: true })
    await mcpb(['pack', staging, file])
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    process.stdout.write(`${file}\nsha256 ${sha256}\n`)
    return file
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The folder of the tool, which has the schemas of manifests as well. */
export function mcpbPackage() {
  return cachedPackage(MCPB, place =>
    process.stderr.write(`Fetching the tool for MCP bundles from npm into ${place} (once)\n`),
  )
}

async function mcpb(args) {
  const folder = await mcpbPackage()
  const { bin } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const exitCode = await run(process.execPath, [join(folder, bin), ...args], {
    output: 'quiet',
  })
  if (exitCode !== 0) throw new TaskFailed(exitCode, `mcpb ${args[0]} failed.`)
}

/**
 * npm installs the native part of sqlite-vec for this machine alone. The others come from npm as
 * well, and are held against package-lock.json.
 */
async function addOtherPlatforms(staging) {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  const present = await readdir(join(staging, 'node_modules'))
  const missing = Object.entries(packages)
    .map(([path, { version, integrity }]) => ({
      name: path.replace('node_modules/', ''),
      version,
      integrity,
    }))
    .filter(({ name }) => /^sqlite-vec-\w+-\w+$/.test(name) && !present.includes(name))
  const archives = await mkdtemp(join(tmpdir(), 'nextcloud-mcp-platforms-'))
  try {
    for (const wanted of missing) await addPackage(wanted, archives, staging)
  } finally {
    await rm(archives, { recursive: true, force: true })
  }
}

async function addPackage({ name, version, integrity }, archives, staging) {
  const exitCode = await npm(['pack', `${name}@${version}`, '--prefer-offline'], {
    cwd: archives,
    output: 'quiet',
  })
  if (exitCode !== 0) throw new TaskFailed(exitCode, `Could not fetch ${name} from npm.`)
  const archive = join(archives, `${name}-${version}.tgz`)
  const found = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (integrity !== `sha512-${found}`) {
    throw new TaskFailed(1, `${name} is another one than package-lock.json has.`)
  }
  const folder = join(staging, 'node_modules', name)
  await mkdir(folder)
  const unpacked = await run('tar', ['-xzf', archive, '--strip-components=1', '-C', folder])
  if (unpacked !== 0) throw new TaskFailed(unpacked, `Could not unpack ${name}.`)
}
