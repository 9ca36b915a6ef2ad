/** The settings of what this server tells of itself: log, metrics, traces. */
import { z } from 'zod'
import { address, flag, port, type Setting, setting, withDefault } from './values.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const logLevel = z
  .string()
  .transform(value => {
    const level = value.trim().toLowerCase()
    return { warning: 'warn', critical: 'fatal' }[level] ?? level
  })
  .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))

export const TELEMETRY_SETTINGS = {
  LOG_LEVEL: withDefault(`How much is logged: ${LOG_LEVELS.join(', ')}.`, logLevel, 'info'),
  LOG_FORMAT: withDefault(
    'text for people or json for machines.',
    z.enum(['text', 'json'], { error: 'must be text or json' }),
    'text',
  ),
  METRICS_ENABLED: setting(
    'Serve metrics for Prometheus at /metrics, on a port of their own. Default: true with METRICS_PORT, else false.',
    flag,
  ),
  METRICS_PORT: setting('Port for metrics. Default with METRICS_ENABLED: 9090.', port),
  METRICS_HOST: withDefault(
    'Address on which metrics are served. They need no login: let nobody reach it but Prometheus.',
    z.string().min(1),
    '127.0.0.1',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    'Address of an OpenTelemetry collector, as in http://collector:4318; traces are sent to it. Needs the package @opentelemetry/sdk-node, which reads the other OTEL_ variables itself.',
    address,
  ),
  OTEL_SERVICE_NAME: withDefault(
    'Name of this server in traces.',
    z.string().min(1),
    'nextcloud-mcp-server',
  ),
} as const satisfies Record<string, Setting>
