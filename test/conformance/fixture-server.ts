/**
 * The server as it is, with tools and resources that the official conformance suite asks for by
 * name in place of Nextcloud's apps. They go the same way as all others: identity, catalog, call
 * path, result. Prints its address and serves until it is told to end.
 */
import { loadConfig } from '../../src/config/config.ts'
import { startDemoNextcloud } from '../../src/demo/index.ts'
import { compose } from '../../src/server/compose.ts'
import { serveHttp } from '../../src/server/http.ts'
import { fixtures } from './fixtures.ts'

const nextcloud = await startDemoNextcloud()
const config = loadConfig({
  NEXTCLOUD_HOST: nextcloud.url,
  NEXTCLOUD_USERNAME: 'alice',
  NEXTCLOUD_PASSWORD: nextcloud.appPassword('alice'),
  MCP_PORT: '0',
  LOG_LEVEL: 'silent',
})
const composition = compose(config, { apps: [fixtures] })
const server = await serveHttp(composition)
process.stdout.write(`${server.url}\n`)

process.once('SIGTERM', async () => {
  await server.close()
  await composition.close()
  await nextcloud.close()
})
