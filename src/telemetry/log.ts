/** The log: on stderr, because stdout belongs to the protocol, and never with a secret in it. */
import pino, { type Logger } from 'pino'

export type { Logger }

/** How much is logged and in what form. */
export interface LogOptions {
  level: string
  /** `text` for people, `json` for machines. */
  format: 'text' | 'json'
  /** Further fields of each line, as it is written. */
  fields?: () => object
  /** Where lines go; stderr unless told otherwise. */
  write?: (line: string) => void
}

/** Field names whose values are never written, wherever they stand. */
const SECRETS = ['authorization', 'password', 'token', 'appPassword', 'cookie']

/** A logger; child loggers carry further fields. */
export function createLog(options: LogOptions): Logger {
  const write = options.write ?? (line => process.stderr.write(line))
  return pino(
    {
      level: options.level,
      base: null,
      ...(options.fields === undefined ? {} : { mixin: options.fields }),
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRETS.flatMap(name => [name, `*.${name}`]), censor: '[secret]' },
      formatters: { level: label => ({ level: label }) },
    },
    { write: options.format === 'json' ? write : line => write(textOf(line)) },
  )
}

/** `12:34:56 info  message  name=value` */
function textOf(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const pairs = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${[String(time).slice(11, 19), String(level).padEnd(5), msg, ...pairs].join(' ')}\n`
}
