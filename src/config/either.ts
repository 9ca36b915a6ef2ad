/** Settings that have two names. */
import type { ConfigProblem } from './problems.ts'
import type { SettingName, Settings } from './schema.ts'

/** The value of a setting under either of its names; told as a fault where they contradict. */
export function either<N extends SettingName>(
  settings: Settings,
  name: N,
  alias: N,
  problems: ConfigProblem[],
): Settings[N] {
  const value = settings[name]
  const other = settings[alias]
  if (value !== undefined && other !== undefined && value !== other) {
    problems.push({ name, message: `differs from ${alias}, which means the same; set one of them` })
  }
  return value ?? other
}
