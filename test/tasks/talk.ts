import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'

const CHAT = '/ocs/v2.php/apps/spreed/api/v1'
const roomIn = ({ results }: Answer, name: string) =>
  results.find(({ displayName }: { displayName: string }) => displayName === name)

export const talk: TaskGroup = {
  title: 'Talk',
  tasks: [
    {
      says: 'Write "I am late" in the conversation "Garden house".',
      steps: [
        {
          tool: 'talk_send_message',
          seeking: 'post a message in a chat',
          with: () => ({ token: 'Garden house', message: 'I am late' }),
          fails: 'BAD_INPUT',
        },
        { tool: 'talk_list_conversations', with: () => ({}) },
        {
          tool: 'talk_send_message',
          with: (_, rooms) => ({
            token: roomIn(rooms, 'Garden house').token,
            message: 'I am late',
          }),
        },
      ],
      async outcome({ read }, _, rooms) {
        const { token } = roomIn(rooms, 'Garden house')
        const messages = await read(`${CHAT}/chat/${token}?lookIntoFuture=0`, 'bob')
        assert.equal(messages[0].message, 'I am late')
      },
    },
    {
      says: 'Make a poll in our garden house chat: "Saturday?" with "yes" and "no", and vote yes for me.',
      steps: [
        {
          tool: 'talk_list_conversations',
          seeking: 'my chats',
          with: () => ({}),
        },
        {
          tool: 'talk_create_poll',
          seeking: 'ask a poll in a chat',
          with: rooms => ({
            token: roomIn(rooms, 'Garden house').token,
            question: 'Saturday?',
            options: ['yes', 'no'],
          }),
        },
        {
          tool: 'talk_answer_poll',
          seeking: 'vote in a poll of a chat',
          with: (_, { conversation_token, poll }) => ({
            token: conversation_token,
            poll_id: poll.id,
            option_ids: [poll.options.find(({ text }: { text: string }) => text === 'yes').id],
          }),
        },
      ],
      async outcome({ read }, _, { conversation_token, poll }) {
        const now = await read(`${CHAT}/poll/${conversation_token}/${poll.id}`)
        assert.deepEqual(now.votedSelf, [0])
      },
    },
    {
      says: 'Give Bob\'s last message in the conversation "Garden house" a 👍.',
      steps: [
        {
          tool: 'talk_list_conversations',
          seeking: 'list conversations',
          with: () => ({}),
        },
        {
          tool: 'talk_get_messages',
          seeking: 'read the messages of a conversation',
          with: rooms => ({ token: roomIn(rooms, 'Garden house').token }),
        },
        {
          tool: 'talk_react',
          seeking: 'react to a message with an emoji',
          with: (_, { conversation_token, results }) => ({
            token: conversation_token,
            message_id: results.find(({ actorId }: { actorId: string }) => actorId === 'bob').id,
            reaction: '👍',
          }),
        },
      ],
      async outcome({ read }, _, { conversation_token, results }) {
        const { id } = results.find(({ actorId }: { actorId: string }) => actorId === 'bob')
        const reactions = await read(`${CHAT}/reaction/${conversation_token}/${id}`)
        assert.equal(reactions['👍'][0].actorId, 'alice')
      },
    },
  ],
}
