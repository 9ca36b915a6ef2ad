/** States of listings as text. */
import type { z } from 'zod'

/**
 * Reads what a listing left for the next one.
 * @returns undefined where there is nothing, or what another version wrote: everything is listed
 */
export function readState<T>(schema: z.ZodType<T>, state: string | undefined): T | undefined {
  if (state === undefined) return undefined
  try {
    return schema.safeParse(JSON.parse(state)).data
  } catch {
    return undefined
  }
}
