/** The bundle, unpacked: the program with its production dependencies, and nothing else. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { given } from './files.ts'

/** Unpacks it into a folder of its own. */
export function unpackBundle(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-unpacked-'))
  chmodSync(folder, 0o755)
  const files = unzipSync(readFileSync(given('PACKAGES_TEST_BUNDLE')))
  for (const [path, content] of Object.entries(files)) {
    if (path.endsWith('/')) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
