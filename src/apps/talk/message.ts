/** Messages: as Talk gives them, and as results tell them. */
import { z } from 'zod'
import { flag, list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'
import { mentionedObjects, plainText, type RichObjects } from './rich-text.ts'

/** Characters of a message that another one answers. */
const QUOTED = 160

const Objects = looseRecord().transform(
  (objects): RichObjects =>
    Object.fromEntries(
      Object.entries(objects).flatMap(([key, value]) => {
        const object = z.record(z.string(), z.unknown()).safeParse(value)
        return object.success ? [[key, object.data]] : []
      }),
    ),
)

const Counts = looseRecord().transform(counts =>
  Object.fromEntries(
    Object.entries(counts).flatMap(([emoji, count]) =>
      typeof count === 'number' ? [[emoji, count]] : [],
    ),
  ),
)

const Quoted = z.object({
  id: z.coerce.number().int(),
  actorDisplayName: text(''),
  message: text(''),
  messageParameters: Objects,
  deleted: flag(),
})

/** A message as the API gives it. */
export const ApiMessage = z.object({
  id: z.coerce.number().int(),
  token: text(''),
  actorType: text(''),
  actorId: text(''),
  actorDisplayName: text(''),
  timestamp: number(0),
  message: text(''),
  messageParameters: Objects,
  systemMessage: text(''),
  messageType: text(''),
  referenceId: text(''),
  reactions: Counts,
  reactionsSelf: list(z.string()).catch([]),
  expirationTimestamp: number(0),
  markdown: z.boolean().nullable().catch(null),
  deleted: flag(),
  silent: flag(),
  lastEditTimestamp: number(0),
  lastEditActorDisplayName: text(''),
  parent: Quoted.optional().catch(undefined),
})
export type ApiMessage = z.infer<typeof ApiMessage>

/** A message in a result. */
export const Message = z.object({
  id: z.int(),
  token: z.string(),
  actorType: z.string(),
  actorId: z.string(),
  actorDisplayName: z.string(),
  timestamp: z.int().describe('Seconds since 1970'),
  datetime: z.string().describe('The same in ISO 8601'),
  systemMessage: z
    .string()
    .describe('What happened, as in user_added; empty for what people wrote'),
  messageType: z.string(),
  message: z.string().describe('With names and links in place of placeholders'),
  messageParameters: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        id: z.string(),
        name: z.string(),
        link: z.string().optional(),
        path: z.string().optional().describe("Of a file, among the user's own"),
      }),
    )
    .describe('People and things that the text names'),
  expirationTimestamp: z.int().nullable(),
  referenceId: z.string().nullable(),
  markdown: z.boolean().nullable(),
  reactions: z.record(z.string(), z.int()).optional().describe('Emoji to how many'),
  reactionsSelf: z.array(z.string()).optional().describe("The user's own"),
  parent: z
    .object({
      id: z.int(),
      actorDisplayName: z.string(),
      message: z.string(),
      deleted: z.literal(true).optional(),
    })
    .optional()
    .describe('The beginning of what it answers or is about'),
  deleted: z.literal(true).optional(),
  silent: z.literal(true).optional(),
  lastEdit: z.object({ timestamp: z.int(), by: z.string() }).optional(),
})

/** A message as a result tells it; see {@link Message}. */
export function told(message: ApiMessage): z.input<typeof Message> {
  const { messageParameters: objects, parent, reactionsSelf } = message
  return {
    id: message.id,
    token: message.token,
    actorType: message.actorType,
    actorId: message.actorId,
    actorDisplayName: message.actorDisplayName,
    timestamp: message.timestamp,
    datetime: iso(message.timestamp),
    systemMessage: message.systemMessage,
    messageType: message.messageType,
    message: plainText(message.message, objects),
    messageParameters: mentionedObjects(message.message, objects),
    expirationTimestamp: message.expirationTimestamp || null,
    referenceId: message.referenceId || null,
    markdown: message.markdown,
    ...(Object.keys(message.reactions).length > 0 && { reactions: message.reactions }),
    ...(reactionsSelf.length > 0 && { reactionsSelf }),
    ...(parent !== undefined && { parent: quoted(parent) }),
    ...(message.deleted && { deleted: true }),
    ...(message.silent && { silent: true }),
    ...(message.lastEditTimestamp > 0 && {
      lastEdit: { timestamp: message.lastEditTimestamp, by: message.lastEditActorDisplayName },
    }),
  }
}

/** The first characters of a text, counted as people do. */
export function beginning(words: string, length = QUOTED): string {
  const characters = [...words]
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : words
}

function quoted(parent: z.infer<typeof Quoted>) {
  const { id, actorDisplayName, message, messageParameters, deleted } = parent
  return {
    id,
    actorDisplayName,
    message: beginning(plainText(message, messageParameters)),
    ...(deleted && { deleted: true as const }),
  }
}

/** Seconds since 1970 in ISO 8601, as UTC; times out of range count as the beginning. */
function iso(seconds: number): string {
  const time = new Date(seconds * 1_000)
  return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString().replace('.000Z', 'Z')
}
