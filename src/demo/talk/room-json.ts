import type { Instance } from '../instance.ts'
import { messageJson, nameOf, withoutParent } from './message-json.ts'
import { type Attendee, isModerator, type Room, roomType } from './store.ts'

/** A conversation as one of its participants sees it. */
export function roomJson(instance: Instance, room: Room, attendee: Attendee): object {
  const isOneToOne = room.type === roomType.oneToOne
  const moderates = isModerator(attendee)
  const waits = room.lobby && !moderates
  const { lastMessage } = room
  const reading = { instance, room, reader: attendee }
  return {
    id: room.id,
    token: room.token,
    type: room.type,
    name: isOneToOne ? partnerOf(room, attendee) : room.name,
    displayName: displayName(instance, room, attendee),
    objectType: '',
    objectId: '',
    participantType: attendee.participantType,
    participantFlags: 0,
    readOnly: room.readOnly ? 1 : 0,
    hasPassword: false,
    hasCall: false,
    callStartTime: 0,
    callRecording: 0,
    canStartCall: !waits,
    lastActivity: room.lastActivity,
    lastReadMessage: attendee.lastRead,
    unreadMessages: waits ? 0 : unread(room, attendee),
    unreadMention: !waits && isMentioned(room, attendee),
    unreadMentionDirect: !waits && isMentioned(room, attendee),
    isFavorite: attendee.favorite,
    // Older versions know no archive.
    ...(attendee.archived && { isArchived: true }),
    canLeaveConversation: true,
    canDeleteConversation: moderates && !isOneToOne,
    notificationLevel: isOneToOne ? 1 : 2,
    notificationCalls: 1,
    lobbyState: room.lobby ? 1 : 0,
    lobbyTimer: 0,
    lastPing: 0,
    sessionId: '0',
    ...(lastMessage !== undefined &&
      !waits && { lastMessage: withoutParent(reading, lastMessage) }),
    sipEnabled: 0,
    actorType: attendee.actorType,
    actorId: attendee.actorId,
    attendeeId: attendee.id,
    permissions: permissionsOf(attendee),
    attendeePermissions: 0,
    callPermissions: 0,
    defaultPermissions: 0,
    canEnableSIP: false,
    attendeePin: '',
    description: room.description,
    lastCommonReadMessage: lastCommonRead(room),
    listable: 0,
    callFlag: 0,
    messageExpiration: 0,
    avatarVersion: room.avatarVersion,
    isCustomAvatar: false,
    breakoutRoomMode: 0,
    breakoutRoomStatus: 0,
    recordingConsent: 0,
  }
}

/** Everybody in a conversation. */
export function participantsJson(room: Room, withStatus: boolean): object[] {
  const status = { status: 'offline', statusIcon: null, statusMessage: null, statusClearAt: null }
  return room.attendees.map(attendee => ({
    roomToken: room.token,
    inCall: 0,
    lastPing: 0,
    sessionIds: [],
    participantType: attendee.participantType,
    attendeeId: attendee.id,
    actorId: attendee.actorId,
    actorType: attendee.actorType,
    displayName: attendee.displayName,
    permissions: permissionsOf(attendee),
    attendeePermissions: 0,
    attendeePin: '',
    phoneNumber: '',
    callId: '',
    ...(withStatus && attendee.actorType === 'users' && status),
  }))
}

/** The last message that everybody has read. */
export function lastCommonRead(room: Room): number {
  const users = room.attendees.filter(({ actorType }) => actorType === 'users')
  return Math.min(...users.map(({ lastRead }) => lastRead))
}

/** A part of a history, each message with what it answers. */
export function historyJson(
  instance: Instance,
  room: Room,
  reader: Attendee,
  messages: Room['messages'],
): object[] {
  return messages.map(message => messageJson({ instance, room, reader }, message))
}

/** The bits of Talk's permissions; 128 is to write. */
function permissionsOf(attendee: Attendee): number {
  const all = isModerator(attendee) ? 254 : 246
  return attendee.mayWrite ? all : (all & ~128) | 1
}

function displayName(instance: Instance, room: Room, attendee: Attendee): string {
  if (room.type !== roomType.oneToOne) return room.name
  return nameOf(instance, { actorType: 'users', actorId: partnerOf(room, attendee) })
}

/** A one-to-one conversation is named after both, whether they are in it or not. */
function partnerOf(room: Room, { actorId }: Attendee): string {
  return room.name.split('\n').find(id => id !== actorId) ?? ''
}

function unread(room: Room, { lastRead }: Attendee): number {
  return room.messages.filter(({ id, kind }) => id > lastRead && kind !== 'system').length
}

function isMentioned(room: Room, { actorId, lastRead }: Attendee): boolean {
  const mention = new RegExp(`@"?${actorId.replace(/\W/g, '\\$&')}\\b`)
  return room.messages.some(
    ({ id, kind, text }) => id > lastRead && kind === 'comment' && mention.test(text),
  )
}
