/**
 * The Polls app's HTTP interface, version 1.0.
 * @see https://github.com/nextcloud/polls/blob/main/docs/API_v1.0.md
 */
import { z } from 'zod'
import { CodedError, checkable, hasCode } from '../../nextcloud/errors.ts'
import { type OcsRequest, ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, list, number, text } from '../../nextcloud/tolerant.ts'

const API = '/apps/polls/api/v1.0'

const User = z.object({ id: text(''), displayName: text('') })

const Poll = z.object({
  id: z.coerce.number().int(),
  type: text(''),
  configuration: z.object({
    title: text(''),
    description: text(''),
    /** Seconds since 1970; 0: open until it is closed. */
    expire: number(0),
    allowMaybe: flag(),
    maxVotesPerUser: number(0),
  }),
  owner: User.catch({ id: '', displayName: '' }),
  status: z.object({ isExpired: flag(), countParticipants: number(0), lastInteraction: number(0) }),
  permissions: z.object({ vote: flag(), seeResults: flag(true) }),
})
/** A poll as the API gives it. */
export type Poll = z.infer<typeof Poll>

const Option = z.object({
  id: z.coerce.number().int(),
  text: text(''),
  timestamp: number(0),
  duration: number(0),
  order: number(0),
  votes: z
    .object({ yes: number(0), no: number(0), maybe: number(0), currentUser: text(null) })
    .catch({ yes: 0, no: 0, maybe: 0, currentUser: null }),
})
/** Something to vote for. */
export type Option = z.infer<typeof Option>

const Vote = z.object({
  optionId: number(0),
  answer: text(''),
  user: User.catch({ id: '', displayName: '' }),
})

const Whole = z.object({
  poll: Poll,
  options: list(Option).catch([]),
  votes: list(Vote).catch([]),
})
/** A poll with its options and votes. */
export type Whole = z.infer<typeof Whole>

/** What can be said to an option. */
export type Answer = 'yes' | 'no' | 'maybe'

/** The polls that the user may see; one request. */
export async function listPolls(session: Session): Promise<Poll[]> {
  const Polls = z.object({ polls: list(Poll) })
  return (await ask(session, Polls, { path: '/polls', subject: 'the polls' })).polls
}

/** One poll with options and votes; one request. */
export function getPoll(session: Session, id: number): Promise<Whole> {
  return ask(session, Whole, { path: `/poll/${id}`, subject: `poll ${id}` })
}

/** Votes for one option, instead of an earlier vote for it; one request. */
export async function vote(session: Session, option: Option, answer: Answer): Promise<void> {
  const voted = ask(session, z.unknown(), {
    method: 'PUT',
    path: `/option/${option.id}/vote/${answer}`,
    subject: `option "${option.text}"`,
  })
  await checkable(voted, 'nc_polls_get_poll tells what the user has voted for.')
}

/** The app answers 400 to nearly everything, and says in words what it means. */
async function ask<T>(session: Session, schema: z.ZodType<T>, request: OcsRequest): Promise<T> {
  try {
    return await ocs(session, schema, { ...request, path: API + request.path })
  } catch (error) {
    if (!hasCode(error, 'BAD_INPUT')) throw error
    const said = error.details.serverMessage ?? ''
    if (/not found$/i.test(said)) throw new CodedError('NOT_FOUND', 'Not found', error.details)
    if (/limit exceeded$/i.test(said)) {
      throw new CodedError('CONFLICT', 'The option, or the user, has all the votes it may have', {
        ...error.details,
        hint: 'nc_polls_get_poll tells the votes as they are.',
      })
    }
    if (!/^denied permission/i.test(said)) throw error
    throw new CodedError('FORBIDDEN', 'The user may not do this with the poll', {
      ...error.details,
      hint: 'It is closed, or not shared with the user.',
    })
  }
}
