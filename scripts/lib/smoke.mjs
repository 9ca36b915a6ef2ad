import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npm, root, TaskFailed } from './run.mjs'

/**
 * Packs the project as for publication, installs the package into an empty folder and runs it:
 * what is missing from `files` or listed under the wrong dependencies shows only there.
 */
export async function smoke() {
  const folder = await mkdtemp(join(tmpdir(), 'nextcloud-mcp-server-'))
  try {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    await mustNpm(['pack', '--pack-destination', folder], root)
    const [archive] = await readdir(folder)
    await mustNpm(['install', '--prefix', folder, '--no-audit', '--no-fund', archive], folder)

    const program = join(folder, 'node_modules/nextcloud-mcp-server/bin/nextcloud-mcp-server.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--version'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 30_000,
    })
    if (status !== 0 || stdout.trim() !== version) {
      throw new TaskFailed(1, `--version answered ${status}: ${stdout}${stderr}`)
    }
    process.stdout.write(`${archive} installs and runs: --version answers ${version}\n`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function mustNpm(args, cwd) {
  const exitCode = await npm(args, { cwd, output: 'quiet' })
  if (exitCode !== 0) throw new TaskFailed(exitCode, `npm ${args[0]} failed.`)
}
