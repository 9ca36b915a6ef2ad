/** What the command line of the load benchmark may say. */
import { parseArgs } from 'node:util'
import { loopback } from '../loopback.ts'
import type { Behaviour } from './run.ts'

/** Another server, to be put under the same load. */
export interface Target {
  readonly url: URL
  readonly label: string
  /** Its process, for memory and processor time. */
  readonly pid: number | undefined
}

/** A run as asked for. */
export interface LoadOptions {
  readonly users: number
  readonly behaviour: Behaviour
  /** Seconds after which a client takes a new token, if it lives that long. */
  readonly renewAfterSeconds: number
  readonly nextcloud: URL | undefined
  readonly against: readonly Target[]
  /** `Name: value` for the other servers, with `{user}`, `{password}`, `{basic}`, `{token}`. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly html: string
  readonly json: string
}

/** An option that cannot be meant so; the message says what is. */
export class OptionError extends Error {}

/** The server takes 300 sign-ins in a minute, of all people together. */
const MOST_USERS_IN_A_MINUTE = 300
/** In a short run tokens are renewed as often as this, so that it shows what that takes. */
const RENEWALS_IN_A_RUN = 3

export const HELP = `npm run bench:load -- [options]

Users with sign-ins and tokens of their own at this server, over a demo Nextcloud.

  --users 50        how many
  --ramp 10         seconds in which they arrive, one after the other
  --duration 60     seconds after that
  --think 1         mean pause in seconds between an answer and a user's next call
  --rate 50         instead of pauses: calls a second of all users together, answered or not;
                    latencies then count from when a call should have been sent
  --writes 0.2      share of calls that write
  --era modern      modern (2026-07-28) or legacy (2025-11-25)
  --seed 1          the same seed makes the same users do the same things
  --refresh 20      seconds after which clients take a new token; by default shortly before the
                    old one ends, but at least three times in a run
  --html FILE       bench-load.html
  --json FILE       bench-load.json

Beside another server on this machine, which is put under the same load afterwards:

  --against URL     its MCP endpoint; repeatable, as are the next two
  --label NAME      its name in the report
  --pid PID         its process, whose memory is then shown too
  --header LINE     "Name: value", sent with each call to it; {user}, {password}, {basic} and
                    {token} stand for each user's own. Default: "Authorization: Bearer {token}"
  --nextcloud URL   the demo Nextcloud behind both, in place of one of our own

Memory over an hour: --rate 50 --duration 3600 ends with a verdict.
The exit code is 1 if a call to this server failed, if its memory grows, or if any server showed a
user what is another's.
`

/** Reads the command line. Undefined: help is asked for. @throws OptionError */
export function readOptions(args: readonly string[]): LoadOptions | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  const users = numberOf('users', values.users, { from: 1, whole: true })
  const rampSeconds = numberOf('ramp', values.ramp, { from: 0 })
  const durationSeconds = numberOf('duration', values.duration, { from: 1 })
  if (users > MOST_USERS_IN_A_MINUTE && (users / MOST_USERS_IN_A_MINUTE) * 60 > rampSeconds) {
    const least = Math.ceil((users / MOST_USERS_IN_A_MINUTE) * 60)
    throw new OptionError(
      `--ramp: the server lets ${MOST_USERS_IN_A_MINUTE} people a minute sign in; give ${users} users at least ${least} seconds`,
    )
  }
  const { era } = values
  if (era !== 'modern' && era !== 'legacy') throw new OptionError('--era is modern or legacy')
  return {
    users,
    behaviour: {
      rampSeconds,
      durationSeconds,
      thinkSeconds: numberOf('think', values.think, { from: 0.01 }),
      writes: numberOf('writes', values.writes, { from: 0, to: 1 }),
      rate: values.rate === undefined ? undefined : numberOf('rate', values.rate, { from: 0.1 }),
      seed: numberOf('seed', values.seed, { from: 0, whole: true }),
      era,
    },
    renewAfterSeconds:
      values.refresh === undefined
        ? (rampSeconds + durationSeconds) / (RENEWALS_IN_A_RUN + 1)
        : numberOf('refresh', values.refresh, { from: 0.1 }),
    nextcloud: values.nextcloud === undefined ? undefined : local(values.nextcloud),
    against: values.against.map((address, at) => ({
      url: local(address),
      label: values.label[at] ?? address,
      pid:
        values.pid[at] === undefined
          ? undefined
          : numberOf('pid', values.pid[at], { from: 1, whole: true }),
    })),
    headers: headersOf(values.header),
    html: values.html,
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        users: { type: 'string', default: '50' },
        ramp: { type: 'string', default: '10' },
        duration: { type: 'string', default: '60' },
        think: { type: 'string', default: '1' },
        rate: { type: 'string' },
        writes: { type: 'string', default: '0.2' },
        era: { type: 'string', default: 'modern' },
        seed: { type: 'string', default: '1' },
        refresh: { type: 'string' },
        against: { type: 'string', multiple: true, default: [] },
        label: { type: 'string', multiple: true, default: [] },
        pid: { type: 'string', multiple: true, default: [] },
        header: { type: 'string', multiple: true, default: [] },
        nextcloud: { type: 'string' },
        html: { type: 'string', default: 'bench-load.html' },
        json: { type: 'string', default: 'bench-load.json' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  )
}

/** @throws OptionError for an address elsewhere */
function local(address: string): URL {
  return understood(() => loopback(address))
}

function understood<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error))
  }
}

function numberOf(
  name: string,
  text: string,
  {
    from,
    to = Number.POSITIVE_INFINITY,
    whole = false,
  }: { from: number; to?: number; whole?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  const isRight = value >= from && value <= to && Number.isFinite(value)
  if (isRight && (!whole || Number.isInteger(value))) return value
  const kind = whole ? 'a whole number' : 'a number'
  const range = Number.isFinite(to) ? `from ${from} to ${to}` : `of at least ${from}`
  throw new OptionError(`--${name} ${text}: ${kind} ${range} is needed`)
}

function headersOf(lines: readonly string[]): LoadOptions['headers'] {
  const wanted = lines.length === 0 ? ['Authorization: Bearer {token}'] : lines
  return wanted.map(line => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) {
      throw new OptionError(`--header ${line}: "Name: value" is needed`)
    }
    return [name, value] as const
  })
}
