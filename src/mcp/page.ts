/** Lists page by page, as tools take and tell it. */
import { z } from 'zod'

/** Arguments of a tool that lists something. */
export const Page = z.object({
  limit: z.int().min(1).max(500).default(50),
  offset: z.int().min(0).default(0),
})

/** A page of a list that is at hand as a whole, and where the next one begins, if there is one. */
export function pageOf<T>(
  all: readonly T[],
  { limit, offset }: z.infer<typeof Page>,
): { page: T[]; next: { next_offset?: number } } {
  const end = offset + limit
  return {
    page: all.slice(offset, end),
    next: end < all.length ? { next_offset: end } : {},
  }
}
