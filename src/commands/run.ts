/** `run`: serves MCP for a Nextcloud until it is asked to stop. */
import { loadConfig } from '../config/config.ts'
import { compose } from '../server/compose.ts'
import { startMaintenance } from '../server/maintenance.ts'
import { openStorage } from '../server/storage.ts'
import { openTelemetry } from '../server/telemetry.ts'
import { type CommandOptions, environmentOf, passOn } from './options.ts'
import { untilAskedToStop } from './signals.ts'

/**
 * Starts as configured and serves until asked to stop.
 * @throws ConfigError with every fault of the configuration, or for a storage that does not open
 */
export async function run(options: CommandOptions): Promise<void> {
  const environment = environmentOf(options)
  const config = loadConfig(environment)
  passOn(environment)
  const telemetry = await openTelemetry(config)
  const { log, metricsUrl } = telemetry
  const vault = await openStorage(config, telemetry)
  const composition = compose(config, { telemetry, vault })
  const { catalog } = composition
  for (const warning of config.warnings) log.warn(warning)
  if (metricsUrl !== undefined) log.info(`serving metrics at ${metricsUrl}`)
  composition.warmUp()
  if (config.role !== 'api') composition.search?.sync.start()
  const endMaintenance = startMaintenance(vault, log, config.auditRetentionMs)
  const askedToStop = untilAskedToStop({ stdinEnds: config.listen.transport === 'stdio' })
  if (config.listen.transport === 'stdio') {
    const { serveStdio } = await import('../server/stdio.ts')
    const server = serveStdio(composition)
    log.info({ nextcloud: config.nextcloud.url, tools: catalog.tools.size }, 'serving on stdio')
    await askedToStop
    await server.close()
  } else {
    const { serveHttp } = await import('../server/http.ts')
    const server = await serveHttp(composition)
    const pages = composition.oauth?.pages && server.url.replace(/\/mcp$/, '/app')
    log.info(
      {
        mode: config.deployment.mode,
        nextcloud: config.nextcloud.url,
        tools: catalog.tools.size,
        ...(pages === undefined ? {} : { pages }),
      },
      config.role === 'worker' ? 'working' : `serving MCP at ${server.url}`,
    )
    await askedToStop
    log.info('stopping: running calls may finish')
    await server.close()
  }
  endMaintenance()
  await composition.close()
  await vault?.close()
  await telemetry.close()
}
