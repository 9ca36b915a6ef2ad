/** Tools for what people mark files with: tags and stars. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { listTags } from '../../../nextcloud/files/system-tags.ts'
import { setFavorite } from '../favorites.ts'
import { changeTags, tagsOf } from '../tags.ts'
import { type OpenHome, shortText } from './shared.ts'

const names = z.array(shortText.trim().min(1).max(64)).max(50).default([])

/** The tools of this file, on the files that `open` gives. */
export function markTools(open: OpenHome): Tool[] {
  const list = defineTool({
    name: 'nc_webdav_list_tags',
    title: 'List tags',
    description: 'Lists the system tags of this Nextcloud, or those of a file or folder.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({ path: z.string().optional() }),
    output: z.object({
      tags: z.array(z.object({ name: z.string(), may_assign: z.boolean() })),
      total: z.int(),
      path: z.string().optional(),
    }),
    async run({ session }, { path }) {
      const place = path === undefined ? undefined : (await open(session)).place(path)
      const found = place === undefined ? await listTags(session) : (await tagsOf(place)).tags
      const tags = found.map(({ mayAssign, name }) => ({ name, may_assign: mayAssign }))
      return { tags, total: tags.length, ...(place === undefined ? {} : { path: place.path }) }
    },
  })

  const change = defineTool({
    name: 'nc_webdav_change_tags',
    title: 'Tag a file',
    description:
      'Puts system tags on a file or folder and takes others off. Everybody who sees the file sees them.',
    scopes: ['files:write'],
    effect: 'update',
    idempotent: true,
    input: z.object({
      path: z.string(),
      add: names,
      remove: names,
      create: z.boolean().default(false).describe('Make tags that do not exist'),
    }),
    output: z.object({
      path: z.string(),
      tags: z.array(z.string()).describe('All that it has now'),
      added: z.array(z.string()),
      removed: z.array(z.string()),
      created: z.array(z.string()),
    }),
    async run({ session }, { path, add, remove, create }) {
      if (add.length + remove.length === 0) throw badInput('Give at least one tag in add or remove')
      const place = (await open(session)).place(path)
      return { path: place.path, ...(await changeTags(place, { add, remove, create })) }
    },
  })

  const favorite = defineTool({
    name: 'nc_webdav_set_favorite',
    title: 'Star a file',
    description: "Makes a file or folder one of the user's favourites, or no longer.",
    scopes: ['files:write'],
    effect: 'update',
    idempotent: true,
    input: z.object({ path: z.string(), favorite: z.boolean().default(true) }),
    output: z.object({ path: z.string(), is_favorite: z.boolean() }),
    async run({ session }, { path, favorite }) {
      const place = (await open(session)).place(path)
      await setFavorite(place, favorite)
      return { path: place.path, is_favorite: favorite }
    },
  })

  return [list, change, favorite]
}
