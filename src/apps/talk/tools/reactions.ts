/** Tools for emoji on messages. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import {
  addReaction,
  listReactions,
  type OnMessage,
  type Reactions,
  removeReaction,
} from '../reactions.ts'
import { messageId, token } from './shapes.ts'

const ReactionList = z.object({
  conversation_token: z.string(),
  message_id: z.int(),
  reactions: z
    .record(
      z.string(),
      z.array(
        z.object({
          actorType: z.string(),
          actorId: z.string(),
          actorDisplayName: z.string(),
          timestamp: z.int().describe('Seconds since 1970'),
        }),
      ),
    )
    .describe('Emoji to who put it there'),
  distinct_emoji: z.int(),
})

const reaction = z.string().trim().min(1).describe('One emoji')

export const listReactionsTool = defineTool({
  name: 'talk_list_reactions',
  title: 'List reactions',
  description: 'Lists who reacted to a message with which emoji.',
  scopes: ['talk:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    token,
    message_id: messageId,
    reaction: reaction.optional().describe('Only this emoji'),
  }),
  output: ReactionList,
  async run({ session }, { token, message_id, reaction }) {
    const message = { token, id: message_id }
    return listed(message, await listReactions(session, message, reaction))
  },
})

export const react = defineTool({
  name: 'talk_react',
  title: 'React to a message',
  description: 'Puts an emoji on a message, once for each emoji.',
  scopes: ['talk:write'],
  effect: 'create',
  idempotent: true,
  openWorld: true,
  untrusted: true,
  input: z.object({ token, message_id: messageId, reaction }),
  output: ReactionList,
  async run({ session }, { token, message_id, reaction }) {
    const message = { token, id: message_id }
    return listed(message, await addReaction(session, message, reaction))
  },
})

export const removeReactionTool = defineTool({
  name: 'talk_remove_reaction',
  title: 'Remove a reaction',
  description: "Takes the user's own emoji off a message.",
  scopes: ['talk:write'],
  effect: 'delete',
  untrusted: true,
  input: z.object({ token, message_id: messageId, reaction }),
  output: ReactionList,
  async run({ session }, { token, message_id, reaction }) {
    const message = { token, id: message_id }
    return listed(message, await removeReaction(session, message, reaction))
  },
})

function listed({ token, id }: OnMessage, reactions: Reactions): z.input<typeof ReactionList> {
  return {
    conversation_token: token,
    message_id: id,
    reactions,
    distinct_emoji: Object.keys(reactions).length,
  }
}
