/** Conversations: as Talk gives them, and as results tell them. */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, number, text } from '../../nextcloud/tolerant.ts'
import { ApiMessage, beginning, Message, told } from './message.ts'

/** Characters of the last message that a list shows. */
const LAST_MESSAGE = 300

/** The permission to post and to react. */
const CHAT = 128

/** Talk's numbers of the kinds of conversations. */
export const KINDS: Readonly<Record<number, string>> = {
  1: 'one_to_one',
  2: 'group',
  3: 'public',
  4: 'changelog',
  5: 'former_one_to_one',
  6: 'note_to_self',
}

/** A conversation as the API gives it. */
export const ApiConversation = z.object({
  id: z.coerce.number().int(),
  token: z.string().min(1),
  type: number(0),
  name: text(''),
  displayName: text(''),
  description: text(''),
  participantType: number(null),
  unreadMessages: number(0),
  unreadMention: flag(),
  lastActivity: number(null),
  lastReadMessage: number(null),
  lastMessage: ApiMessage.optional().catch(undefined),
  readOnly: number(null),
  lobbyState: number(0),
  permissions: number(null),
  isArchived: flag(),
  isFavorite: flag(),
  notificationLevel: number(null),
  objectType: text(null),
  objectId: text(null),
  status: text(null),
  statusMessage: text(null),
})
export type ApiConversation = z.infer<typeof ApiConversation>

/** A conversation in a result. */
export const Conversation = z.object({
  id: z.int(),
  token: z.string().describe('What other tools call it by'),
  type: z.int(),
  kind: z.string().describe('The type in words'),
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
  participantType: z
    .int()
    .nullable()
    .describe(
      'Of the user: 1 owner, 2 moderator, 3 user, 4 guest, 5 user by link, 6 guest moderator',
    ),
  unreadMessages: z.int(),
  unreadMention: z.boolean(),
  lastActivity: z.int().nullable().describe('Seconds since 1970'),
  lastReadMessage: z.int().nullable(),
  lastMessage: Message.nullable().describe('Its text shortened'),
  readOnly: z.int().nullable().describe('1: nobody can write'),
  lobby: z.literal(true).optional().describe('Only moderators may enter'),
  may_post: z.literal(false).optional().describe('A moderator lets the user only read'),
  archived: z.literal(true).optional().describe('By the user'),
  isFavorite: z.boolean().nullable(),
  notificationLevel: z.int().nullable(),
  objectType: z.string().nullable(),
  objectId: z.string().nullable(),
  status: z.string().optional().describe("The other's presence, in a one-to-one conversation"),
  statusMessage: z.string().optional(),
  url: z.string(),
})

/** A conversation as a result tells it; see {@link Conversation}. */
export function toldConversation(
  session: Session,
  conversation: ApiConversation,
): z.input<typeof Conversation> {
  const { lastMessage, lobbyState, permissions, isArchived, status, statusMessage, ...rest } =
    conversation
  const last = lastMessage === undefined ? null : told(lastMessage)
  return {
    ...rest,
    kind: KINDS[conversation.type] ?? 'other',
    lastMessage: last && { ...last, message: beginning(last.message, LAST_MESSAGE) },
    ...(lobbyState === 1 && { lobby: true }),
    ...(permissions !== null && (permissions & CHAT) === 0 && { may_post: false }),
    ...(isArchived && { archived: true }),
    ...(status !== null && { status }),
    ...(statusMessage !== null && { statusMessage }),
    url: `${session.baseUrl}/index.php/call/${encodeSegment(conversation.token)}`,
  }
}
