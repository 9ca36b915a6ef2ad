import { text } from '../http.ts'
import { type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { messageIn, type RoomCall } from './call.ts'
import { nameOf } from './message-json.ts'
import { addSystemMessage, isLive, isSame, type Message } from './store.ts'

/** GET reaction/TOKEN/MESSAGE: who put what on it. */
export function listReactions(call: RoomCall): OcsResult {
  const message = messageIn(call)
  if (message === undefined || !isLive(message)) return ocsFailure(404)
  return ocsData(reactionsJson(call, message, text(call.parameters.reaction)))
}

/** POST reaction/TOKEN/MESSAGE. */
export function react(call: RoomCall): OcsResult {
  const { instance, room, attendee, now } = call
  const message = messageIn(call)
  if (message === undefined) return ocsFailure(404)
  const emoji = text(call.parameters.reaction) ?? ''
  if (!isLive(message) || !isEmoji(emoji)) return ocsFailure(400)
  if (message.reactions.some(known => known.emoji === emoji && isSame(known, attendee))) {
    return ocsData(reactionsJson(call, message))
  }
  const told = addSystemMessage(instance.state.talk, room, attendee, now, 'reaction', {
    parent: message,
    parameters: { reaction: { type: 'highlight', id: emoji, name: emoji } },
    quiet: true,
  })
  const { actorType, actorId } = attendee
  message.reactions.unshift({ actorType, actorId, emoji, timestamp: now, message: told })
  return { statuscode: 201, message: 'OK', data: reactionsJson(call, message) }
}

/** DELETE reaction/TOKEN/MESSAGE. */
export function removeReaction(call: RoomCall): OcsResult {
  const { instance, room, attendee, now } = call
  const message = messageIn(call)
  const emoji = text(call.parameters.reaction)
  const found = message?.reactions.find(
    reaction => reaction.emoji === emoji && isSame(reaction, attendee),
  )
  if (message === undefined || found === undefined) return ocsFailure(404)
  message.reactions = message.reactions.filter(reaction => reaction !== found)
  found.message.text = 'reaction_deleted'
  addSystemMessage(instance.state.talk, room, attendee, now, 'reaction_revoked', {
    parent: message,
    quiet: true,
  })
  return ocsData(reactionsJson(call, message))
}

function reactionsJson({ instance }: RoomCall, { reactions }: Message, only?: string): object {
  const byEmoji: Record<string, object[]> = {}
  for (const reaction of reactions) {
    const { emoji, actorType, actorId, timestamp } = reaction
    if (only !== undefined && emoji !== only) continue
    byEmoji[emoji] ??= []
    byEmoji[emoji].push({
      actorType,
      actorId,
      actorDisplayName: nameOf(instance, reaction),
      timestamp,
    })
  }
  return byEmoji
}

const graphemes = new Intl.Segmenter()

function isEmoji(value: string): boolean {
  const isOne = [...graphemes.segment(value)].length === 1
  return isOne && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u.test(value)
}
