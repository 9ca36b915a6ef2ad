/** A run: users arrive, sign in, and work until the time is over. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sendArrivals } from './arrivals.ts'
import { createConnections } from './connections.ts'
import { createLatencies, type LatencySummary } from './latencies.ts'
import { type Call, type Habits, habitsOf } from './mix.ts'
import type { LoadUser } from './people.ts'
import { createRandom, type Random } from './random.ts'
import { beginSession, type Era, type Session } from './session.ts'
import { createTally, SIGN_IN, type Tally, type TallyReport } from './tally.ts'
import { followRun, type Progress, type Sample, type ServerUsage } from './timeline.ts'
import type { Tokens } from './tokens.ts'

/** How the users behave. */
export interface Behaviour {
  /** The time in which users arrive, one after the other. */
  readonly rampSeconds: number
  /** The time after that. */
  readonly durationSeconds: number
  /** Mean pause of a user between an answer and the next call; without a rate. */
  readonly thinkSeconds: number
  /** Share of calls that write, from 0 to 1. */
  readonly writes: number
  /** Calls a second of all users together, whether or not there are answers. */
  readonly rate: number | undefined
  readonly seed: number
  readonly era: Era
}

/** Who works where. */
export interface RunOptions {
  readonly url: URL
  readonly people: readonly LoadUser[]
  readonly behaviour: Behaviour
  /** Gets a user tokens. @throws Error when the sign-in fails */
  readonly signIn: (user: LoadUser, tally: Tally) => Promise<Tokens>
  /** What is sent along for a user with this token. */
  readonly headers: (user: LoadUser, token: string) => Readonly<Record<string, string>>
  /** The server's process, where it is known. */
  readonly pid?: number | undefined
  /** Told each second. */
  readonly progress?: ((progress: Progress) => void) | undefined
}

/** What came of a run. */
export interface RunReport extends TallyReport {
  readonly seconds: number
  readonly users: number
  readonly samples: readonly Sample[]
  /** Undefined where nothing is known of the server's process. */
  readonly server: ServerUsage | undefined
  /** How late calls were sent: a measure of this program, which shares the machine. */
  readonly lateness: LatencySummary | undefined
}

interface Worker {
  readonly session: Session
  readonly habits: Habits
}

interface Run {
  readonly options: RunOptions
  readonly tally: Tally
  readonly workers: Worker[]
  readonly connections: ReturnType<typeof createConnections>
  readonly lateness: ReturnType<typeof createLatencies>
  readonly underWay: Set<Promise<void>>
  /** Of `performance.now()`. */
  readonly until: number
}

/** More calls without an answer than this are not sent any more, and count as failed. */
const MOST_UNDER_WAY = 2_000

/** Runs it to its end. Failures of any kind are in the report; nothing is thrown for them. */
export async function runUsers(options: RunOptions): Promise<RunReport> {
  const { people, behaviour, url, pid, progress } = options
  const from = performance.now()
  const until = from + (behaviour.rampSeconds + behaviour.durationSeconds) * 1_000
  const connections = createConnections(url)
  const run: Run = {
    options,
    tally: createTally(),
    workers: [],
    connections,
    lateness: createLatencies(),
    underWay: new Set(),
    until,
  }
  const timeline = followRun({
    tally: run.tally,
    users: () => run.workers.length,
    pid,
    seconds: (until - from) / 1_000,
    progress,
  })
  try {
    const lives = people.map((user, index) => live(run, user, index, from))
    await Promise.all([...lives, ...(behaviour.rate === undefined ? [] : [arrivals(run, lives)])])
    while (run.underWay.size > 0) await Promise.all(run.underWay)
  } finally {
    timeline.stop()
    connections.close()
  }
  return {
    ...run.tally.report(),
    seconds: (performance.now() - from) / 1_000,
    users: run.workers.length,
    samples: timeline.samples,
    server: timeline.server(),
    lateness: run.lateness.summary(),
  }
}

/** From arriving to the end; without a rate, with pauses of the user's own. */
async function live(run: Run, user: LoadUser, index: number, from: number): Promise<void> {
  const { rampSeconds, thinkSeconds, rate, seed } = run.options.behaviour
  await until(from + (index / run.options.people.length) * rampSeconds * 1_000)
  const worker = await arrive(run, user)
  if (worker === undefined) return
  run.workers.push(worker)
  if (rate !== undefined) return
  const random = createRandom(seed, index + 1)
  while (true) {
    const intended = performance.now() + random.exponential(thinkSeconds) * 1_000
    await until(Math.min(intended, run.until))
    if (intended >= run.until) return
    run.lateness.record(performance.now() - intended)
    await perform(run, worker, worker.habits.next(random), performance.now())
  }
}

/** Calls at a rate of its own, each by one of the users who are there. */
async function arrivals(run: Run, lives: readonly Promise<void>[]): Promise<void> {
  const { rate = 0, seed } = run.options.behaviour
  const random = createRandom(seed)
  await Promise.any(lives)
  await sendArrivals({
    random,
    rate,
    from: performance.now(),
    until: run.until,
    send(intended) {
      const worker = oneOf(run.workers, random)
      if (worker === undefined) return
      run.lateness.record(performance.now() - intended)
      const call = worker.habits.next(random)
      if (run.underWay.size >= MOST_UNDER_WAY) {
        run.tally.failed(call.tool, 'not sent', `${MOST_UNDER_WAY} calls have no answer yet`)
        return
      }
      const performing = perform(run, worker, call, intended).finally(() =>
        run.underWay.delete(performing),
      )
      run.underWay.add(performing)
    },
  })
}

/** Signs in, begins a session, and looks at what tools there are. Undefined: it failed. */
async function arrive(run: Run, user: LoadUser): Promise<Worker | undefined> {
  const { url, headers, signIn, behaviour } = run.options
  const { tally, connections } = run
  try {
    const tokens = await signIn(user, tally)
    const session = await beginSession({
      url,
      era: behaviour.era,
      userId: user.id,
      tokens,
      headers: token => headers(user, token),
      connections,
    })
    const began = performance.now()
    const outcome = await session.ask({ method: 'tools/list', showsOwner: false })
    if ('failure' in outcome) tally.failed('tools/list', outcome.failure, outcome.detail)
    else tally.succeeded('tools/list', performance.now() - began)
    return { session, habits: habitsOf(user, behaviour.writes) }
  } catch (error) {
    tally.failed(SIGN_IN, 'did not work', error instanceof Error ? error.message : String(error))
    return undefined
  }
}

async function perform(run: Run, worker: Worker, call: Call, intended: number): Promise<void> {
  const { tool, arguments: args, showsOwner, done } = call
  const params = { name: tool, arguments: args }
  const outcome = await worker.session.ask({ method: 'tools/call', params, showsOwner })
  if ('failure' in outcome) {
    run.tally.failed(tool, outcome.failure, outcome.detail)
    return
  }
  try {
    done?.(outcome.data)
    run.tally.succeeded(tool, performance.now() - intended)
  } catch (error) {
    run.tally.failed(tool, 'unexpected answer', String(error))
  }
}

function oneOf(workers: readonly Worker[], random: Random): Worker | undefined {
  return workers[Math.floor(random.next() * workers.length)]
}

async function until(time: number): Promise<void> {
  const wait = time - performance.now()
  if (wait > 0) await sleep(wait)
}
