import { type Route, route } from '../ocs/route.ts'
import { inRoom, type Needs } from './call.ts'
import * as chat from './chat.ts'
import * as participants from './participants.ts'
import * as polls from './polls.ts'
import * as reactions from './reactions.ts'
import * as rooms from './rooms.ts'

const app = 'spreed'
const api = 'apps/spreed/api'
const write: Needs = { write: true }
const moderate: Needs = { moderator: true }

/** The API of Talk: conversations (v4), and what is said in them (v1). */
export const talkRoutes: readonly Route[] = [
  route('GET', `${api}/v4/room`, rooms.listRooms, app),
  route('POST', `${api}/v4/room`, rooms.createRoom, app),
  route('GET', `${api}/v4/listed-room`, rooms.listOpenRooms, app),
  here('GET', 'v4/room/*', rooms.getRoom, { fromLobby: true }),
  here('PUT', 'v4/room/*', rooms.renameRoom, moderate),
  here('DELETE', 'v4/room/*', rooms.deleteRoom, moderate),
  here('PUT', 'v4/room/*/description', rooms.describeRoom, moderate),
  here('PUT', 'v4/room/*/read-only', rooms.setReadOnly, moderate),
  here('PUT', 'v4/room/*/webinar/lobby', rooms.setLobby, moderate),
  here('POST', 'v4/room/*/favorite', rooms.setFavorite, { fromLobby: true }),
  here('DELETE', 'v4/room/*/favorite', rooms.setFavorite, { fromLobby: true }),
  here('POST', 'v4/room/*/archive', rooms.setArchived, { fromLobby: true }),
  here('DELETE', 'v4/room/*/archive', rooms.setArchived, { fromLobby: true }),
  here('GET', 'v4/room/*/participants', participants.listParticipants),
  here('POST', 'v4/room/*/participants', participants.addParticipant, moderate),
  here('DELETE', 'v4/room/*/participants/self', participants.leaveRoom, { fromLobby: true }),
  here('DELETE', 'v4/room/*/attendees', participants.removeAttendee, moderate),
  here('PUT', 'v4/room/*/attendees/permissions', participants.setPermissions, moderate),
  here('GET', 'v1/chat/*', chat.readHistory),
  here('POST', 'v1/chat/*', chat.sendMessage, write),
  here('POST', 'v1/chat/*/read', chat.markRead, { fromLobby: true }),
  here('DELETE', 'v1/chat/*/read', chat.markUnread, { fromLobby: true }),
  here('GET', 'v1/chat/*/share', polls.listShared),
  here('POST', 'v1/chat/*/share', chat.shareObject, write),
  here('PUT', 'v1/chat/*/*', chat.editMessage, write),
  here('DELETE', 'v1/chat/*/*', chat.deleteMessage, write),
  here('GET', 'v1/chat/*/*/context', chat.readContext),
  here('GET', 'v1/reaction/*/*', reactions.listReactions),
  here('POST', 'v1/reaction/*/*', reactions.react, write),
  here('DELETE', 'v1/reaction/*/*', reactions.removeReaction, write),
  here('POST', 'v1/poll/*', polls.createPoll, write),
  here('GET', 'v1/poll/*/*', polls.getPoll),
  here('POST', 'v1/poll/*/*', polls.vote),
  here('DELETE', 'v1/poll/*/*', polls.closePoll),
]

/** A route for those who are in the conversation that its path names first. */
function here(
  method: string,
  path: string,
  run: Parameters<typeof inRoom>[1],
  needs: Needs = {},
): Route {
  return route(method, `${api}/${path}`, inRoom(needs, run), app)
}
