/** Tools for the comments on files. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { createComment, listComments } from '../comments.ts'
import { nextOffset, type OpenHome, offset } from './shared.ts'

/** The tools of this file, on the files that `open` gives. */
export function commentTools(open: OpenHome): Tool[] {
  const list = defineTool({
    name: 'nc_webdav_list_comments',
    title: 'List comments',
    description: 'Lists the comments on a file or folder, newest first.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({ path: z.string(), limit: z.int().min(1).max(200).default(20), offset }),
    output: z.object({
      results: z.array(
        z.object({
          id: z.int(),
          message: z.string(),
          actor_id: z.string(),
          actor_type: z.string(),
          actor_display_name: z.string().nullable(),
          creation_datetime: z.string().nullable().describe('As in HTTP headers'),
          verb: z.string(),
          is_unread: z.boolean(),
        }),
      ),
      count: z.int().describe('In this answer'),
      path: z.string(),
      file_id: z.int(),
      limit: z.int(),
      offset: z.int(),
      next_offset: nextOffset,
    }),
    async run({ session }, { path, limit, offset }) {
      const place = (await open(session)).place(path)
      const { fileId, comments, hasMore } = await listComments(place, { limit, offset })
      return {
        results: comments.map(comment => ({
          id: comment.id,
          message: comment.message,
          actor_id: comment.actorId,
          actor_type: comment.actorType,
          actor_display_name: comment.actorDisplayName,
          creation_datetime: comment.created,
          verb: comment.verb,
          is_unread: comment.isUnread,
        })),
        count: comments.length,
        path: place.path,
        file_id: fileId,
        limit,
        offset,
        ...(hasMore ? { next_offset: offset + limit } : {}),
      }
    },
  })

  const create = defineTool({
    name: 'nc_webdav_create_comment',
    title: 'Comment on a file',
    description: 'Adds a comment to a file or folder, in the name of the user.',
    scopes: ['files:write'],
    effect: 'create',
    input: z.object({
      path: z.string(),
      message: z.string().describe('At most 1000 characters; @user mentions'),
    }),
    output: z.object({
      path: z.string(),
      file_id: z.int(),
      comment_id: z.int().nullable(),
      message: z.string().describe('As stored'),
    }),
    async run({ session }, { path, message }) {
      const place = (await open(session)).place(path)
      const { fileId, commentId, stored } = await createComment(place, message)
      return { path: place.path, file_id: fileId, comment_id: commentId, message: stored }
    },
  })

  return [list, create]
}
