/** A run over time: what each stretch of it was like, and what the server took meanwhile. */
import { judgeMemory, type MemorySample, type MemoryVerdict } from './memory-verdict.ts'
import type { Tally, WindowReport } from './tally.ts'
import { type Usage, usageOf } from './watch.ts'

/** A stretch of a run, by its end. */
export interface Sample extends WindowReport {
  /** Since the begin of the run. */
  readonly seconds: number
  /** Length of the stretch. */
  readonly lasted: number
  readonly users: number
  /** Resident memory of the server, in MB. */
  readonly megabytes: number | undefined
  /** Processor time of the server, in percent of one core. */
  readonly cpu: number | undefined
}

/** How a run goes on. */
export interface Progress {
  readonly seconds: number
  readonly ofSeconds: number
  readonly users: number
  /** The last stretch; undefined before the first has ended. */
  readonly last: Sample | undefined
  /** Of the whole run so far. */
  readonly failed: number
  readonly renewals: number
  readonly megabytes: number | undefined
}

/** What the server took in a run. */
export interface ServerUsage {
  /** Resident memory in MB. */
  readonly start: number
  readonly peak: number
  readonly end: number
  /** Percent of one core. */
  readonly cpu: number
  readonly memory: MemoryVerdict | undefined
}

/** What is followed. */
export interface TimelineOptions {
  readonly tally: Tally
  readonly users: () => number
  readonly pid: number | undefined
  /** The length of the run, as planned. */
  readonly seconds: number
  readonly progress: ((progress: Progress) => void) | undefined
}

/** A run that is being followed. */
export interface Timeline {
  readonly samples: readonly Sample[]
  server(): ServerUsage | undefined
  /** Ends it; what is left makes the last sample. */
  stop(): void
}

/** A picture has room for so many points. */
const MOST_SAMPLES = 600

/** Looks each second; a stretch lasts as many seconds as keep their number in bounds. */
export function followRun(options: TimelineOptions): Timeline {
  const { tally, users, pid, progress } = options
  const windowSeconds = Math.ceil(options.seconds / MOST_SAMPLES)
  const began = performance.now()
  const first = usageOf(pid)
  const samples: Sample[] = []
  const memory: MemorySample[] = []
  let usage = first
  let windowBegan = { seconds: 0, usage: first }
  let failed = 0
  let renewals = 0

  const elapsed = () => (performance.now() - began) / 1_000
  const closeWindow = (seconds: number) => {
    const window = tally.window()
    const lasted = seconds - windowBegan.seconds
    failed += window.failed
    renewals += window.renewals
    const megabytes = usage?.megabytes
    const cpu = cpuPercent(windowBegan.usage, usage, lasted)
    samples.push({ ...window, seconds, lasted, users: users(), megabytes, cpu })
    windowBegan = { seconds, usage }
  }
  const look = () => {
    const seconds = elapsed()
    usage = lookAt(pid) ?? usage
    if (usage) memory.push({ seconds, megabytes: usage.megabytes })
    if (seconds - windowBegan.seconds > windowSeconds - 0.5) closeWindow(seconds)
    progress?.({
      seconds,
      ofSeconds: options.seconds,
      users: users(),
      last: samples.at(-1),
      failed,
      renewals,
      megabytes: usage?.megabytes,
    })
  }
  const timer = setInterval(look, 1_000)

  return {
    samples,
    server() {
      if (first === undefined || usage === undefined) return undefined
      const seconds = elapsed()
      return {
        start: first.megabytes,
        peak: memory.reduce((most, { megabytes }) => Math.max(most, megabytes), first.megabytes),
        end: usage.megabytes,
        cpu: cpuPercent(first, usage, seconds) ?? Number.NaN,
        memory: judgeMemory(memory, seconds),
      }
    },
    stop() {
      clearInterval(timer)
      usage = lookAt(pid) ?? usage
      // A remainder of a moment would show a rate that never was.
      if (elapsed() - windowBegan.seconds > windowSeconds / 2) closeWindow(elapsed())
    },
  }
}

/** A process that has just ended is nothing to fall over: the calls tell. */
function lookAt(pid: number | undefined): Usage | undefined {
  try {
    return usageOf(pid)
  } catch {
    return undefined
  }
}

function cpuPercent(
  from: Usage | undefined,
  to: Usage | undefined,
  seconds: number,
): number | undefined {
  if (from === undefined || to === undefined) return undefined
  return ((to.cpuSeconds - from.cpuSeconds) / seconds) * 100
}
