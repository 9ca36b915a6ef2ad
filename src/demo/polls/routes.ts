import { randomText } from '../auth.ts'
import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { type Route, route } from '../ocs/route.ts'
import { optionJson, pollJson, showsResults, userJson, voteJson } from './json.ts'
import type { AppPoll, PollOption } from './store.ts'

const app = 'polls'
const api = 'apps/polls/api/v1.0'
const types = ['textPoll', 'datePoll']

/** A request about a poll that the user may see. */
interface PollCall extends OcsCall {
  poll: AppPoll
  userId: string
}

/** The API of the Polls app, which answers 400 to nearly everything that fails. */
export const pollsRoutes: readonly Route[] = [
  route('GET', `${api}/polls`, listPolls, app),
  route('POST', `${api}/poll`, createPoll, app),
  route('PUT', `${api}/option/*/vote/*`, vote, app),
  onPoll('GET', '', getPoll),
  onPoll('DELETE', '', asOwner(deletePoll)),
  onPoll('PUT', '', asOwner(configure)),
  onPoll(
    'PUT',
    '/close',
    asOwner(call => expire(call, seconds(call))),
  ),
  onPoll(
    'PUT',
    '/reopen',
    asOwner(call => expire(call, 0)),
  ),
  onPoll('POST', '/option', asOwner(addOption)),
  onPoll('GET', '/options', call => ocsData({ options: optionsJson(call) })),
  onPoll('GET', '/votes', call => ocsData({ votes: votesJson(call) })),
  onPoll('GET', '/comments', () => ocsData({ comments: [] })),
  onPoll('POST', '/share/user', asOwner(share)),
]

function onPoll(method: string, path: string, run: (call: PollCall) => OcsResult): Route {
  const found = (call: OcsCall): OcsResult => {
    const poll = call.instance.state.polls.polls.get(Number(call.matched[0]))
    if (poll === undefined) return ocsFailure(400, 'Poll not found')
    const userId = call.identity.account.id
    if (!maySee(poll, userId)) return ocsFailure(400, 'denied permission accessPoll')
    return run({ ...call, poll, userId })
  }
  return route(method, `${api}/poll/*${path}`, found, app)
}

function asOwner(run: (call: PollCall) => OcsResult) {
  return (call: PollCall): OcsResult =>
    call.poll.ownerId === call.userId ? run(call) : ocsFailure(400, 'denied permission editPoll')
}

function maySee({ ownerId, sharedWith }: AppPoll, userId: string): boolean {
  return ownerId === userId || sharedWith.includes(userId)
}

function listPolls({ instance, identity }: OcsCall): OcsResult {
  const { id } = identity.account
  const polls = [...instance.state.polls.polls.values()].filter(poll => maySee(poll, id))
  return ocsData({ polls: polls.map(poll => pollJson(instance, poll, id)) })
}

function createPoll(call: OcsCall): OcsResult {
  const { instance, identity, parameters } = call
  const type = text(parameters.type) ?? ''
  if (!types.includes(type)) return ocsFailure(400, 'Invalid poll type')
  const { polls, lastId } = instance.state.polls
  const now = seconds(call)
  const poll: AppPoll = {
    id: ++lastId.poll,
    type,
    title: text(parameters.title) ?? '',
    ownerId: identity.account.id,
    created: now,
    lastInteraction: now,
    expire: 0,
    maxVotesPerUser: 0,
    showResults: 'always',
    options: [],
    votes: [],
    sharedWith: [],
  }
  polls.set(poll.id, poll)
  return created({ poll: pollJson(instance, poll, poll.ownerId, true) })
}

function getPoll(call: PollCall): OcsResult {
  return ocsData({
    poll: pollJson(call.instance, call.poll, call.userId),
    options: optionsJson(call),
    votes: votesJson(call),
    comments: [],
    shares: [],
    subscribed: false,
  })
}

function deletePoll({ instance, poll, userId }: PollCall): OcsResult {
  instance.state.polls.polls.delete(poll.id)
  return ocsData({ poll: pollJson(instance, poll, userId) })
}

function configure({ instance, poll, userId, parameters }: PollCall): OcsResult {
  const given: Record<string, unknown> = { ...(parameters.pollConfiguration as object | undefined) }
  poll.maxVotesPerUser = integer(given.maxVotesPerUser) ?? poll.maxVotesPerUser
  const wanted = text(given.showResults)
  if (wanted === 'always' || wanted === 'closed' || wanted === 'never') poll.showResults = wanted
  return ocsData({ poll: pollJson(instance, poll, userId) })
}

