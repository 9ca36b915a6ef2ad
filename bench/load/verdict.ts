/** Whether a benchmark ends well. */
import { OURS } from '../rows.ts'
import type { RunReport } from './run.ts'

/**
 * Nothing failed here, memory does not grow, and no server, this or another, showed a user what is
 * somebody else's. How often other servers fail is theirs to judge.
 */
export function isFine(reports: ReadonlyMap<string, RunReport>): boolean {
  return [...reports].every(
    ([label, { leaks, failures, server }]) =>
      leaks === 0 && (label !== OURS || (failures.length === 0 && server?.memory?.flat !== false)),
  )
}
