/** What a process takes of the machine, second by second. */
import { readFileSync } from 'node:fs'
import { residentMegabytes } from '../processes.ts'

/** What a process has taken at some moment. */
export interface Usage {
  /** Resident memory. */
  readonly megabytes: number
  /** Of processor time, since it was started. */
  readonly cpuSeconds: number
}

/** Fixed for programs by the interface of the kernel, whatever its own clock does. */
const TICKS_PER_SECOND = 100

/** Undefined without a process to look at, and where the system does not tell in /proc. */
export function usageOf(pid: number | undefined): Usage | undefined {
  const megabytes = pid === undefined ? undefined : residentMegabytes(pid)
  if (megabytes === undefined) return undefined
  // After the name, which may hold anything: state is the third field, the times are 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  const ticks = Number(fields[11]) + Number(fields[12])
  return { megabytes, cpuSeconds: ticks / TICKS_PER_SECOND }
}
