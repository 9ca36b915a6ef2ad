import { join } from 'node:path'
import { bundle, mcpbPackage } from './bundle.mjs'
import { cachedPackage, cacheFolder } from './cache.mjs'
import { tool } from './run.mjs'

/** What the checks read the files with; no dependencies, as nothing of the project needs them. */
const READERS = [
  { name: 'yaml', version: '2.8.1' },
  { name: 'ajv', version: '8.17.1' },
]

/**
 * Checks what the program is delivered in: image, compose file, chart, bundle, proxies. The
 * arguments go to vitest.
 */
export async function checkPackages(args) {
  for (const reader of READERS) {
    process.env[`PACKAGES_TEST_${reader.name.toUpperCase()}`] = await cachedPackage(reader, place =>
      process.stderr.write(`Fetching ${reader.name} from npm into ${place} (once)\n`),
    )
  }
  // Where `.ci/run` puts it; the checks do without where it is not there.
  process.env.PACKAGES_TEST_KUBERNETES ??= join(cacheFolder, 'kubernetes')
  process.env.PACKAGES_TEST_MCPB = await mcpbPackage()
  process.env.PACKAGES_TEST_BUNDLE = await bundle()
  return tool('vitest', 'vitest', ['run', '--config', 'test/packages/vitest.config.ts', ...args])
}
