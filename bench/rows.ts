/** What is measured, as rows of the report. */

/** One measurement, of one server or of several beside each other. */
export interface Row {
  readonly name: string
  readonly unit: 'ms' | 'MB' | '%' | 'per second' | 'requests'
  readonly target?: Target
  /** By the server's label; undefined where it could not be measured. */
  readonly values: Readonly<Record<string, number | undefined>>
  /** What a reader should know to judge the value. */
  readonly remark?: string
}

/** What this server has set itself. */
export type Target = { readonly atMost: number } | { readonly atLeast: number }

/** The label of the server that this project is. */
export const OURS = 'this server'

/** Whether our own value meets the target; undefined without one, or without a value. */
export function passes({ target, values }: Row): boolean | undefined {
  const value = values[OURS]
  if (target === undefined || value === undefined) return undefined
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}
