/** Opens what this server tells of itself: the log, metrics and traces where they are asked for. */
import type { Config, MetricsConfig, TelemetryConfig, TracesConfig } from '../config/config.ts'
import { createLog, type Logger } from '../telemetry/log.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { MetricsServer } from '../telemetry/metrics-server.ts'
import { createRequestScope, type RequestScope } from '../telemetry/request-scope.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { VERSION } from '../version.ts'

/** What the rooms report to. */
export interface Telemetry {
  readonly log: Logger
  readonly requests: RequestScope
  /** Undefined: nobody asks for metrics. */
  readonly meter: Meter | undefined
  /** Undefined: nobody collects traces. */
  readonly tracing: Tracing | undefined
}

/** The same, with what has to be closed at the end. */
export interface OpenTelemetry extends Telemetry {
  /** Where metrics are served; undefined: nowhere. */
  readonly metricsUrl: string | undefined
  close(): Promise<void>
}

/** What a test may put in place of the real thing. */
export interface TelemetryOptions {
  /** Takes the lines of the log; default: stderr. */
  readonly write?: ((line: string) => void) | undefined
  /** Address of a file in place of OpenTelemetry's SDK. */
  readonly sdk?: string | undefined
}

/** The log alone, for commands that serve nothing. */
export function logOnly(config: Pick<Config, 'log'>): Telemetry {
  const requests = createRequestScope()
  const log = createLog({ ...config.log, fields: requests.fields })
  return { log, requests, meter: undefined, tracing: undefined }
}

/** What is configured. @throws the system's error when the port for metrics cannot be taken */
export async function openTelemetry(
  { log: logConfig, metrics, traces, role }: TelemetryConfig & Pick<Config, 'role'>,
  { write, sdk }: TelemetryOptions = {},
): Promise<OpenTelemetry> {
  const requests = createRequestScope()
  let tracing: Tracing | undefined
  const fields = () => ({ ...requests.fields(), ...tracing?.fields() })
  const log = createLog({ ...logConfig, fields, ...(write && { write }) })
  const sent = traces && (await openTraces(traces, log, sdk))
  tracing = sent?.tracing
  const served = metrics && (await openMetrics(metrics, role, log))
  return {
    log,
    requests,
    meter: served?.meter,
    tracing,
    metricsUrl: served?.server.url,
    async close() {
      await served?.server.close()
      await sent?.close()
    },
  }
}

/** Loaded only here: who asks for no metrics shall not wait for what makes them. */
async function openMetrics(
  config: MetricsConfig,
  role: Config['role'],
  log: Logger,
): Promise<{ meter: Meter; server: MetricsServer }> {
  const [{ createPrometheus }, { serveMetrics }] = await Promise.all([
    import('../telemetry/prometheus.ts'),
    import('../telemetry/metrics-server.ts'),
  ])
  const { meter, page } = createPrometheus({
    version: VERSION,
    role,
    onError: error => log.warn({ error: String(error) }, 'the state of the index is not known'),
  })
  return { meter, server: await serveMetrics(page, config) }
}

/**
 * Where the SDK is missing this server goes without: platforms set the variable for whatever runs
 * on them, and traces are not what a server is there for.
 */
async function openTraces(
  { serviceName }: TracesConfig,
  log: Logger,
  library: string | undefined,
): Promise<{ tracing: Tracing; close(): Promise<void> } | undefined> {
  const [{ SdkMissing, startSdk }, { createTracing }] = await Promise.all([
    import('../telemetry/otel-sdk.ts'),
    import('../telemetry/tracing.ts'),
  ])
  try {
    const { tracer, close } = await startSdk({ serviceName, version: VERSION, library })
    return { tracing: createTracing(tracer), close }
  } catch (error) {
    if (!(error instanceof SdkMissing)) throw error
    log.warn(error.message)
    return undefined
  }
}
