/** What this server tells of itself, and to whom. */
import type { Settings } from './schema.ts'

/** Metrics, where they are served. */
export interface MetricsConfig {
  host: string
  port: number
}

/** Traces, where they are sent. */
export interface TracesConfig {
  endpoint: string
  serviceName: string
}

/** Log, metrics and traces. */
export interface TelemetryConfig {
  log: { level: Settings['LOG_LEVEL']; format: Settings['LOG_FORMAT'] }
  /** Undefined: not served. */
  metrics: MetricsConfig | undefined
  /** Undefined: there are none. */
  traces: TracesConfig | undefined
}

const METRICS_PORT = 9090

/** The settings of telemetry. */
export function telemetryConfig(settings: Settings): TelemetryConfig {
  const { METRICS_PORT: port, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = settings
  const isServed = settings.METRICS_ENABLED ?? port !== undefined
  return {
    log: { level: settings.LOG_LEVEL, format: settings.LOG_FORMAT },
    metrics: isServed ? { host: settings.METRICS_HOST, port: port ?? METRICS_PORT } : undefined,
    traces:
      endpoint === undefined ? undefined : { endpoint, serviceName: settings.OTEL_SERVICE_NAME },
  }
}
