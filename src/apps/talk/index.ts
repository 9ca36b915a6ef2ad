import type { App } from '../../mcp/app.ts'
import { createConversation, getConversation, listConversations } from './tools/conversations.ts'
import {
  deleteMessage,
  editMessage,
  getMessages,
  markAsRead,
  sendMessage,
} from './tools/messages.ts'
import { addParticipant, listParticipants } from './tools/participants.ts'
import { answerPoll, createPoll, getPolls } from './tools/polls.ts'
import { listReactionsTool, react, removeReactionTool } from './tools/reactions.ts'

/** Nextcloud Talk: conversations, what is said in them, reactions and polls. */
export const talkApp: App = {
  id: 'talk',
  title: 'Talk',
  about: 'Conversations: history, sending, reactions, polls',
  aliases: ['spreed'],
  requires: 'spreed',
  tools: [
    listConversations,
    getConversation,
    getMessages,
    listParticipants,
    sendMessage,
    editMessage,
    deleteMessage,
    markAsRead,
    createConversation,
    addParticipant,
    listReactionsTool,
    react,
    removeReactionTool,
    getPolls,
    createPoll,
    answerPoll,
  ],
  essential: ['talk_list_conversations', 'talk_get_messages', 'talk_send_message'],
  toldBy: {
    token: 'talk_list_conversations',
    message_id: 'talk_get_messages',
    reply_to: 'talk_get_messages',
    poll_id: 'talk_get_polls',
    option_ids: 'talk_get_polls',
  },
}