function expire(call: PollCall, at: number): OcsResult {
  call.poll.expire = at
  call.poll.lastInteraction = seconds(call)
  return ocsData({ poll: pollJson(call.instance, call.poll, call.userId) })
}

function addOption(call: PollCall): OcsResult {
  const { instance, poll, parameters, userId } = call
  const given: Record<string, unknown> = { ...(parameters.option as object | undefined) }
  const timestamp = integer(given.timestamp) ?? 0
  const duration = integer(given.duration) ?? 0
  const isDate = timestamp > 0
  const option: PollOption = {
    id: ++instance.state.polls.lastId.option,
    text: isDate ? `${iso(timestamp)} - ${iso(timestamp + duration)}` : (text(given.text) ?? ''),
    timestamp,
    duration,
    order: isDate ? timestamp : poll.options.length + 1,
  }
  poll.options.push(option)
  return created({
    option: optionJson(poll, option, userId, true),
    repetitions: [],
    options: optionsJson(call),
    votes: votesJson(call),
  })
}

/** Where two options have one text the vote is stored, and the answer fails. */
function vote(call: OcsCall): OcsResult {
  const { instance, identity, matched } = call
  const { polls, lastId } = instance.state.polls
  const { id: userId } = identity.account
  const optionId = Number(matched[0])
  const poll = [...polls.values()].find(({ options }) => options.some(({ id }) => id === optionId))
  const option = poll?.options.find(({ id }) => id === optionId)
  if (poll === undefined || option === undefined) return ocsFailure(400, 'Option not found')
  if (!maySee(poll, userId)) return ocsFailure(400, 'denied permission accessPoll')
  if (poll.expire > 0) return ocsFailure(400, 'denied permission vote')
  const isOwn = (other: AppPoll['votes'][number]) =>
    other.userId === userId && other.optionText === option.text
  const known = poll.votes.find(isOwn)
  // Who has no vote left can say nothing about further options, not even no.
  const said = poll.votes.filter(other => other.userId === userId && other.answer === 'yes').length
  const isFull = poll.maxVotesPerUser > 0 && said >= poll.maxVotesPerUser
  if (isFull && known?.answer !== 'yes') return ocsFailure(400, 'Vote limit exceeded')
  const given = {
    id: known?.id ?? ++lastId.vote,
    userId,
    optionText: option.text,
    answer: matched[1] ?? '',
  }
  poll.votes = [...poll.votes.filter(other => other !== known), given]
  poll.lastInteraction = seconds(call)
  const isAmbiguous = poll.options.filter(other => other.text === option.text).length > 1
  if (isAmbiguous) return { ...ocsFailure(996, 'Internal Server Error\n'), early: true }
  return ocsData({ vote: voteJson(instance, poll, given, optionId) })
}

function share({ instance, poll, parameters }: PollCall): OcsResult {
  const userId = text(parameters.userId) ?? ''
  const account = instance.state.directory.accounts.get(userId)
  if (account === undefined) return ocsFailure(400, 'Share not found')
  poll.sharedWith.push(userId)
  return created({
    share: {
      id: ++instance.state.polls.lastId.share,
      token: randomText(8),
      type: 'user',
      pollId: poll.id,
      groupId: null,
      invitationSent: false,
      reminderSent: false,
      locked: false,
      label: account.displayName,
      URL: `${instance.url}/apps/polls/vote/${poll.id}`,
      publicPollEmail: 'optional',
      voted: false,
      deleted: false,
      user: userJson(instance, userId),
    },
  })
}

function optionsJson({ poll, userId }: PollCall): object[] {
  return poll.options.map(option => optionJson(poll, option, userId))
}

function votesJson({ instance, poll, userId }: PollCall): object[] {
  const shown = poll.votes.filter(vote => vote.userId === userId || showsResults(poll, userId))
  return shown.flatMap(given =>
    poll.options
      .filter(({ text }) => text === given.optionText)
      .map(({ id }) => voteJson(instance, poll, given, id)),
  )
}

function created(data: unknown): OcsResult {
  return { ...ocsData(data), statuscode: 201 }
}

function iso(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString().replace('.000Z', '+00:00')
}

function seconds({ instance }: OcsCall): number {
  return Math.floor(instance.settings.now() / 1000)
}
