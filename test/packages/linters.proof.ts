/** What others' tools say of our files, where they are installed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT, read } from './support/files.ts'
import { isInstalled, runToEnd } from './support/programs.ts'

const UNIT = 'deploy/systemd/nextcloud-mcp-server.service'

describe.skipIf(!isInstalled('hadolint', '--version'))('hadolint', () => {
  test('has nothing to say of the Dockerfile', async () => {
    const { stdout } = await runToEnd('hadolint', ['--failure-threshold', 'info', 'Dockerfile'], {
      cwd: ROOT,
    })
    expect(stdout).toBe('')
  })
})

describe.skipIf(!isInstalled('systemd-analyze', '--version'))('systemd', () => {
  /** What it says of a unit of this text. */
  const verdict = async (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-unit-'))
    try {
      const file = join(folder, 'nextcloud-mcp-server.service')
      writeFileSync(file, text)
      const { stdout, stderr } = await runToEnd('systemd-analyze', ['verify', '--man=no', file])
      return stdout + stderr
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  test('knows everything that the unit says', async () => {
    expect(await verdict(read(UNIT))).toBe('')
    expect(await verdict(`${read(UNIT)}\n[Service]\nProtectHomes=yes\n`)).toMatch(/ProtectHomes/)
  })

  test('calls the service well protected', async () => {
    const { stdout } = await runToEnd('systemd-analyze', [
      'security',
      '--offline=true',
      '--threshold=20',
      join(ROOT, UNIT),
    ])
    expect(stdout).toMatch(/Overall exposure level.*: 1\.\d OK/)
  })
})

test('the script for the trial Nextcloud is one', async () => {
  await runToEnd('sh', ['-n', join(ROOT, 'deploy/compose/nextcloud-setup.sh')])
})
