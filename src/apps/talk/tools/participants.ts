/** Tools for who is in a conversation. */
import { z } from 'zod'
import { Page, pageOf } from '../../../mcp/page.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import * as rooms from '../rooms.ts'
import { token } from './shapes.ts'

export const listParticipants = defineTool({
  name: 'talk_list_participants',
  title: 'List participants',
  description: 'Lists who is in a conversation, and as what.',
  scopes: ['talk:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    token,
    include_status: z.boolean().default(false),
    ...Page.shape,
    limit: Page.shape.limit.unwrap().default(200),
  }),
  output: z.object({
    conversation_token: z.string(),
    results: z.array(
      z.object({
        attendeeId: z.int(),
        actorType: z.string(),
        actorId: z.string(),
        displayName: z.string(),
        participantType: z
          .int()
          .describe('1 owner, 2 moderator, 3 user, 4 guest, 5 user by link, 6 guest moderator'),
        inCall: z.int(),
        lastPing: z.int(),
        sessionIds: z.array(z.string()),
        status: z.string().nullable(),
        statusIcon: z.string().nullable(),
        statusMessage: z.string().nullable(),
      }),
    ),
    count: z.int(),
    total: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { token, include_status, ...args }) {
    const all = await rooms.listParticipants(session, token, include_status)
    const { page, next } = pageOf(all, args)
    return {
      conversation_token: token,
      results: page,
      count: page.length,
      total: all.length,
      ...next,
    }
  },
})

const PUBLIC = 3

export const addParticipant = defineTool({
  name: 'talk_add_participant',
  title: 'Add to a conversation',
  description:
    'Adds a user, group, team or e-mail guest to a conversation, which by e-mail becomes public: open to everybody with its link.',
  scopes: ['talk:write'],
  effect: 'create',
  idempotent: true,
  openWorld: true,
  input: z.object({
    token,
    participant: z.string().trim().min(1).describe('Id or address'),
    source: z.enum(['users', 'groups', 'emails', 'circles', 'federated_users']).default('users'),
  }),
  output: z.object({
    status_code: z.int(),
    message: z.string(),
    conversation_token: z.string(),
    participant: z.string(),
    source: z.string(),
  }),
  async run({ session }, { token, participant, source }) {
    const invitation = checkedInvitation({ source, id: participant })
    const type = await rooms.addParticipant(session, token, invitation)
    return {
      status_code: 200,
      message: said(type, source),
      conversation_token: token,
      participant,
      source,
    }
  },
})

function said(type: number | null, source: rooms.Invitation['source']): string {
  if (type === PUBLIC) {
    return 'Invited. The conversation is public: everybody with its link can join.'
  }
  return source === 'federated_users' ? 'Invited.' : 'In the conversation.'
}

/**
 * An invitation to send.
 * @throws CodedError `BAD_INPUT` for what is no mail address where one is needed: Talk takes
 *   anything for one, and opens the conversation to the public for it
 */
export function checkedInvitation(invitation: rooms.Invitation): rooms.Invitation {
  const { source, id } = invitation
  if (source === 'emails' && !/^[^@\s]+@[^@\s]+$/.test(id)) {
    throw badInput(`"${id}" is not a mail address`, 'Users are added with the source users.')
  }
  return invitation
}
