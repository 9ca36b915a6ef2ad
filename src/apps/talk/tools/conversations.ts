/** Tools for conversations. */
import { z } from 'zod'
import { Page, pageOf } from '../../../mcp/page.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput, isCodedError, withDetails } from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { type ApiConversation, Conversation, toldConversation } from '../conversation.ts'
import * as rooms from '../rooms.ts'
import { talkAbilities } from '../sending.ts'
import { checkedInvitation } from './participants.ts'
import { token } from './shapes.ts'

export const listConversations = defineTool({
  name: 'talk_list_conversations',
  title: 'List conversations',
  description:
    "Lists the user's Talk conversations with unread counts and the last message, latest activity first.",
  scopes: ['talk:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    modified_since: z.int().min(0).optional().describe('modified_before of an earlier list'),
    include_status: z.boolean().default(false),
    ...Page.shape,
  }),
  output: z.object({
    results: z.array(Conversation),
    total: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
    modified_before: z
      .int()
      .nullable()
      .describe('Seconds since 1970; as modified_since it gives what changed after this list'),
  }),
  async run({ session }, { modified_since, include_status, ...args }) {
    const { conversations, modifiedBefore } = await rooms.listConversations(session, {
      modifiedSince: modified_since,
      includeStatus: include_status,
    })
    const newestFirst = conversations.toSorted(
      (a, b) => (b.lastActivity ?? 0) - (a.lastActivity ?? 0),
    )
    const { page, next } = pageOf(newestFirst, args)
    return {
      results: page.map(each => toldConversation(session, each)),
      total: conversations.length,
      ...next,
      modified_before: modifiedBefore,
    }
  },
})

export const getConversation = defineTool({
  name: 'talk_get_conversation',
  title: 'Read a conversation',
  description: 'Tells about one conversation: its kind, what is unread, what the user may do.',
  scopes: ['talk:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ token }),
  output: z.object({ conversation: Conversation }),
  run: async ({ session }, args) => ({
    conversation: toldConversation(session, await rooms.getConversation(session, args.token)),
  }),
})

const TYPES: Readonly<Record<string, number>> = { one_to_one: 1, group: 2, public: 3 }

/** The types by name, and by the numbers that Talk has for them. */
const roomType = z
  .preprocess(
    type => (typeof type === 'number' ? String(type) : type),
    z.enum(['1', '2', '3', 'one_to_one', 'group', 'public']),
  )
  .default('group')
  .meta({
    type: ['string', 'integer'],
    enum: ['one_to_one', 'group', 'public', 1, 2, 3],
    default: 'group',
  })

/** Characters, as people count them. */
const LONGEST_NAME = 255

const inviteSource = z.enum(['users', 'groups', 'emails', 'circles'])

export const createConversation = defineTool({
  name: 'talk_create_conversation',
  title: 'Create a conversation',
  description:
    'Creates a conversation, or opens the one-to-one conversation with the user invited. An e-mail invitation makes it public.',
  scopes: ['talk:write'],
  effect: 'create',
  openWorld: true,
  untrusted: true,
  input: z.object({
    room_name: z
      .string()
      .trim()
      .refine(name => [...name].length <= LONGEST_NAME, `has more than ${LONGEST_NAME} characters`)
      .optional()
      .describe('Not for one_to_one'),
    room_type: roomType,
    invite: z.string().trim().optional().describe('Id of whom'),
    invite_source: inviteSource.optional().describe('Default: groups; of one_to_one users'),
  }),
  output: z.object({ conversation: Conversation }),
  async run({ session }, { room_name: name = '', room_type, invite = '', invite_source }) {
    const type = TYPES[room_type] ?? Number(room_type)
    const made =
      type === TYPES.one_to_one
        ? await openOneToOne(session, invite, invite_source)
        : await create(
            session,
            type,
            name,
            invite === ''
              ? undefined
              : checkedInvitation({ id: invite, source: invite_source ?? 'groups' }),
          )
    return { conversation: toldConversation(session, made) }
  },
})

async function openOneToOne(
  session: Session,
  invite: string,
  source: z.infer<typeof inviteSource> = 'users',
): Promise<ApiConversation> {
  if (invite === '' || source !== 'users') {
    throw badInput(
      'A one-to-one conversation needs the id of a user in invite',
      'nc_users_search finds users.',
    )
  }
  return rooms.openOneToOne(session, invite)
}

/** Older versions of Talk cannot bring everybody along when a conversation is made. */
async function create(
  session: Session,
  type: number,
  name: string,
  invite: rooms.Invitation | undefined,
): Promise<ApiConversation> {
  const byName = invite?.source === 'groups' || invite?.source === 'circles'
  if (name === '' && !byName) throw badInput('room_name is needed for this type of conversation')
  const { invitesAll } = invite === undefined ? { invitesAll: false } : await talkAbilities(session)
  const atOnce = byName || invitesAll
  const made = await rooms.createConversation(session, {
    type,
    name,
    invite: atOnce ? invite : undefined,
    // Only the older way names a conversation after who is invited.
    invitesAll: invitesAll && name !== '',
  })
  if (invite === undefined || atOnce) return made
  try {
    const changed = await rooms.addParticipant(session, made.token, invite)
    return { ...made, type: changed ?? made.type }
  } catch (error) {
    if (!isCodedError(error)) throw error
    const without = error.details.outcomeUnknown ? 'perhaps without them' : 'without them'
    throw withDetails(error, `${error.message}. The conversation has been made ${without}`, {
      hint: `Invite with talk_add_participant; its token is ${made.token}.`,
    })
  }
}
