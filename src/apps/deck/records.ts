/**
 * What Deck answers, read tolerantly: listings leave out what single things have, and several
 * fields come as null where nothing was looked up.
 * @see https://deck.readthedocs.io/en/latest/API/
 */
import { z } from 'zod'
import { elements, flag, list, number, text } from '../../nextcloud/tolerant.ts'

const id = z.coerce.number().int()

export const User = z.object({ primaryKey: text(''), uid: text(''), displayname: text('') })
/** Owners come as an object, or as the bare id from where Deck looked nothing up. */
const Owner = z.union([User, z.string().transform(bareUser)]).catch(bareUser(''))

export const Label = z.object({
  id,
  title: text(''),
  color: text(''),
  boardId: number(null),
  cardId: number(null),
})
export type Label = z.infer<typeof Label>

const Assignment = z.object({ id, participant: Owner, cardId: number(0), type: number(0) })
/** Newer versions give users here in places; an assignment is made of them. */
const Assigned = list(
  z.union([
    Assignment,
    User.transform(participant => ({ id: 0, participant, cardId: 0, type: 0 })),
  ]),
)

/** Of the file itself; a file that Deck keeps has no path. */
const FileData = z.preprocess(
  value => (Array.isArray(value) ? {} : value),
  z
    .object({
      filesize: number(0),
      mimetype: text(''),
      info: z.record(z.string(), z.string()).catch({}).default({}),
      path: text(null).optional(),
      fileid: number(null).optional(),
      hasPreview: z.boolean().nullable().catch(null).optional(),
      permissions: number(null).optional(),
    })
    .catch({ filesize: 0, mimetype: '', info: {} }),
)

export const Attachment = z.object({
  id,
  cardId: number(0),
  type: text(''),
  data: text(''),
  lastModified: number(0),
  createdAt: number(0),
  createdBy: text(''),
  deletedAt: number(0),
  extendedData: FileData,
})
export type Attachment = z.infer<typeof Attachment>

/** Lists that are null where Deck did not look. */
const unknownOr = <T>(values: z.ZodType<T>) => values.nullable().catch(null)

export const Card = z.object({
  id,
  title: text(''),
  description: text(''),
  stackId: id,
  type: text('plain'),
  order: number(0),
  archived: flag(),
  owner: Owner,
  /** ISO 8601, in UTC. */
  duedate: text(null),
  done: text(null),
  lastModified: number(null),
  createdAt: number(null),
  deletedAt: number(0),
  /** Null where the answer says nothing of them. */
  labels: unknownOr(list(Label)),
  assignedUsers: unknownOr(Assigned),
  attachments: unknownOr(list(Attachment)),
  attachmentCount: number(null),
  commentsUnread: number(null),
  commentsCount: number(null),
  overdue: number(null),
  dependentCards: unknownOr(list(id)),
  ETag: text(''),
  /** Since Deck 1.19; an update without it takes it away. */
  startdate: text(null).optional(),
})
export type Card = z.infer<typeof Card>

export const Stack = z.object({
  id,
  title: text(''),
  boardId: number(0),
  order: number(0),
  deletedAt: number(0),
  lastModified: number(null),
  ETag: text(''),
  cards: list(Card).catch([]),
})
export type Stack = z.infer<typeof Stack>

/** Of a stack what documents need; without cards it says so by leaving them out. */
export const StackWithGaps = Stack.pick({ id: true, title: true }).extend({
  cards: z.preprocess(cards => cards ?? [], elements(Card)),
})

const Acl = z.object({
  id,
  participant: Owner,
  type: number(0),
  boardId: number(0),
  permissionEdit: flag(),
  permissionShare: flag(),
  permissionManage: flag(),
  owner: flag(),
})

const Permissions = z
  .object({
    PERMISSION_READ: flag(),
    PERMISSION_EDIT: flag(),
    PERMISSION_MANAGE: flag(),
    PERMISSION_SHARE: flag(),
  })
  .catch({
    PERMISSION_READ: true,
    PERMISSION_EDIT: false,
    PERMISSION_MANAGE: false,
    PERMISSION_SHARE: false,
  })

export const Board = z.object({
  id,
  title: text(''),
  owner: Owner,
  color: text(''),
  archived: flag(),
  labels: list(Label).catch([]),
  acl: list(Acl).catch([]),
  permissions: Permissions,
  users: list(User).catch([]),
  stacks: list(Stack).catch([]),
  deletedAt: number(0),
  lastModified: number(null),
  settings: z
    .preprocess(value => (Array.isArray(value) ? null : value), z.record(z.string(), z.unknown()))
    .nullable()
    .catch(null),
  ETag: text(''),
})
export type Board = z.infer<typeof Board>

interface CommentFields {
  id: number
  objectId: number
  message: string
  actorId: string
  actorType: string
  actorDisplayName: string
  creationDateTime: string
  mentions: Record<string, unknown>[]
}
/** A comment on a card, with the one that it answers. */
export interface Comment extends CommentFields {
  replyTo: CommentFields | null
}

const commentFields = {
  id,
  objectId: number(0),
  message: text(''),
  actorId: text(''),
  actorType: text(''),
  actorDisplayName: text(''),
  creationDateTime: text(''),
  mentions: list(z.record(z.string(), z.unknown())).catch([]),
}
export const Comment = z.object({
  ...commentFields,
  replyTo: z.object(commentFields).nullable().catch(null).default(null),
})

function bareUser(uid: string): z.infer<typeof User> {
  return { primaryKey: uid, uid, displayname: uid }
}
