/** Tools for comments on cards. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { checkedMessage, comments, LARGEST_PAGE, postComment } from '../comments.ts'
import type { Comment } from '../records.ts'
import { cut } from '../views.ts'

const id = z.int().min(1)

const commentFields = {
  id: z.int(),
  objectId: z.int().describe('Id of the card'),
  message: z.string(),
  actorId: z.string(),
  actorType: z.string(),
  actorDisplayName: z.string(),
  creationDateTime: z.string(),
  mentions: z.array(z.record(z.string(), z.unknown())),
}
const CommentView = z.object({ ...commentFields, replyTo: z.object(commentFields).nullable() })
const CommentSummary = z.object({
  id: z.int(),
  actorId: z.string(),
  message: z.string(),
  creationDateTime: z.string(),
})
const Posted = z.object({
  comment: CommentView.describe('The first'),
  parts: z.array(CommentView).nullable().describe('All, where there are several'),
  part_count: z.int(),
})

export const getComments = defineTool({
  name: 'deck_get_card_comments',
  title: 'List comments on a card',
  description: 'Lists the comments on a card.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    card_id: id,
    limit: z.int().min(1).max(LARGEST_PAGE).default(20),
    offset: z.int().min(0).default(0),
    detail: z.enum(['summary', 'full']).default('summary'),
    message_max_length: z.int().min(1).optional(),
    order: z.enum(['newest', 'oldest']).default('newest').describe('First'),
  }),
  output: z.object({
    results: z.array(z.union([CommentView, CommentSummary])),
    count: z.int().describe('In this answer'),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { card_id, limit, offset, detail, message_max_length, order }) {
    const api = comments(session, card_id)
    const end = offset + limit
    // One more than wanted tells whether there is more; a full page may be the last.
    const found =
      order === 'oldest'
        ? (await api.oldestFirst()).slice(offset, end + 1)
        : await api.page(Math.min(limit + 1, LARGEST_PAGE), offset)
    const hasMore = found.length > limit || (limit === LARGEST_PAGE && found.length === limit)
    const results = found.slice(0, limit).map(comment => {
      const message = cut(comment.message, message_max_length ?? Number.POSITIVE_INFINITY)
      if (detail === 'full') return { ...comment, message }
      const { id, actorId, creationDateTime } = comment
      return { id, actorId, message, creationDateTime }
    })
    return { results, count: results.length, ...(hasMore ? { next_offset: end } : {}) }
  },
})

export const createComment = defineTool({
  name: 'deck_create_card_comment',
  title: 'Comment on a card',
  description: 'Adds a comment to a card, up to 1000 characters. @user mentions somebody.',
  scopes: ['deck:write'],
  effect: 'create',
  input: z.object({
    card_id: id,
    message: z.string(),
    parent_id: id.optional().describe('Comment to answer'),
    overflow: z.enum(['error', 'split']).default('error').describe('split: as several comments'),
  }),
  output: Posted,
  async run({ session }, { card_id, message, parent_id, overflow }) {
    const options = { parentId: parent_id, split: overflow === 'split' }
    return told(await postComment(session, card_id, message, options))
  },
})

export const updateComment = defineTool({
  name: 'deck_update_card_comment',
  title: 'Change a comment',
  description: "Replaces the text of one of the user's own comments on a card.",
  scopes: ['deck:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ card_id: id, comment_id: id, message: z.string() }),
  output: Posted,
  async run({ session }, { card_id, comment_id, message }) {
    return told([await comments(session, card_id).update(comment_id, checkedMessage(message))])
  },
})

export const deleteComment = defineTool({
  name: 'deck_delete_card_comment',
  title: 'Delete a comment',
  description: "Deletes one of the user's own comments on a card.",
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ card_id: id, comment_id: id }),
  output: z.object({
    status_code: z.int(),
    message: z.string(),
    card_id: z.int(),
    comment_id: z.int(),
  }),
  async run({ session }, { card_id, comment_id }) {
    await comments(session, card_id).delete(comment_id)
    return { status_code: 200, message: 'Deleted', card_id, comment_id }
  },
})

function told(posted: readonly Comment[]): z.input<typeof Posted> {
  const [comment] = posted
  if (comment === undefined) throw new Error('a message has at least one part')
  return { comment, parts: posted.length > 1 ? [...posted] : null, part_count: posted.length }
}
