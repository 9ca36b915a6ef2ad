/** Writing, moving and deleting pages. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import {
  badInput,
  CodedError,
  hasCode,
  isCodedError,
  withDetails,
} from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { collectives } from '../api.ts'
import { upload, writePage } from '../content.ts'
import { moveHere, moveToCollective } from '../move.ts'
import {
  checkedEmoji,
  collectiveId,
  done,
  emojiArgument,
  Placed,
  pageId,
  pageTitle,
  placed,
} from '../shapes.ts'

const Done = z.object({ ...done, page_id: z.int() })
const Moved = Done.extend(Placed.partial().shape)
const place = { collective_id: collectiveId, page_id: pageId }

const result = (collective_id: number, page_id: number, message: string): z.input<typeof Done> => ({
  status_code: 200,
  message,
  page_id,
  collective_id,
})

export const createPage = defineTool({
  name: 'collectives_create_page',
  title: 'Create a page',
  description:
    'Creates a page below another one, at first place. A title that exists there gets a number.',
  scopes: ['collectives:write'],
  effect: 'create',
  input: z.object({
    collective_id: collectiveId,
    parent_id: pageId.describe('The landing page for the top'),
    title: pageTitle,
    content: z.string().optional().describe('Markdown'),
  }),
  output: Placed.extend({
    id: z.int(),
    collective_id: z.int(),
    parent_id: z.int(),
    etag: z.string().optional().describe('With content only'),
  }),
  // Two at once would be given one name.
  run: ({ session }, { collective_id, parent_id, title, content = '' }) =>
    oneAtATime(session, collective_id, async () => {
      const page = await collectives(session).createPage(collective_id, parent_id, title)
      const made = {
        id: page.id,
        collective_id,
        parent_id,
        ...placed(session, collective_id, page),
      }
      if (content === '') return made
      try {
        return { ...made, etag: await upload(session, page, content, '*') }
      } catch (error) {
        if (!isCodedError(error)) throw error
        throw withDetails(error, `Page ${page.id} was created, but its content was not written`, {
          hint: 'Write it with collectives_update_page; do not create the page again.',
        })
      }
    }),
})

export const updatePage = defineTool({
  name: 'collectives_update_page',
  title: 'Change the text of a page',
  description: 'Replaces the Markdown of a page, if it still has the etag that was read.',
  scopes: ['collectives:write'],
  effect: 'update',
  input: z.object({
    ...place,
    content: z.string().describe('The whole new text'),
    etag: z.string().min(1).describe('From the last read; "*" overwrites whatever is there'),
  }),
  output: Moved.extend({ etag: z.string() }),
  async run({ session }, { collective_id, page_id, content, etag }) {
    const written = await writePage(session, collective_id, page_id, content, etag)
    return {
      ...result(collective_id, page_id, 'Written'),
      ...placed(session, collective_id, written.page),
      etag: written.etag,
    }
  },
})

export const movePage = defineTool({
  name: 'collectives_move_page',
  title: 'Move, rename or copy a page',
  description:
    'Moves a page with all below it: below another page, to another place among its siblings (index), to another collective; renames or copies it.',
  scopes: ['collectives:write'],
  effect: 'update',
  input: z.object({
    ...place,
    parent_id: pageId.optional(),
    title: pageTitle.optional(),
    index: z.int().min(0).optional().describe('Place among the siblings; 0 is the first'),
    copy: z.boolean().default(false),
    to_collective_id: collectiveId.optional(),
  }),
  output: Moved,
  async run({ session }, { collective_id, page_id, to_collective_id, copy, ...where }) {
    const { parent_id: parentId, title, index } = where
    const target = to_collective_id ?? collective_id
    const nothing = [parentId, title, index].every(value => value === undefined) && !copy
    if (nothing && target === collective_id) {
      throw badInput('Nothing to do', 'Give parent_id, title, index, copy or to_collective_id.')
    }
    if (page_id === parentId) throw badInput('A page cannot be below itself')
    const move = { parentId, title, index, copy }
    if (target !== collective_id && title !== undefined) {
      throw badInput('A page keeps its title on the way to another collective', 'Rename it then.')
    }
    const page = await oneAtATime(session, target, () =>
      target === collective_id
        ? moveHere(session, collective_id, page_id, move)
        : moveToCollective(session, collective_id, page_id, target, move),
    )
    return {
      ...result(target, page.id, copy ? 'Copied' : 'Moved'),
      ...placed(session, target, page),
    }
  },
})

export const setPageEmoji = defineTool({
  name: 'collectives_set_page_emoji',
  title: 'Set the emoji of a page',
  description: 'Sets or takes away the emoji of a page.',
  scopes: ['collectives:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ ...place, emoji: emojiArgument }),
  output: Done,
  async run({ session }, { collective_id, page_id, emoji }) {
    const wanted = checkedEmoji(emoji)
    await collectives(session).setPageEmoji(collective_id, page_id, wanted)
    const message = wanted === '' ? 'Emoji taken away' : `Emoji is ${wanted}`
    return result(collective_id, page_id, message)
  },
})

export const trashPage = defineTool({
  name: 'collectives_trash_page',
  title: 'Trash a page',
  description: 'Puts a page and all below it into the trash of the collective.',
  scopes: ['collectives:write'],
  effect: 'delete',
  input: z.object(place),
  output: Done,
  async run({ session }, { collective_id, page_id }) {
    const api = collectives(session)
    const { trashTimestamp } = await api.trashPage(collective_id, page_id).catch(error => {
      if (!isLandingPage(error)) throw error
      throw new CodedError('FORBIDDEN', 'The landing page stays as long as the collective', {
        ...error.details,
        hint: 'collectives_trash_collective puts the whole collective into the trash.',
      })
    })
    const message =
      trashTimestamp === null
        ? 'Deleted for good: this Nextcloud keeps no trash'
        : 'In the trash; collectives_restore_page brings it back'
    return result(collective_id, page_id, message)
  },
})

export const restorePage = defineTool({
  name: 'collectives_restore_page',
  title: 'Restore a page',
  description: 'Brings a page and all below it back from the trash.',
  scopes: ['collectives:write'],
  effect: 'update',
  input: z.object(place),
  output: Moved,
  async run({ session }, { collective_id, page_id }) {
    const api = collectives(session)
    try {
      const page = await api.restorePage(collective_id, page_id)
      return {
        ...result(collective_id, page_id, 'Restored'),
        ...placed(session, collective_id, page),
      }
    } catch (error) {
      // Nextcloud fails where the trash has never been used.
      if (!hasCode(error, 'UPSTREAM_ERROR')) throw error
      const trashed = await api.pages(collective_id, true).catch(() => undefined)
      if (trashed === undefined || trashed.some(({ id }) => id === page_id)) throw error
      throw notInTrash(page_id)
    }
  },
})

/** Changes to the tree of pages are done one after the other, as each moves files of others. */
function oneAtATime<T>(session: Session, collective: number, task: () => Promise<T>): Promise<T> {
  return session.account.serialised(`collectives/${collective}`, task)
}

/** Nextcloud looks for the page in the trash, where the landing page never gets to. */
function isLandingPage(error: unknown): error is CodedError {
  const message = isCodedError(error) ? error.details.serverMessage : undefined
  return message?.includes('page trash database') === true
}

function notInTrash(page_id: number): CodedError {
  return new CodedError('NOT_FOUND', 'Not found in the trash', {
    subject: `page ${page_id}`,
    hint: 'collectives_get_trashed_pages lists what is there.',
  })
}
