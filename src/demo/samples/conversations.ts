import type { State } from '../state.ts'
import {
  type Actor,
  addAttendee,
  addMessage,
  addRoom,
  addSystemMessage,
  participantType,
  roomType,
} from '../talk/store.ts'

const minute = 60

/** What alice and bob said, the last of it a moment ago. */
const sayings: readonly [userId: string, text: string][] = [
  ['alice', 'Hello @bob, the proposal for the **garden house** is in _Projects_.'],
  ['bob', 'Read it. Two rooms are fine, but who waters the roof?'],
  ['alice', 'Rain. Can you check the numbers until Friday?'],
]

/** Gives alice and bob a conversation to read. */
export function fillConversations({ talk, storage, directory }: State): void {
  const began = Math.floor(storage.now() / 1000) - (sayings.length + 1) * minute
  const room = addRoom(talk, roomType.group, 'Garden house', began)
  room.description = 'Everything about the new one'
  for (const [id, type] of [
    ['alice', participantType.owner],
    ['bob', participantType.user],
  ] as const) {
    const displayName = directory.accounts.get(id)?.displayName ?? id
    addAttendee(talk, room, {
      actorType: 'users',
      actorId: id,
      displayName,
      participantType: type,
    })
  }
  addSystemMessage(talk, room, user('alice'), began, 'conversation_created')
  for (const [index, [userId, text]] of sayings.entries()) {
    const written = began + (index + 1) * minute
    addMessage(talk, room, user(userId), written, { kind: 'comment', text })
  }
}

function user(actorId: string): Actor {
  return { actorType: 'users', actorId }
}
