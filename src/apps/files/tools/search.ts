/** Tools that find files: one search with several front doors. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import type { Home } from '../../../nextcloud/files/home.ts'
import { Entry } from '../entry.ts'
import { type SearchFilters, search } from '../search.ts'
import { nextOffset, type OpenHome, offset } from './shared.ts'

const SearchResult = z.object({
  results: z.array(Entry).describe('Newest first'),
  total_found: z.int().describe('All of them; where next_offset is given, at least so many'),
  scope: z.string(),
  filters_applied: z.record(z.string(), z.unknown()).nullable(),
  next_offset: nextOffset,
})

const pattern = z.string().min(1).describe('Part of a name, or with * and ?: "*.md"')
const mimeType = z.string().min(1).describe('"application/pdf", or "image/" for all of a kind')
const where = {
  scope: z.string().default('').describe('Folder to search in and below'),
  limit: z.int().min(1).max(1_000).default(100),
  offset,
}

/** The tools of this file, on the files that `open` gives. */
export function searchTools(open: OpenHome): Tool[] {
  const searchFiles = defineTool({
    name: 'nc_webdav_search_files',
    title: 'Search files',
    description:
      'Finds files and folders by name, type and star, all of which must fit; without any, the newest.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      name_pattern: pattern.optional(),
      mime_type: mimeType.optional(),
      only_favorites: z.boolean().default(false),
      ...where,
    }),
    output: SearchResult,
    run: async ({ session }, { name_pattern, mime_type, only_favorites, ...page }) =>
      found(await open(session), page, {
        namePattern: name_pattern,
        mimeType: mime_type,
        onlyFavorites: only_favorites,
      }),
  })

  const findByName = defineTool({
    name: 'nc_webdav_find_by_name',
    title: 'Find files by name',
    description: 'Finds files and folders by name.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({ pattern, ...where }),
    output: SearchResult,
    run: async ({ session }, { pattern, ...page }) =>
      found(await open(session), page, { namePattern: pattern }),
  })

  const findByType = defineTool({
    name: 'nc_webdav_find_by_type',
    title: 'Find files by type',
    description: 'Finds files by media type.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({ mime_type: mimeType, ...where }),
    output: SearchResult,
    run: async ({ session }, { mime_type, ...page }) =>
      found(await open(session), page, { mimeType: mime_type }),
  })

  const listFavorites = defineTool({
    name: 'nc_webdav_list_favorites',
    title: 'List favourites',
    description: 'Lists the files and folders the user has starred.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object(where),
    output: SearchResult,
    run: async ({ session }, page) => found(await open(session), page, { onlyFavorites: true }),
  })

  return [searchFiles, findByName, findByType, listFavorites]
}

async function found(
  home: Home,
  { scope, ...page }: { scope: string; limit: number; offset: number },
  filters: SearchFilters,
): Promise<z.input<typeof SearchResult>> {
  const folder = home.place(scope)
  const { entries, known, hasMore } = await search(folder, filters, page)
  const { namePattern, mimeType, onlyFavorites } = filters
  const applied = {
    ...(namePattern === undefined ? {} : { name_pattern: namePattern }),
    ...(mimeType === undefined ? {} : { mime_type: mimeType }),
    ...(onlyFavorites ? { only_favorites: true } : {}),
  }
  return {
    results: entries,
    total_found: known,
    scope: folder.path,
    filters_applied: Object.keys(applied).length === 0 ? null : applied,
    ...(hasMore ? { next_offset: page.offset + page.limit } : {}),
  }
}
