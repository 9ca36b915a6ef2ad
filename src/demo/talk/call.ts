import { integer } from '../http.ts'
import { type OcsCall, type OcsResult, ocsFailure } from '../ocs/envelope.ts'
import { type Attendee, attendeeOf, isModerator, type Message, type Room } from './store.ts'

/** A request of somebody who is in the conversation it is about. */
export interface RoomCall extends OcsCall {
  room: Room
  attendee: Attendee
  /** Unix seconds. */
  now: number
}

/** What a request needs beside being in the conversation. */
export interface Needs {
  moderator?: boolean
  /** The conversation must not be read-only, nor the user be kept from writing. */
  write?: boolean
  /** Works while the lobby keeps participants out. */
  fromLobby?: boolean
}

/** A route for those in the conversation that the path names first; for others it is not there. */
export function inRoom(
  needs: Needs,
  run: (call: RoomCall) => OcsResult,
): (call: OcsCall) => OcsResult {
  return call => {
    const room = call.instance.state.talk.rooms.get(call.matched[0] ?? '')
    const attendee = room && attendeeOf(room, call.identity.account.id)
    if (room === undefined || attendee === undefined) return ocsFailure(404)
    if (needs.moderator && !isModerator(attendee)) return ocsFailure(403)
    if (room.lobby && !needs.fromLobby && !isModerator(attendee)) return ocsFailure(412)
    if (needs.write && (room.readOnly || !attendee.mayWrite)) return ocsFailure(403)
    return run({ ...call, room, attendee, now: secondsOf(call) })
  }
}

/** The time of a request in Unix seconds. */
export function secondsOf({ instance }: OcsCall): number {
  return Math.floor(instance.settings.now() / 1000)
}

/** A parameter that is a whole number; the fallback when it is none. */
export function numberIn({ parameters }: OcsCall, name: string, fallback: number): number {
  return integer(parameters[name]) ?? fallback
}

/** A parameter that says yes or no, in JSON or in a query. */
export function isSet({ parameters }: OcsCall, name: string): boolean {
  return ['true', '1'].includes(String(parameters[name]))
}

/** The message that the path names second. */
export function messageIn({ room, matched }: RoomCall): Message | undefined {
  return room.messages.find(({ id }) => String(id) === matched[1])
}
