import { randomInt } from 'node:crypto'
import { randomText } from '../auth.ts'

/** Kinds of conversations; the numbers are Talk's. */
export const roomType = { oneToOne: 1, group: 2, public: 3 } as const

/** What somebody may do in a conversation; the numbers are Talk's. */
export const participantType = { owner: 1, moderator: 2, user: 3, guest: 4 } as const

/** Somebody in a conversation. */
export interface Attendee {
  id: number
  actorType: 'users' | 'groups' | 'emails'
  actorId: string
  displayName: string
  participantType: number
  /** Id of the last message that was read. */
  lastRead: number
  favorite: boolean
  archived: boolean
  /** Whether moderators let somebody write. */
  mayWrite: boolean
}

/** Who did something. */
export interface Actor {
  actorType: string
  actorId: string
}

/** What a placeholder in a text stands for. */
export type RichObject = Record<string, string>

/** A message as it is kept; what it looks like depends on who reads it. */
export interface Message extends Actor {
  id: number
  /** Unix seconds. */
  timestamp: number
  /** `object` is something shared: a file, a poll, a card. */
  kind: 'comment' | 'object' | 'system'
  /** As it was written; of a system message its name, as in `user_added`. */
  text: string
  parameters: Record<string, RichObject>
  referenceId: string
  parent?: Message
  silent: boolean
  reactions: Reaction[]
  edited?: Actor & { timestamp: number }
  deletedBy?: Actor
}

/** An emoji that somebody put on a message. */
export interface Reaction extends Actor {
  emoji: string
  timestamp: number
  /** The line of the history that tells of it. */
  message: Message
}

/** A question with answers to choose from. */
export interface Poll extends Actor {
  id: number
  question: string
  options: string[]
  /** 0: everybody sees who voted for what; 1: nobody does. */
  resultMode: number
  /** 0: any number. */
  maxVotes: number
  /** 0 open, 1 closed, 2 a draft that only moderators see. */
  status: number
  /** Voter (`type/id`) to the options chosen. */
  votes: Map<string, number[]>
}

/** A conversation. */
export interface Room {
  id: number
  token: string
  type: number
  name: string
  description: string
  readOnly: boolean
  /** Whether only moderators may enter. */
  lobby: boolean
  attendees: Attendee[]
  /** Oldest first. */
  messages: Message[]
  /** What the list of conversations shows. */
  lastMessage?: Message
  lastActivity: number
  avatarVersion: string
  polls: Map<number, Poll>
}

/** All conversations of the instance, by token. */
export interface TalkStore {
  rooms: Map<string, Room>
  lastId: { room: number; attendee: number; message: number; poll: number }
}

/** No conversations. */
export function createTalk(): TalkStore {
  return { rooms: new Map(), lastId: { room: 0, attendee: 0, message: 0, poll: 0 } }
}

/** A conversation without anybody in it. */
export function addRoom(talk: TalkStore, type: number, name: string, now: number): Room {
  const room: Room = {
    id: ++talk.lastId.room,
    token: randomText(8, 'abcdefghijkmnopqrstwxyz23456789'),
    type,
    name,
    description: '',
    readOnly: false,
    lobby: false,
    attendees: [],
    messages: [],
    lastActivity: now,
    avatarVersion: randomInt(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
    polls: new Map(),
  }
  talk.rooms.set(room.token, room)
  return room
}

/** Adds somebody, for whom everything so far counts as read. */
export function addAttendee(
  talk: TalkStore,
  room: Room,
  attendee: Pick<Attendee, 'actorType' | 'actorId' | 'displayName' | 'participantType'>,
): Attendee {
  const added = {
    ...attendee,
    id: ++talk.lastId.attendee,
    lastRead: room.lastMessage?.id ?? 0,
    favorite: false,
    archived: false,
    mayWrite: true,
  }
  room.attendees.push(added)
  return added
}

/** The attendee that is a user of the instance. */
export function attendeeOf(room: Room, userId: string): Attendee | undefined {
  return room.attendees.find(
    ({ actorType, actorId }) => actorType === 'users' && actorId === userId,
  )
}

/** Whether somebody may change the conversation and pass the lobby. */
export function isModerator({ participantType: type }: Attendee): boolean {
  return type === participantType.owner || type === participantType.moderator
}

/** What is new about a message; the rest is as in most. */
export type NewMessage = Pick<Message, 'kind' | 'text'> & Partial<Message>

/**
 * Writes a message.
 * @param quiet true for what the list of conversations does not show: edits, reactions
 */
export function addMessage(
  talk: TalkStore,
  room: Room,
  actor: Actor,
  now: number,
  message: NewMessage,
  quiet = false,
): Message {
  const added: Message = {
    parameters: {},
    referenceId: '',
    silent: false,
    reactions: [],
    ...message,
    id: ++talk.lastId.message,
    actorType: actor.actorType,
    actorId: actor.actorId,
    timestamp: now,
  }
  room.messages.push(added)
  if (!quiet) {
    room.lastMessage = added
    room.lastActivity = now
  }
  return added
}

/** Tells in the history what happened. */
export function addSystemMessage(
  talk: TalkStore,
  room: Room,
  actor: Actor,
  now: number,
  what: string,
  { quiet = false, ...more }: Partial<Message> & { quiet?: boolean } = {},
): Message {
  return addMessage(talk, room, actor, now, { kind: 'system', text: what, ...more }, quiet)
}

/** A message that people wrote or shared, and that is not deleted. */
export function isLive({ kind, deletedBy }: Message): boolean {
  return kind !== 'system' && deletedBy === undefined
}

/** Whether two actors are the same. */
export function isSame(a: Actor, b: Actor): boolean {
  return a.actorType === b.actorType && a.actorId === b.actorId
}
