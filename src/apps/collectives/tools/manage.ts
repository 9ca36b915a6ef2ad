/** Making, naming and deleting collectives, and the tags of their pages. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput, hasCode, withDetails } from '../../../nextcloud/errors.ts'
import { collectives } from '../api.ts'
import {
  checkedEmoji,
  collectiveId,
  collectiveUrl,
  done,
  emojiArgument,
  pageId,
  tagId,
} from '../shapes.ts'

const name = z.string().trim().min(1)
const Done = z.object(done)
const result = (collective_id: number, message: string): z.input<typeof Done> => ({
  status_code: 200,
  message,
  collective_id,
})

export const createCollective = defineTool({
  name: 'collectives_create_collective',
  title: 'Create a collective',
  description: 'Creates a collective with its landing page, and a team of its name.',
  scopes: ['collectives:write'],
  effect: 'create',
  input: z.object({ name: name.max(127), emoji: z.string().optional() }),
  output: z.object({
    id: z.int(),
    name: z.string().describe('As stored'),
    emoji: z.string().nullable(),
    circleId: z.string().describe('Id of the team'),
    url: z.string(),
    info: z.string().optional().describe('Where there was a team of this name: it was taken'),
  }),
  async run({ session }, { name, emoji }) {
    // What is left of a name without what Nextcloud leaves out.
    if (!/[^\s.*|\\:"<>?]/.test(name)) throw badInput(`"${name}" is not a name`)
    const wanted = checkedEmoji(emoji) || undefined
    const { collective, info } = await collectives(session).create(name, wanted)
    return {
      id: collective.id,
      name: collective.name,
      emoji: collective.emoji || null,
      circleId: collective.circleId,
      url: collectiveUrl(session, collective.id, collective.name),
      ...(info === '' ? {} : { info }),
    }
  },
})

export const setCollectiveEmoji = defineTool({
  name: 'collectives_set_collective_emoji',
  title: 'Set the emoji of a collective',
  description: 'Sets or takes away the emoji of a collective; for admins of its team.',
  scopes: ['collectives:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ collective_id: collectiveId, emoji: emojiArgument }),
  output: Done,
  async run({ session }, { collective_id, emoji }) {
    const wanted = checkedEmoji(emoji)
    await collectives(session).setEmoji(collective_id, wanted)
    return result(collective_id, wanted === '' ? 'Emoji taken away' : `Emoji is ${wanted}`)
  },
})

export const trashCollective = defineTool({
  name: 'collectives_trash_collective',
  title: 'Trash a collective',
  description: 'Puts a collective into the trash, for all of its team; it can be restored.',
  scopes: ['collectives:write'],
  effect: 'delete',
  input: z.object({ collective_id: collectiveId }),
  output: Done,
  async run({ session }, { collective_id }) {
    await collectives(session).trash(collective_id)
    return result(collective_id, 'In the trash; collectives_restore_collective brings it back')
  },
})

export const restoreCollective = defineTool({
  name: 'collectives_restore_collective',
  title: 'Restore a collective',
  description: 'Brings a collective back from the trash.',
  scopes: ['collectives:write'],
  effect: 'update',
  input: z.object({ collective_id: collectiveId }),
  output: Done,
  async run({ session }, { collective_id }) {
    await collectives(session).restore(collective_id)
    return result(collective_id, 'Restored')
  },
})

export const deleteCollective = defineTool({
  name: 'collectives_delete_collective',
  title: 'Delete a collective for good',
  description: 'Deletes a collective that is in the trash, with all its pages, for good.',
  scopes: ['collectives:write'],
  effect: 'delete',
  input: z.object({
    collective_id: collectiveId,
    delete_team: z.boolean().default(false).describe('Also the team behind it'),
  }),
  output: Done,
  async run({ session }, { collective_id, delete_team }) {
    try {
      await collectives(session).delete(collective_id, delete_team)
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error
      throw withDetails(error, 'Not found in the trash', {
        hint: 'Only what collectives_trash_collective has put there can be deleted.',
      })
    }
    return result(collective_id, delete_team ? 'Deleted, with its team' : 'Deleted; the team stays')
  },
})

export const createTag = defineTool({
  name: 'collectives_create_tag',
  title: 'Create a tag',
  description: 'Creates a tag for pages of a collective.',
  scopes: ['collectives:write'],
  effect: 'create',
  input: z.object({
    collective_id: collectiveId,
    name: name.max(250),
    color: z
      .string()
      .regex(/^#?[0-9A-Fa-f]{6}$/, 'six hexadecimal digits, as in FF8800')
      .describe('As in FF8800'),
  }),
  output: z.object({ id: z.int(), name: z.string(), color: z.string() }),
  async run({ session }, { collective_id, name, color }) {
    const tag = await collectives(session).createTag(collective_id, name, color.replace('#', ''))
    return { id: tag.id, name: tag.name, color: tag.color }
  },
})

const TagArguments = z.object({ collective_id: collectiveId, page_id: pageId, tag_id: tagId })
const Tagged = Done.extend({ page_id: z.int(), tags: z.array(z.int()) })

export const assignTag = defineTool({
  name: 'collectives_assign_tag',
  title: 'Tag a page',
  description: 'Gives a page a tag of its collective.',
  scopes: ['collectives:write'],
  effect: 'update',
  idempotent: true,
  input: TagArguments,
  output: Tagged,
  async run({ session }, { collective_id, page_id, tag_id }) {
    const { tags } = await collectives(session).setTag(collective_id, page_id, tag_id, true)
    return { ...result(collective_id, 'Tagged'), page_id, tags }
  },
})

export const removeTag = defineTool({
  name: 'collectives_remove_tag',
  title: 'Untag a page',
  description: 'Takes a tag from a page; the tag itself stays.',
  scopes: ['collectives:write'],
  effect: 'update',
  idempotent: true,
  input: TagArguments,
  output: Tagged,
  async run({ session }, { collective_id, page_id, tag_id }) {
    const { tags } = await collectives(session).setTag(collective_id, page_id, tag_id, false)
    return { ...result(collective_id, 'Untagged'), page_id, tags }
  },
})
