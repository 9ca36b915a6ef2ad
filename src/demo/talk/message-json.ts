import type { Instance } from '../instance.ts'
import { type Actor, isLive, isSame, type Message, type RichObject, type Room } from './store.ts'

/** Who reads, and where. */
export interface Reading {
  instance: Instance
  room: Room
  reader: Actor
}

/** A message as the reader is shown it, with the one it answers. */
export function messageJson(reading: Reading, message: Message): object {
  const { parent } = message
  return {
    ...withoutParent(reading, message),
    ...(parent !== undefined && { parent: withoutParent(reading, parent) }),
  }
}

/** A message without the one it answers. */
export function withoutParent(reading: Reading, message: Message): object {
  const { text, parameters } = shown(reading, message)
  const deleted = message.deletedBy !== undefined
  const isSystem = message.kind === 'system'
  const reactions = countReactions(message)
  const own = message.reactions.filter(reaction => isSame(reaction, reading.reader))
  return {
    id: message.id,
    token: reading.room.token,
    actorType: message.actorType,
    actorId: message.actorId,
    actorDisplayName: nameOf(reading.instance, message),
    timestamp: message.timestamp,
    message: text,
    // PHP writes an empty map as a list.
    messageParameters: Object.keys(parameters).length === 0 ? [] : parameters,
    systemMessage: isSystem ? message.text : '',
    messageType: isSystem ? 'system' : deleted ? 'comment_deleted' : 'comment',
    isReplyable: isLive(message),
    referenceId: message.referenceId,
    reactions,
    expirationTimestamp: 0,
    markdown: !isSystem,
    ...(message.edited !== undefined && {
      lastEditActorType: message.edited.actorType,
      lastEditActorId: message.edited.actorId,
      lastEditActorDisplayName: nameOf(reading.instance, message.edited),
      lastEditTimestamp: message.edited.timestamp,
    }),
    ...(deleted && { deleted: true }),
    ...(message.silent && { silent: true }),
    ...(own.length > 0 && { reactionsSelf: own.map(({ emoji }) => emoji) }),
  }
}

/** Emoji to how many put it there. */
function countReactions({ reactions }: Message): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { emoji } of reactions) counts[emoji] = (counts[emoji] ?? 0) + 1
  return counts
}

/** The name of somebody as everybody sees it. */
export function nameOf({ state }: Instance, { actorType, actorId }: Actor): string {
  if (actorType !== 'users') return ''
  return state.directory.accounts.get(actorId)?.displayName ?? actorId
}

/** A user as a rich object. */
export function richUser(instance: Instance, userId: string): RichObject {
  return {
    type: 'user',
    id: userId,
    name: nameOf(instance, { actorType: 'users', actorId: userId }),
  }
}

interface Shown {
  text: string
  parameters: Record<string, RichObject>
}

function shown(reading: Reading, message: Message): Shown {
  const { instance, reader } = reading
  const actor = { actor: richUser(instance, message.actorId) }
  if (message.deletedBy !== undefined) {
    const byReader = isSame(message.deletedBy, reader)
    const text = byReader ? 'Message deleted by you' : 'Message deleted by author'
    return { text, parameters: { actor: richUser(instance, message.deletedBy.actorId) } }
  }
  switch (message.kind) {
    case 'comment':
      return withMentions(reading, message.text)
    case 'object':
      return { text: message.text, parameters: { ...actor, ...message.parameters } }
    case 'system':
      return systemText(message, isSame(message, reader), reader.actorId, actor)
  }
}

/** `@bob`, `@"bob"` and `@all` become placeholders. */
function withMentions({ instance, room }: Reading, text: string): Shown {
  const parameters: Record<string, RichObject> = {}
  const seen = new Map<string, string>()
  let users = 0
  const replaced = text.replace(/(?<!\w)@(?:"([^"]+)"|([\w.-]*\w))/g, (written, quoted, plain) => {
    const id: string = quoted ?? plain
    const isAll = id === 'all'
    if (!isAll && !instance.state.directory.accounts.has(id)) return written
    const key = seen.get(id) ?? (isAll ? 'mention-call1' : `mention-user${++users}`)
    seen.set(id, key)
    parameters[key] = isAll
      ? { type: 'call', id: room.token, name: room.name, 'call-type': 'group' }
      : richUser(instance, id)
    return `{${key}}`
  })
  return { text: replaced, parameters }
}

/** What a reader is told for each system message: of what they did, and of what others did. */
const systemTexts: Record<string, string> = {
  conversation_created: 'created the conversation',
  conversation_renamed: 'renamed the conversation from "{old}" to "{new}"',
  description_set: 'set the description',
  read_only: 'locked the conversation',
  read_only_off: 'unlocked the conversation',
  lobby_non_moderators: 'restricted the conversation to moderators',
  lobby_none: 'opened the conversation to everyone',
  user_added: 'added {user}',
  user_removed: 'left the conversation',
  group_added: 'added group {group}',
  message_edited: 'edited a message',
  message_deleted: 'deleted a message',
  reaction_revoked: 'deleted a reaction',
  poll_closed: 'ended the poll {poll}',
}

function systemText(
  { text, parameters }: Message,
  isOwn: boolean,
  readerId: string,
  actor: { actor: RichObject },
): Shown {
  if (text === 'reaction') return { text: parameters.reaction?.name ?? '', parameters: {} }
  if (text === 'reaction_deleted') return { text: 'Reaction deleted by author', parameters: {} }
  if (text === 'poll_voted') return { text: 'Someone voted on the poll {poll}', parameters }
  const who = isOwn ? 'You' : '{actor}'
  const addsReader = text === 'user_added' && parameters.user?.id === readerId
  const told = (addsReader ? 'added you' : (systemTexts[text] ?? text))
    .replace('{old}', parameters.old?.name ?? '')
    .replace('{new}', parameters.new?.name ?? '')
  const { old: _old, new: _new, ...kept } = parameters
  return { text: `${who} ${told}`, parameters: { ...actor, ...kept } }
}
