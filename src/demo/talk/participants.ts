import { createHash } from 'node:crypto'
import { query, text } from '../http.ts'
import { type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { isSet, numberIn, type RoomCall } from './call.ts'
import { richUser } from './message-json.ts'
import { participantsJson } from './room-json.ts'
import { addGroup, user } from './rooms.ts'
import { addAttendee, addSystemMessage, attendeeOf, participantType, roomType } from './store.ts'

/** GET room/TOKEN/participants. */
export function listParticipants(call: RoomCall): OcsResult {
  return ocsData(participantsJson(call.room, isSet(call, 'includeStatus')))
}

/** POST room/TOKEN/participants: a user, a group, or somebody by mail; again it changes nothing. */
export function addParticipant(call: RoomCall): OcsResult {
  const { room, instance, parameters } = call
  const wanted = text(parameters.newParticipant) ?? ''
  if (room.type === roomType.oneToOne) return ocsFailure(400)
  switch (text(parameters.source) ?? 'users') {
    case 'users':
      return addUser(call, wanted)
    case 'groups': {
      const members = instance.state.directory.groups.get(wanted)
      if (members === undefined) return ocsFailure(404)
      addGroup(call, room, wanted, members)
      return ocsData([])
    }
    case 'emails':
      return addGuest(call, wanted.toLowerCase())
    case 'circles':
      // The demo has no teams.
      return ocsFailure(404)
    case 'federated_users':
      return ocsFailure(501)
  }
  return ocsFailure(400)
}

function addUser(call: RoomCall, userId: string): OcsResult {
  const { room, instance, attendee, now } = call
  if (!instance.state.directory.accounts.has(userId)) return ocsFailure(404)
  if (attendeeOf(room, userId) !== undefined) return ocsData([])
  addAttendee(instance.state.talk, room, user(call, userId))
  const parameters = { user: richUser(instance, userId) }
  addSystemMessage(instance.state.talk, room, attendee, now, 'user_added', { parameters })
  return ocsData([])
}

/** Who is invited by mail comes by the link of the conversation, which is open to all from now on. */
function addGuest({ room, instance }: RoomCall, email: string): OcsResult {
  room.type = roomType.public
  const actorId = createHash('sha256').update(email).digest('hex')
  if (!room.attendees.some(known => known.actorId === actorId)) {
    addAttendee(instance.state.talk, room, {
      actorType: 'emails',
      actorId,
      displayName: email,
      participantType: participantType.guest,
    })
  }
  return ocsData({ type: room.type })
}

/** DELETE room/TOKEN/participants/self. */
export function leaveRoom({ room, instance, attendee, now }: RoomCall): OcsResult {
  const { talk } = instance.state
  room.attendees = room.attendees.filter(other => other !== attendee)
  if (room.attendees.length === 0) talk.rooms.delete(room.token)
  addSystemMessage(talk, room, attendee, now, 'user_removed', { quiet: true })
  return ocsData([])
}

/** PUT room/TOKEN/attendees/permissions: only whether somebody may write matters here. */
export function setPermissions(call: RoomCall): OcsResult {
  const attendee = call.room.attendees.find(({ id }) => id === numberIn(call, 'attendeeId', 0))
  if (attendee === undefined) return ocsFailure(404)
  const named = (numberIn(call, 'permissions', 0) & 128) !== 0
  const method = text(call.parameters.method)
  if (method === 'set') attendee.mayWrite = named
  else if (named) attendee.mayWrite = method === 'add'
  return ocsData([])
}

/** DELETE room/TOKEN/attendees?attendeeId=ID. */
export function removeAttendee({ room, exchange }: RoomCall): OcsResult {
  const id = Number(query(exchange).get('attendeeId'))
  const left = room.attendees.filter(attendee => attendee.id !== id)
  if (left.length === room.attendees.length) return ocsFailure(404)
  room.attendees = left
  return ocsData([])
}
