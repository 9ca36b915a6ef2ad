/** Tools for what is said in a conversation. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import * as chat from '../chat.ts'
import { Message, told } from '../message.ts'
import { checkedMessage, sendOnce } from '../sending.ts'
import { messageId, token } from './shapes.ts'

export const getMessages = defineTool({
  name: 'talk_get_messages',
  title: 'Read messages',
  description:
    'Reads the messages of a conversation, newest first and then older ones; or newer ones, oldest first. Marks nothing as read.',
  scopes: ['talk:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    token,
    limit: z.int().min(1).max(200).default(50),
    // Talk says -1 and -2 of who has read nothing yet.
    last_known_message_id: z.int().min(-2).optional().describe('Where to go on'),
    include_last_known: z.boolean().default(false),
    newer: z.boolean().default(false).describe('After last_known_message_id, not before'),
  }),
  output: z.object({
    conversation_token: z.string(),
    results: z.array(Message).describe('May be fewer than the limit though there is more'),
    count: z.int(),
    last_known_message_id: z
      .int()
      .nullable()
      .describe('For the next call; null when there is nothing older'),
  }),
  async run({ session }, { token, limit, last_known_message_id, include_last_known, newer }) {
    if (newer && last_known_message_id === undefined) {
      throw badInput(
        'newer needs last_known_message_id',
        'lastReadMessage of a conversation gives what is unread.',
      )
    }
    const { messages, lastGiven } = await chat.readHistory(session, token, {
      limit,
      from: last_known_message_id === undefined ? undefined : Math.max(0, last_known_message_id),
      includeFrom: include_last_known,
      newer,
    })
    return {
      conversation_token: token,
      results: messages.map(told),
      count: messages.length,
      last_known_message_id: lastGiven ?? (newer ? (last_known_message_id ?? null) : null),
    }
  },
})

export const sendMessage = defineTool({
  name: 'talk_send_message',
  title: 'Send a message',
  description:
    'Posts a message, as Markdown; @"id" mentions a user. With a reference_id of your own a repeated call posts nothing twice.',
  scopes: ['talk:write'],
  effect: 'create',
  openWorld: true,
  untrusted: true,
  input: z.object({
    token,
    message: z.string(),
    reply_to: messageId.optional().describe('Id of a message'),
    silent: z.boolean().default(false).describe('Notifies nobody'),
    reference_id: z
      .string()
      .optional()
      .describe('Up to 64 letters, digits, - and _; looked for among the latest 200'),
  }),
  output: z.object({
    message: Message,
    already_sent: z
      .literal(true)
      .optional()
      .describe('An earlier call has posted it; this one posted nothing'),
  }),
  async run({ session }, { token, message, reply_to, silent, reference_id }) {
    if (reference_id !== undefined && !/^[\w-]{1,64}$/.test(reference_id)) {
      throw badInput('reference_id must be 1 to 64 letters, digits, hyphens and underscores')
    }
    const sent = await sendOnce(session, token, {
      message,
      referenceId: reference_id,
      replyTo: reply_to,
      silent,
    })
    return { message: told(sent.message), ...(sent.found ? { already_sent: true as const } : {}) }
  },
})

export const editMessage = defineTool({
  name: 'talk_edit_message',
  title: 'Edit a message',
  description:
    "Replaces the text of the user's own message, up to 24 hours after it was sent; of others' as a moderator.",
  scopes: ['talk:write'],
  effect: 'update',
  openWorld: true,
  untrusted: true,
  input: z.object({ token, message_id: messageId, message: z.string() }),
  output: z.object({ message: Message }),
  async run({ session }, { token, message_id, message }) {
    const text = await checkedMessage(session, message)
    return { message: told(await chat.editMessage(session, token, message_id, text)) }
  },
})

export const deleteMessage = defineTool({
  name: 'talk_delete_message',
  title: 'Delete a message',
  description:
    "Deletes the user's own message for everybody, for good; others' as a moderator. A mark stays.",
  scopes: ['talk:write'],
  effect: 'delete',
  input: z.object({ token, message_id: messageId }),
  output: z.object({ conversation_token: z.string(), deleted_id: z.int(), message: z.string() }),
  async run({ session }, { token, message_id }) {
    const { id } = await chat.deleteMessage(session, token, message_id)
    return {
      conversation_token: token,
      deleted_id: id,
      message: 'Deleted. Others see that there was a message.',
    }
  },
})

export const markAsRead = defineTool({
  name: 'talk_mark_as_read',
  title: 'Mark as read',
  description: 'Marks a conversation as read up to a message, or as a whole. Others may see it.',
  scopes: ['talk:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ token, last_read_message: messageId.optional().describe('Default: the last') }),
  output: z.object({
    status_code: z.int(),
    message: z.string(),
    conversation_token: z.string(),
    last_read_message: z.int().nullable(),
    unread_messages: z.int().describe('That are left'),
  }),
  async run({ session }, { token, last_read_message }) {
    const { lastReadMessage, unreadMessages } = await chat.markRead(
      session,
      token,
      last_read_message,
    )
    return {
      status_code: 200,
      message: 'Marked as read.',
      conversation_token: token,
      last_read_message: lastReadMessage,
      unread_messages: unreadMessages,
    }
  },
})
