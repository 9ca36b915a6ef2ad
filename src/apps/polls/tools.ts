/** The tools of the Polls app. */
import { z } from 'zod'
import { Page, pageOf } from '../../mcp/page.ts'
import { defineTool } from '../../mcp/tool.ts'
import { badInput, CodedError, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Answer, getPoll, listPolls, type Option, type Poll, vote, type Whole } from './api.ts'

const Summary = z.object({
  id: z.int(),
  title: z.string(),
  type: z.string().describe('textPoll or datePoll'),
  owner: z.string(),
  closed: z.boolean(),
  can_vote: z.boolean(),
  expires: z.int().nullable().describe('When it closes or closed, in seconds since 1970'),
  participants: z.int().nullable().describe('null: not shown to the user, or not yet'),
  last_interaction: z.int().describe('Seconds since 1970'),
  url: z.string(),
})

const Answers = z.enum(['yes', 'no', 'maybe'])
const pollId = z.int().min(1)

export const listPollsTool = defineTool({
  name: 'nc_polls_list_polls',
  title: 'List polls',
  description: 'Lists the polls that the user may see, latest activity first.',
  scopes: ['polls:read'],
  effect: 'read',
  untrusted: true,
  input: Page,
  output: z.object({
    polls: z.array(Summary),
    total: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, args) {
    const polls = (await listPolls(session)).map(poll => summary(session, poll))
    const newestFirst = polls.toSorted((a, b) => b.last_interaction - a.last_interaction)
    const { page, next } = pageOf(newestFirst, args)
    return { polls: page, total: polls.length, ...next }
  },
})

export const getPollTool = defineTool({
  name: 'nc_polls_get_poll',
  title: 'Read a poll',
  description: 'Reads a poll with its options, how many votes each has, and who voted how.',
  scopes: ['polls:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ poll_id: pollId }),
  output: Summary.extend({
    description: z.string(),
    maybe_allowed: z.boolean(),
    max_votes: z.int().describe('Of yes, for each user; 0: any number'),
    options: z.array(
      z.object({
        id: z.int(),
        text: z.string(),
        yes: z.int().nullable().describe('null: results are not shown to the user, or not yet'),
        no: z.int().nullable(),
        maybe: z.int().nullable(),
        own_vote: z.string().nullable(),
        voters: z.array(z.object({ name: z.string(), answer: z.string() })).describe('Where shown'),
      }),
    ),
  }),
  run: async ({ session }, { poll_id }) => full(session, await getPoll(session, poll_id)),
})

export const voteTool = defineTool({
  name: 'nc_polls_vote',
  title: 'Vote in a poll',
  description:
    "Votes for options of a poll, in place of the user's earlier vote for each; others see it.",
  scopes: ['polls:write'],
  effect: 'update',
  idempotent: true,
  openWorld: true,
  input: z.object({
    poll_id: pollId,
    votes: z.record(z.string(), Answers).describe('Id or text of an option to the answer'),
  }),
  output: z.object({
    poll_id: z.int(),
    voted: z.record(z.string(), z.string()).describe('Id of an option to the answer'),
  }),
  async run({ session }, { poll_id, votes }) {
    const whole = await getPoll(session, poll_id)
    const chosen = checkedVotes(whole, votes)
    if (!whole.poll.permissions.vote) {
      throw new CodedError('FORBIDDEN', 'The user may not vote in the poll', {
        subject: `poll ${poll_id} "${whole.poll.configuration.title}"`,
        hint: 'It is closed, or was shared for reading only.',
      })
    }
    return { poll_id, voted: await cast(session, inOrder(chosen)) }
  },
})

/**
 * The options that are voted for.
 * @throws CodedError `BAD_INPUT` that names what cannot be voted
 */
function checkedVotes(
  { poll, options }: Whole,
  votes: Readonly<Record<string, Answer>>,
): [Option, Answer][] {
  const problems: string[] = []
  const chosen = new Map<Option, Answer>()
  for (const [key, answer] of Object.entries(votes)) {
    const option =
      options.find(({ text }) => text === key) ?? options.find(({ id }) => String(id) === key)
    if (option === undefined) problems.push(`there is no option "${key}"`)
    else if (chosen.has(option)) problems.push(`"${option.text}" is voted for twice`)
    else chosen.set(option, answer)
    if (answer === 'maybe' && !poll.configuration.allowMaybe) problems.push('maybe is not allowed')
    // Nextcloud stores such a vote for both, and fails.
    if (option && options.filter(({ text }) => text === option.text).length > 1) {
      problems.push(`there is more than one option "${option.text}"`)
    }
  }
  if (chosen.size === 0) problems.push('there is nothing to vote for')
  const { maxVotesPerUser } = poll.configuration
  const yes = options.filter(option => (chosen.get(option) ?? option.votes.currentUser) === 'yes')
  const { size } = new Set(yes.map(({ text }) => text))
  if (maxVotesPerUser > 0 && size > maxVotesPerUser) {
    problems.push(`that makes ${size} times yes with earlier votes; allowed: ${maxVotesPerUser}`)
  }
  if (problems.length > 0) {
    throw badInput(
      `The votes do not fit the poll: ${[...new Set(problems)].join('; ')}`,
      'nc_polls_get_poll tells its options.',
    )
  }
  return [...chosen]
}

/**
 * What is no yes any more comes first, and yes last: who has all the votes they may have cannot say
 * anything about further options.
 */
function inOrder(votes: readonly [Option, Answer][]): [Option, Answer][] {
  const rank = ([{ votes }, answer]: [Option, Answer]) =>
    answer === 'yes' ? 2 : votes.currentUser === 'yes' ? 0 : 1
  return votes.toSorted((a, b) => rank(a) - rank(b))
}

/** One after the other: the app counts votes as they come. What has been voted is not sent again. */
async function cast(
  session: Session,
  chosen: readonly [Option, Answer][],
): Promise<Record<string, string>> {
  const voted: Record<string, string> = {}
  for (const [option, answer] of chosen) {
    try {
      if (option.votes.currentUser !== answer) await vote(session, option, answer)
    } catch (error) {
      if (!isCodedError(error) || Object.keys(voted).length === 0) throw error
      throw withDetails(error, `${error.message}. Before that votes were taken for options`, {
        hint: `Taken: ${Object.keys(voted).join(', ')}. Vote for the others again.`,
      })
    }
    voted[option.id] = answer
  }
  return voted
}

function summary(session: Session, poll: Poll): z.input<typeof Summary> {
  return {
    id: poll.id,
    title: poll.configuration.title,
    type: poll.type,
    owner: poll.owner.displayName || poll.owner.id,
    closed: poll.status.isExpired,
    can_vote: poll.permissions.vote,
    expires: poll.configuration.expire || null,
    participants: poll.permissions.seeResults ? poll.status.countParticipants : null,
    last_interaction: poll.status.lastInteraction,
    url: `${session.baseUrl}/index.php/apps/polls/vote/${poll.id}`,
  }
}

function full(session: Session, { poll, options, votes }: Whole) {
  const { description, allowMaybe, maxVotesPerUser } = poll.configuration
  const { permissions } = poll
  return {
    ...summary(session, poll),
    description,
    maybe_allowed: allowMaybe,
    max_votes: maxVotesPerUser,
    options: options
      .toSorted((a, b) => a.order - b.order)
      .map(({ id, text, votes: { yes, no, maybe, currentUser } }) => ({
        id,
        text,
        ...(permissions.seeResults ? { yes, no, maybe } : { yes: null, no: null, maybe: null }),
        own_vote: currentUser || null,
        voters: votes
          .filter(({ optionId }) => optionId === id)
          .map(({ user, answer }) => ({ name: user.displayName || user.id, answer })),
      })),
  }
}
