/** What collectives there are, and what is in them. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { collectives } from '../api.ts'
import { readPage } from '../content.ts'
import { searchPages } from '../search.ts'
import { Collective, collectiveId, collectiveResult, Page, pageId, pageResult } from '../shapes.ts'

const nextOffset = z.int().optional().describe('Only where there is more')
const Collectives = z.object({ collectives: z.array(Collective), total: z.int() })
const Pages = z.object({ pages: z.array(Page), total: z.int(), collective_id: z.int() })

export const getCollectives = defineTool({
  name: 'collectives_get_collectives',
  title: 'List collectives',
  description: 'Lists the collectives of the teams that the user is in.',
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({}),
  output: Collectives,
  async run({ session }) {
    const found = await collectives(session).list()
    return {
      collectives: found.map(collective => collectiveResult(session, collective)),
      total: found.length,
    }
  },
})

export const getTrashedCollectives = defineTool({
  name: 'collectives_get_trashed_collectives',
  title: 'List collectives in the trash',
  description: 'Lists the collectives in the trash that the user may restore or delete.',
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({}),
  output: Collectives,
  async run({ session }) {
    const found = await collectives(session).list(true)
    return {
      collectives: found.map(collective => collectiveResult(session, collective)),
      total: found.length,
    }
  },
})

export const getPages = defineTool({
  name: 'collectives_get_pages',
  title: 'List pages',
  description:
    'Lists the pages of a collective without their content. The one with parentId 0, the landing page, is above all others.',
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    collective_id: collectiveId,
    limit: z.int().min(1).max(5_000).default(1_000),
    offset: z.int().min(0).default(0),
  }),
  output: Pages.extend({ next_offset: nextOffset }),
  async run({ session }, { collective_id, limit, offset }) {
    const pages = await collectives(session).pages(collective_id)
    const end = offset + limit
    return {
      pages: pages.slice(offset, end).map(page => pageResult(session, collective_id, page)),
      total: pages.length,
      collective_id,
      ...(end < pages.length ? { next_offset: end } : {}),
    }
  },
})

export const getPage = defineTool({
  name: 'collectives_get_page',
  title: 'Read a page',
  description: 'Reads a page: its Markdown, and the etag that an update needs.',
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ collective_id: collectiveId, page_id: pageId }),
  output: z.object({ page: Page, content: z.string().nullable(), etag: z.string() }),
  async run({ session }, { collective_id, page_id }) {
    const { page, content, etag } = await readPage(session, collective_id, page_id)
    return { page: pageResult(session, collective_id, page), content, etag }
  },
})

export const searchPagesTool = defineTool({
  name: 'collectives_search_pages',
  title: 'Search pages',
  description:
    "Finds pages of a collective by words in the title, and in the text as far as Nextcloud's background job has indexed it.",
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    collective_id: collectiveId,
    query: z.string().trim().min(1),
    limit: z.int().min(1).max(200).default(50),
  }),
  output: z.object({
    results: z.array(Page.extend({ matched: z.enum(['title', 'content']) })),
    total: z.int(),
    query: z.string(),
    collective_id: z.int(),
    note: z.string().optional().describe('Why texts with it may be missing'),
  }),
  async run({ session }, { collective_id, query, limit }) {
    const { found, note } = await searchPages(session, collective_id, query)
    return {
      results: found.slice(0, limit).map(({ page, matched }) => ({
        ...pageResult(session, collective_id, page),
        matched,
      })),
      total: found.length,
      query,
      collective_id,
      ...(note === undefined ? {} : { note }),
    }
  },
})

export const getTags = defineTool({
  name: 'collectives_get_tags',
  title: 'List tags of a collective',
  description: 'Lists the tags that pages of a collective can have.',
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ collective_id: collectiveId }),
  output: z.object({
    tags: z.array(
      z.object({ id: z.int(), collectiveId: z.int(), name: z.string(), color: z.string() }),
    ),
    total: z.int(),
    collective_id: z.int(),
  }),
  async run({ session }, { collective_id }) {
    const tags = await collectives(session).tags(collective_id)
    return { tags, total: tags.length, collective_id }
  },
})

export const getTrashedPages = defineTool({
  name: 'collectives_get_trashed_pages',
  title: 'List pages in the trash',
  description: 'Lists the pages in the trash of a collective; needs the right to edit it.',
  scopes: ['collectives:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ collective_id: collectiveId }),
  output: Pages,
  async run({ session }, { collective_id }) {
    const pages = await collectives(session).pages(collective_id, true)
    return {
      pages: pages.map(page => pageResult(session, collective_id, page)),
      total: pages.length,
      collective_id,
    }
  },
})
