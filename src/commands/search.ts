/** The composition for commands about the search index: that of the server, without serving. */
import { type Config, ConfigError, loadConfig } from '../config/config.ts'
import { compose } from '../server/compose.ts'
import type { SearchWiring } from '../server/search.ts'
import { openStorage } from '../server/storage.ts'
import { logOnly } from '../server/telemetry.ts'
import { type CommandOptions, environmentOf } from './options.ts'

/**
 * Runs work on the configured search, then closes everything.
 * @throws ConfigError, also where search is off; what the work throws
 */
export async function withSearch<T>(
  options: CommandOptions,
  work: (search: SearchWiring, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig({ MCP_TRANSPORT: 'http', ...environmentOf(options) })
  if (config.search === undefined) {
    const message = 'is not set; set it to true to have search by meaning'
    throw new ConfigError([{ name: 'ENABLE_SEMANTIC_SEARCH', message }])
  }
  const telemetry = logOnly(config)
  const vault = await openStorage(config, telemetry)
  const composition = compose(config, { telemetry, vault })
  try {
    if (composition.search === undefined) throw new Error('search is on and was not wired')
    return await work(composition.search, config)
  } finally {
    await composition.close()
    await vault?.close()
  }
}
