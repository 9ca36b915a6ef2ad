import { createHash } from 'node:crypto'
import { text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { numberIn, type RoomCall, secondsOf } from './call.ts'
import { roomJson } from './room-json.ts'
import {
  type Attendee,
  addAttendee,
  addRoom,
  addSystemMessage,
  attendeeOf,
  participantType,
  type Room,
  roomType,
} from './store.ts'

const longestName = 255

/** GET room: the conversations of a user. */
export function listRooms(call: OcsCall): OcsResult {
  const { instance, identity } = call
  const since = numberIn(call, 'modifiedSince', 0)
  const rooms = [...instance.state.talk.rooms.values()].flatMap(room => {
    const attendee = attendeeOf(room, identity.account.id)
    if (attendee === undefined || room.lastActivity < since) return []
    return [roomJson(instance, room, attendee)]
  })
  return ocsData(rooms, {
    ...talkHash(call),
    'X-Nextcloud-Talk-Modified-Before': String(secondsOf(call)),
  })
}

/** GET room/TOKEN. */
export function getRoom(call: RoomCall): OcsResult {
  return ocsData(roomJson(call.instance, call.room, call.attendee), talkHash(call))
}

/** POST room: with somebody, or a group or public one. */
export function createRoom(call: OcsCall): OcsResult {
  const type = numberIn(call, 'roomType', roomType.group)
  const invite = text(call.parameters.invite) ?? ''
  if (type === roomType.oneToOne) return createOneToOne(call, invite)
  const { directory, talk } = call.instance.state
  const members = directory.groups.get(invite)
  const name = (text(call.parameters.roomName) ?? '').trim() || (members ? invite : '')
  if (type !== roomType.group && type !== roomType.public) return ocsFailure(400)
  if (invite !== '' && members === undefined) return ocsFailure(404)
  if (name === '' || [...name].length > longestName) return ocsFailure(400)
  const room = addRoom(talk, type, name, secondsOf(call))
  const owner = enter(call, room, call.identity.account.id, participantType.owner)
  if (members !== undefined) addGroup(call, room, invite, members)
  return { ...ocsData(roomJson(call.instance, room, owner)), statuscode: 201 }
}

function createOneToOne(call: OcsCall, partner: string): OcsResult {
  const { directory, talk } = call.instance.state
  const own = call.identity.account.id
  if (!directory.accounts.has(partner)) return ocsFailure(404)
  if (partner === own) return ocsFailure(403)
  const name = [own, partner].toSorted().join('\n')
  const known = [...talk.rooms.values()].find(
    room => room.type === roomType.oneToOne && room.name === name,
  )
  const room = known ?? addRoom(talk, roomType.oneToOne, name, secondsOf(call))
  const attendee = attendeeOf(room, own) ?? enter(call, room, own, participantType.owner)
  if (attendeeOf(room, partner) === undefined) {
    addAttendee(talk, room, user(call, partner, participantType.owner))
  }
  const data = ocsData(roomJson(call.instance, room, attendee))
  return known === undefined ? { ...data, statuscode: 201 } : data
}

/** Lets the maker of a conversation in, which is the first thing its history tells. */
function enter(call: OcsCall, room: Room, userId: string, type: number): Attendee {
  const { talk } = call.instance.state
  const attendee = addAttendee(talk, room, user(call, userId, type))
  if (room.messages.length === 0) {
    addSystemMessage(talk, room, attendee, secondsOf(call), 'conversation_created')
  }
  attendee.lastRead = room.lastMessage?.id ?? 0
  return attendee
}

/** A user of the instance as an attendee to be. */
export function user(
  { instance }: OcsCall,
  userId: string,
  type: number = participantType.user,
): Pick<Attendee, 'actorType' | 'actorId' | 'displayName' | 'participantType'> {
  const displayName = instance.state.directory.accounts.get(userId)?.displayName ?? userId
  return { actorType: 'users', actorId: userId, displayName, participantType: type }
}

/** Adds a group and all its members. */
export function addGroup(call: OcsCall, room: Room, group: string, members: Set<string>): void {
  const { talk } = call.instance.state
  const known = room.attendees.some(
    ({ actorType, actorId }) => actorType === 'groups' && actorId === group,
  )
  if (!known) {
    addAttendee(talk, room, {
      actorType: 'groups',
      actorId: group,
      displayName: group,
      participantType: participantType.user,
    })
  }
  for (const id of members) {
    if (attendeeOf(room, id) === undefined) addAttendee(talk, room, user(call, id))
  }
  const actor = { actorType: 'users', actorId: call.identity.account.id }
  const parameters = { group: { type: 'user-group', id: group, name: group } }
  addSystemMessage(talk, room, actor, secondsOf(call), 'group_added', { parameters })
}

/** PUT room/TOKEN: renames. */
export function renameRoom(call: RoomCall): OcsResult {
  const name = (text(call.parameters.roomName) ?? '').trim()
  if (name === '' || [...name].length > longestName) return ocsFailure(400)
  const rich = (value: string) => ({ type: 'highlight', id: value, name: value })
  tell(call, 'conversation_renamed', { old: rich(call.room.name), new: rich(name) })
  call.room.name = name
  return ocsData([])
}

/** PUT room/TOKEN/description. */
export function describeRoom(call: RoomCall): OcsResult {
  call.room.description = text(call.parameters.description) ?? ''
  tell(call, 'description_set')
  return ocsData([])
}

/** PUT room/TOKEN/read-only. */
export function setReadOnly(call: RoomCall): OcsResult {
  call.room.readOnly = numberIn(call, 'state', 0) === 1
  tell(call, call.room.readOnly ? 'read_only' : 'read_only_off')
  return ocsData([])
}

/** PUT room/TOKEN/webinar/lobby. */
export function setLobby(call: RoomCall): OcsResult {
  call.room.lobby = numberIn(call, 'state', 0) === 1
  tell(call, call.room.lobby ? 'lobby_non_moderators' : 'lobby_none')
  return ocsData(roomJson(call.instance, call.room, call.attendee))
}

/** POST and DELETE room/TOKEN/favorite. */
export function setFavorite(call: RoomCall): OcsResult {
  call.attendee.favorite = call.exchange.method === 'POST'
  return ocsData([])
}

/** POST and DELETE room/TOKEN/archive. */
export function setArchived(call: RoomCall): OcsResult {
  call.attendee.archived = call.exchange.method === 'POST'
  return ocsData(roomJson(call.instance, call.room, call.attendee))
}

/** DELETE room/TOKEN. */
export function deleteRoom({ instance, room }: RoomCall): OcsResult {
  if (room.type === roomType.oneToOne) return ocsFailure(400)
  instance.state.talk.rooms.delete(room.token)
  return ocsData([])
}

/** GET listed-room: conversations open to everybody, of which the demo has none. */
export function listOpenRooms(): OcsResult {
  return ocsData([])
}

function tell(call: RoomCall, what: string, parameters = {}): void {
  const { instance, room, attendee, now } = call
  addSystemMessage(instance.state.talk, room, attendee, now, what, { parameters })
}

/** Changes when what clients should know about Talk does, which it never does here. */
function talkHash({ instance }: OcsCall): Record<string, string> {
  return { 'X-Nextcloud-Talk-Hash': createHash('sha1').update(instance.id).digest('hex') }
}
