import { integer, text } from '../http.ts'
import { type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { isSet, numberIn, type RoomCall } from './call.ts'
import { messageJson, nameOf } from './message-json.ts'
import {
  type Actor,
  addMessage,
  addSystemMessage,
  isModerator,
  isSame,
  type Message,
  type Poll,
  type RichObject,
  roomType,
} from './store.ts'

/** POST poll/TOKEN. */
export function createPoll(call: RoomCall): OcsResult {
  const { instance, room, attendee, now, parameters } = call
  const question = (text(parameters.question) ?? '').trim()
  const given = Array.isArray(parameters.options) ? parameters.options : []
  const options = given.flatMap(option => text(option)?.trim() || [])
  if (room.type === roomType.oneToOne || question === '' || options.length < 2) {
    return ocsFailure(400)
  }
  const { talk } = instance.state
  const poll: Poll = {
    id: ++talk.lastId.poll,
    actorType: attendee.actorType,
    actorId: attendee.actorId,
    question,
    options,
    resultMode: numberIn(call, 'resultMode', 0),
    maxVotes: numberIn(call, 'maxVotes', 0),
    status: isSet(call, 'draft') ? 2 : 0,
    votes: new Map(),
  }
  room.polls.set(poll.id, poll)
  if (poll.status === 2) return ocsData(draftJson(call, poll))
  addMessage(talk, room, attendee, now, {
    kind: 'object',
    text: '{object}',
    parameters: { object: richPoll(poll) },
  })
  return { statuscode: 201, message: 'OK', data: pollJson(call, poll) }
}

/** GET poll/TOKEN/POLL. */
export function getPoll(call: RoomCall): OcsResult {
  const poll = pollIn(call)
  return poll === undefined ? ocsFailure(404) : ocsData(pollJson(call, poll))
}

/** POST poll/TOKEN/POLL: instead of what the user voted for before. */
export function vote(call: RoomCall): OcsResult {
  const { instance, room, attendee, now, parameters } = call
  const poll = pollIn(call)
  if (poll === undefined || poll.status === 2) return ocsFailure(404)
  const given = Array.isArray(parameters.optionIds) ? parameters.optionIds : []
  const chosen = given.map(id => integer(id) ?? -1)
  const tooMany = poll.maxVotes > 0 && chosen.length > poll.maxVotes
  const isKnown = (id: number) => id >= 0 && id < poll.options.length
  if (
    poll.status === 1 ||
    tooMany ||
    !chosen.every(isKnown) ||
    new Set(chosen).size < chosen.length
  ) {
    return ocsFailure(400)
  }
  poll.votes.delete(voterKey(attendee))
  if (chosen.length > 0) poll.votes.set(voterKey(attendee), chosen)
  if (poll.resultMode === 0) {
    const nobody = { actorType: 'guests', actorId: 'system' }
    const parameters = { poll: richPoll(poll) }
    addSystemMessage(instance.state.talk, room, nobody, now, 'poll_voted', { parameters })
  }
  return ocsData(pollJson(call, poll))
}

/** DELETE poll/TOKEN/POLL: closes it for good; a draft is deleted. */
export function closePoll(call: RoomCall): OcsResult {
  const { instance, room, attendee, now } = call
  const poll = pollIn(call)
  if (poll === undefined) return ocsFailure(404)
  if (poll.status === 2) {
    room.polls.delete(poll.id)
    return { statuscode: 202, message: 'Accepted', data: null }
  }
  if (poll.status === 1) return ocsFailure(400)
  if (!isModerator(attendee) && !isSame(poll, attendee)) return ocsFailure(403)
  poll.status = 1
  const parameters = { poll: richPoll(poll) }
  addSystemMessage(instance.state.talk, room, attendee, now, 'poll_closed', { parameters })
  return ocsData(pollJson(call, poll))
}

/** GET chat/TOKEN/share: what was shared of one kind, by the id of the message. */
export function listShared(call: RoomCall): OcsResult {
  const limit = Math.min(200, numberIn(call, 'limit', 100))
  const from = numberIn(call, 'lastKnownMessageId', 0)
  const kind = text(call.parameters.objectType) ?? ''
  const found = call.room.messages
    .filter(message => sharedKind(message) === kind && (from === 0 || message.id < from))
    .slice(-limit)
  const reading = { instance: call.instance, room: call.room, reader: call.attendee }
  const first = found[0]
  return ocsData(
    found.length === 0
      ? []
      : Object.fromEntries(found.map(message => [message.id, messageJson(reading, message)])),
    first === undefined ? {} : { 'X-Chat-Last-Given': String(first.id) },
  )
}

function sharedKind({ kind, parameters, deletedBy }: Message): string | undefined {
  if (kind !== 'object' || deletedBy !== undefined) return undefined
  const type = (parameters.object ?? parameters.file)?.type
  return type === 'talk-poll' ? 'poll' : type === 'deck-card' ? 'deckcard' : type
}

function pollIn({ room, matched, attendee }: RoomCall): Poll | undefined {
  const poll = room.polls.get(Number(matched[1]))
  return poll?.status === 2 && !isModerator(attendee) ? undefined : poll
}

function richPoll({ id, question }: Poll): RichObject {
  return { type: 'talk-poll', id: String(id), name: question }
}

function voterKey({ actorType, actorId }: Actor): string {
  return `${actorType}/${actorId}`
}

function pollJson({ instance, attendee }: RoomCall, poll: Poll): object {
  const counts: Record<string, number> = {}
  for (const id of [...poll.votes.values()].flat()) {
    counts[`option-${id}`] = (counts[`option-${id}`] ?? 0) + 1
  }
  const own = poll.votes.get(voterKey(attendee)) ?? []
  // Until the poll is closed results are for those who voted; who may close it sees how many did.
  const mayKnow = poll.status === 1 || (poll.resultMode === 0 && own.length > 0)
  const mayClose = isModerator(attendee) || isSame(poll, attendee)
  return {
    ...draftJson({ instance }, poll),
    votes: mayKnow && Object.keys(counts).length > 0 ? counts : [],
    numVoters: mayKnow || mayClose ? poll.votes.size : 0,
    ...(poll.status === 1 && poll.resultMode === 0 && { details: detailsOf(instance, poll) }),
    votedSelf: own,
  }
}

/** What there is of a poll before anybody votes. */
function draftJson({ instance }: Pick<RoomCall, 'instance'>, poll: Poll): object {
  const { id, question, options, actorType, actorId, status, resultMode, maxVotes } = poll
  const actorDisplayName = nameOf(instance, poll)
  return {
    id,
    question,
    options,
    actorType,
    actorId,
    actorDisplayName,
    status,
    resultMode,
    maxVotes,
  }
}

function detailsOf(instance: RoomCall['instance'], { votes }: Poll): object[] {
  return [...votes].flatMap(([voter, chosen]) => {
    const [actorType = '', actorId = ''] = voter.split('/')
    const actor = { actorType, actorId }
    return chosen.map(optionId => ({
      ...actor,
      actorDisplayName: nameOf(instance, actor),
      optionId,
    }))
  })
}
