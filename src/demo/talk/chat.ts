import { text } from '../http.ts'
import { type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { isSet, messageIn, numberIn, type RoomCall } from './call.ts'
import { messageJson } from './message-json.ts'
import { historyJson, lastCommonRead, roomJson } from './room-json.ts'
import {
  addMessage,
  addSystemMessage,
  isLive,
  isModerator,
  isSame,
  type Message,
  type RichObject,
  roomType,
} from './store.ts'

const longestMessage = 32_000
const longestReference = 64
const editableSeconds = 24 * 60 * 60

/** POST chat/TOKEN. The same `referenceId` makes another message: it only helps to find one. */
export function sendMessage(call: RoomCall): OcsResult {
  const { instance, room, attendee, now, parameters } = call
  const message = phpTrim(text(parameters.message) ?? '')
  if (message === '') return ocsFailure(400)
  if ([...message].length > longestMessage) return ocsFailure(413)
  const replyTo = numberIn(call, 'replyTo', 0)
  const parent = room.messages.find(({ id }) => id === replyTo)
  if (replyTo !== 0 && (parent === undefined || !isLive(parent))) return ocsFailure(400)
  const sent = addMessage(instance.state.talk, room, attendee, now, {
    kind: 'comment',
    text: message,
    referenceId: (text(parameters.referenceId) ?? '').slice(0, longestReference),
    silent: isSet(call, 'silent'),
    ...(parent !== undefined && { parent }),
  })
  attendee.lastRead = sent.id
  return messageReply(call, sent, 201)
}

/** POST chat/TOKEN/share: a place or a card, as the one who shares it describes it. */
export function shareObject(call: RoomCall): OcsResult {
  const { instance, room, attendee, now, parameters } = call
  const object = richObject(text(parameters.metaData))
  // Links lead nowhere but into this Nextcloud.
  const { link = instance.url } = object ?? {}
  if (object === undefined || !link.startsWith(instance.url)) return ocsFailure(400)
  const shared = addMessage(instance.state.talk, room, attendee, now, {
    kind: 'object',
    text: '{object}',
    parameters: { object },
  })
  return messageReply(call, shared, 201)
}

function richObject(json: string | undefined): RichObject | undefined {
  try {
    const parsed: unknown = JSON.parse(json ?? '')
    if (typeof parsed !== 'object' || parsed === null || !('name' in parsed)) return undefined
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]))
  } catch {
    return undefined
  }
}

/** GET chat/TOKEN: older messages newest first, or newer ones oldest first. It never waits. */
export function readHistory(call: RoomCall): OcsResult {
  const { room, attendee } = call
  const limit = Math.min(200, numberIn(call, 'limit', 100))
  const from = numberIn(call, 'lastKnownMessageId', 0)
  const inclusive = numberIn(call, 'includeLastKnown', 0) === 1
  const newer = numberIn(call, 'lookIntoFuture', 0) === 1
  if (newer && numberIn(call, 'setReadMarker', 1) === 1 && from > attendee.lastRead) {
    attendee.lastRead = from
  }
  const beyond = ({ id }: Message) =>
    (inclusive && id === from) || (newer ? id > from : from === 0 || id < from)
  const ordered = newer ? room.messages : room.messages.toReversed()
  return historyReply(call, ordered.filter(beyond).slice(0, limit))
}

/** GET chat/TOKEN/MESSAGE/context: what came before and after a message, oldest first. */
export function readContext(call: RoomCall): OcsResult {
  const { messages } = call.room
  const limit = Math.min(100, numberIn(call, 'limit', 50))
  const id = Number(call.matched[1])
  const before = messages.filter(message => message.id <= id).slice(-limit)
  const after = messages.filter(message => message.id > id).slice(0, limit)
  return historyReply(call, [...before, ...after])
}

function historyReply(call: RoomCall, messages: Message[]): OcsResult {
  const last = messages.at(-1)
  if (last === undefined) return { statuscode: 304, message: '', data: null }
  return ocsData(historyJson(call.instance, call.room, call.attendee, messages), {
    'X-Chat-Last-Given': String(last.id),
    ...commonRead(call),
  })
}

/** PUT chat/TOKEN/MESSAGE: one's own or, as moderator, anybody's, for a day. */
export function editMessage(call: RoomCall): OcsResult {
  const { instance, room, attendee, now } = call
  const found = changeable(call)
  if ('statuscode' in found) return found
  if (now - found.timestamp > editableSeconds) return ocsFailure(400)
  const edited = phpTrim(text(call.parameters.message) ?? '')
  if (edited === '') return ocsFailure(400)
  if ([...edited].length > longestMessage) return ocsFailure(413)
  if (found.kind === 'object') return ocsFailure(405)
  found.text = edited
  found.edited = { actorType: attendee.actorType, actorId: attendee.actorId, timestamp: now }
  const told = addSystemMessage(instance.state.talk, room, attendee, now, 'message_edited', {
    parent: found,
    quiet: true,
  })
  return messageReply(call, told, 200)
}

/** DELETE chat/TOKEN/MESSAGE: leaves a mark where it was. */
export function deleteMessage(call: RoomCall): OcsResult {
  const { instance, room, attendee, now } = call
  const found = changeable(call)
  if ('statuscode' in found) return found
  found.deletedBy = attendee
  found.reactions = []
  delete found.edited
  const told = addSystemMessage(instance.state.talk, room, attendee, now, 'message_deleted', {
    parent: found,
    quiet: true,
  })
  return messageReply(call, told, 200)
}

/** The message that the path names, if it is the user's to change. */
function changeable(call: RoomCall): Message | OcsResult {
  const { room, attendee } = call
  const found = messageIn(call)
  if (found === undefined) return ocsFailure(404)
  const mayModerate = isModerator(attendee) && room.type !== roomType.oneToOne
  if (!isSame(found, attendee) && !mayModerate) return ocsFailure(403)
  return isLive(found) ? found : ocsFailure(405)
}

/** POST chat/TOKEN/read: up to a message, or all. */
export function markRead(call: RoomCall): OcsResult {
  const { instance, room, attendee } = call
  attendee.lastRead = numberIn(call, 'lastReadMessage', room.lastMessage?.id ?? 0)
  return ocsData(roomJson(instance, room, attendee), commonRead(call))
}

/** DELETE chat/TOKEN/read: the last message counts as unread. */
export function markUnread(call: RoomCall): OcsResult {
  const { instance, room, attendee } = call
  const written = room.messages.filter(({ kind }) => kind !== 'system')
  attendee.lastRead = written.at(-2)?.id ?? 0
  return ocsData(roomJson(instance, room, attendee), commonRead(call))
}

function messageReply(call: RoomCall, message: Message, statuscode: number): OcsResult {
  const { instance, room, attendee } = call
  const data = messageJson({ instance, room, reader: attendee }, message)
  return { statuscode, message: 'OK', data, headers: commonRead(call) }
}

function commonRead({ room }: RoomCall): Record<string, string> {
  return { 'X-Chat-Last-Common-Read': String(lastCommonRead(room)) }
}

/** What PHP's trim takes away. */
function phpTrim(value: string): string {
  return value.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '')
}
