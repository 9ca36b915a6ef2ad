/** Tools about people: the user, and others to work with. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { PEOPLE, searchPeople } from '../../nextcloud/people.ts'
import { currentUser } from '../../nextcloud/user.ts'

const bytes = z.number().nullable().describe('Bytes')

export const getCurrentUser = defineTool({
  name: 'nc_users_get_current_user',
  title: 'Who am I',
  description: 'The signed-in user: id, name, mail, groups, language, storage.',
  scopes: ['sharing:read'],
  effect: 'read',
  input: z.object({}),
  output: z.object({
    id: z.string(),
    display_name: z.string(),
    email: z.string().nullable(),
    groups: z.array(z.string()),
    language: z.string().nullable(),
    locale: z.string().nullable(),
    storage: z.object({ used: bytes, free: bytes, quota: bytes }),
  }),
  async run({ session }) {
    const { displayName, ...user } = await currentUser(session)
    return { ...user, display_name: displayName }
  },
})

export const searchPeopleTool = defineTool({
  name: 'nc_users_search',
  title: 'Search people',
  description: 'Finds people, groups and teams to share or work with, by name, id or mail.',
  scopes: ['sharing:read'],
  effect: 'read',
  input: z.object({
    query: z.string().trim().min(1),
    limit: z.int().min(1).max(200).default(25),
  }),
  output: z.object({
    results: z.array(
      z.object({
        id: z.string(),
        display_name: z.string(),
        kind: z.enum(PEOPLE),
        detail: z.string().nullable(),
      }),
    ),
    total: z.int(),
  }),
  async run({ session }, { query, limit }) {
    const found = await searchPeople(session, query, { kinds: PEOPLE, limit })
    const results = found.slice(0, limit)
    return { results, total: results.length }
  },
})
