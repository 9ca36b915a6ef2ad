/** Lists of recipes as tools give them: summaries, page by page. */
import { z } from 'zod'
import type { Stub } from './api.ts'

/** Arguments of every list. */
export const paging = {
  limit: z.int().min(1).max(1_000).default(100),
  offset: z.int().min(0).default(0),
}

/** Results of every list. */
export const listed = {
  recipes: z.array(
    z.object({
      id: z.string(),
      recipe_id: z.int(),
      name: z.string(),
      keywords: z.string().nullable().describe('Separated by commas'),
      category: z.string().nullable(),
      dateCreated: z.string(),
      dateModified: z.string().nullable(),
      imageUrl: z.string(),
      imagePlaceholderUrl: z.string(),
    }),
  ),
  next_offset: z.int().optional().describe('Only where there is more'),
}

/** One page of `stubs`. */
export function page(
  stubs: readonly Stub[],
  { limit, offset }: { limit: number; offset: number },
): { recipes: Stub[]; next_offset?: number } {
  const end = offset + limit
  const recipes = stubs.slice(offset, end)
  return end < stubs.length ? { recipes, next_offset: end } : { recipes }
}

/** The recipes that have all of the keywords, in any case. */
export function withAllKeywords(stubs: readonly Stub[], keywords: readonly string[]): Stub[] {
  const wanted = keywords.map(folded)
  return stubs.filter(stub => {
    const has = new Set((stub.keywords ?? '').split(',').map(folded))
    return wanted.every(keyword => has.has(keyword))
  })
}

function folded(keyword: string): string {
  return keyword.trim().normalize('NFC').toLowerCase()
}
