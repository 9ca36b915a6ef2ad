/** Tools for polls in conversations. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import type { ApiMessage } from '../message.ts'
import * as polls from '../polls.ts'
import { token } from './shapes.ts'

const Poll = z.object({
  id: z.int(),
  question: z.string(),
  author: z.string(),
  closed: z.boolean(),
  draft: z.literal(true).optional().describe('Not posted yet'),
  hidden_results: z.boolean().describe('Nobody learns who voted for what'),
  max_votes: z.int().describe('0: any number'),
  options: z.array(
    z.object({
      id: z.int(),
      text: z.string(),
      votes: z.int().nullable().describe('null: not shown to the user, or not yet'),
      chosen: z.literal(true).optional().describe('By the user'),
      voters: z.array(z.string()).optional().describe('Once it is closed'),
    }),
  ),
  voters: z.int().nullable().describe('null: not shown to the user, or not yet'),
})

const pollId = z.int().min(1)

export const getPolls = defineTool({
  name: 'talk_get_polls',
  title: 'Read polls',
  description:
    'Lists the polls of a conversation, newest first; or reads one with its options and results.',
  scopes: ['talk:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    token,
    poll_id: pollId.optional(),
    limit: z.int().min(1).max(200).default(50),
    last_known_message_id: z.int().min(1).optional().describe('Where to go on'),
  }),
  output: z.object({
    conversation_token: z.string(),
    poll: Poll.optional().describe('With poll_id'),
    results: z
      .array(
        z.object({
          id: z.int(),
          question: z.string(),
          author: z.string(),
          message_id: z.int(),
          timestamp: z.int().describe('Seconds since 1970'),
        }),
      )
      .optional(),
    count: z.int(),
    last_known_message_id: z
      .int()
      .nullable()
      .optional()
      .describe('For the next call; null when there is nothing older'),
  }),
  async run({ session }, { token, poll_id, limit, last_known_message_id }) {
    if (poll_id !== undefined) {
      const poll = told(await polls.getPoll(session, token, poll_id))
      return { conversation_token: token, poll, count: 1 }
    }
    const found = await polls.listPolls(session, token, { limit, from: last_known_message_id })
    const results = found.messages.flatMap(shared)
    return {
      conversation_token: token,
      results,
      count: results.length,
      last_known_message_id: found.lastGiven,
    }
  },
})

export const createPoll = defineTool({
  name: 'talk_create_poll',
  title: 'Create a poll',
  description: 'Posts a poll in a group or public conversation.',
  scopes: ['talk:write'],
  effect: 'create',
  openWorld: true,
  input: z.object({
    token,
    question: z.string().trim().min(1),
    options: z.array(z.string().trim().min(1)).min(2),
    max_votes: z.int().min(0).default(1).describe('0: any number'),
    hidden_results: z.boolean().default(false),
  }),
  output: z.object({ conversation_token: z.string(), poll: Poll }),
  async run({ session }, { token, question, options, max_votes, hidden_results }) {
    const twice = options.find((option, at) => options.indexOf(option) !== at)
    if (twice !== undefined) throw badInput(`The option "${twice}" is there twice`)
    if (max_votes > options.length) {
      throw badInput('max_votes is more than there are options', '0 allows any number.')
    }
    const poll = await polls.createPoll(session, token, {
      question,
      options,
      maxVotes: max_votes,
      hidden: hidden_results,
    })
    return { conversation_token: token, poll: told(poll) }
  },
})

export const answerPoll = defineTool({
  name: 'talk_answer_poll',
  title: 'Vote in a poll',
  description:
    "Votes in a poll in place of the user's earlier vote, or closes it for good, as its author or a moderator.",
  scopes: ['talk:write'],
  effect: 'update',
  openWorld: true,
  untrusted: true,
  input: z.object({
    token,
    poll_id: pollId,
    option_ids: z.array(z.int().min(0)).optional().describe('Of all options chosen; [] for none'),
    close: z.boolean().default(false),
  }),
  output: z.object({ conversation_token: z.string(), poll: Poll }),
  async run({ session }, { token, poll_id, option_ids, close }) {
    if ((option_ids === undefined) !== close) throw badInput('Give either option_ids or close')
    const poll =
      option_ids === undefined
        ? await polls.closePoll(session, token, poll_id)
        : await polls.vote(session, token, poll_id, [...new Set(option_ids)])
    return { conversation_token: token, poll: told(poll) }
  },
})

const CLOSED = 1
const HIDDEN = 1

function told(poll: polls.ApiPoll): z.input<typeof Poll> {
  const closed = poll.status === CLOSED
  const hidden = poll.resultMode === HIDDEN
  const isShown = closed || (!hidden && poll.votedSelf.length > 0)
  return {
    id: poll.id,
    question: poll.question,
    author: poll.actorDisplayName || poll.actorId,
    closed,
    ...(poll.status === polls.DRAFT ? { draft: true as const } : {}),
    hidden_results: hidden,
    max_votes: poll.maxVotes,
    options: poll.options.map((text, id) => {
      const voters = poll.details?.filter(({ optionId }) => optionId === id)
      return {
        id,
        text,
        votes: isShown ? Number(poll.votes[`option-${id}`] ?? 0) : null,
        ...(poll.votedSelf.includes(id) ? { chosen: true as const } : {}),
        ...(voters === undefined
          ? {}
          : { voters: voters.map(voter => voter.actorDisplayName || voter.actorId) }),
      }
    }),
    // Only those who may close an open poll learn how many have voted; 0 may be a secret.
    voters: isShown || poll.numVoters > 0 ? poll.numVoters : null,
  }
}

/** What a message tells of the poll that was shared with it. */
function shared(message: ApiMessage) {
  const { object } = message.messageParameters
  const id = Number(object?.id ?? Number.NaN)
  if (object?.type !== 'talk-poll' || !Number.isSafeInteger(id)) return []
  return [
    {
      id,
      question: typeof object.name === 'string' ? object.name : '',
      author: message.actorDisplayName || message.actorId,
      message_id: message.id,
      timestamp: message.timestamp,
    },
  ]
}
