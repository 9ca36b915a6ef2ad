/** Tools for files at cards. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import type { Exclusion } from '../../../nextcloud/files/exclusion.ts'
import { attachFile, detach, pathOfNote } from '../attaching.ts'
import { cards } from '../cards.ts'
import type { Attachment } from '../records.ts'
import { card } from './shapes.ts'

const id = z.int().min(1)
const Attached = z.object({ attachment_id: z.int(), card_id: z.int(), path: z.string() })

/** @param exclusion files that the operator keeps from every tool cannot be attached */
export function attachmentTools(exclusion: Exclusion): readonly Tool[] {
  const attachFileTool = defineTool({
    name: 'deck_attach_file',
    title: 'Attach a file to a card',
    description:
      'Attaches a file of the user to a card: all who can see the board can then read it. It stays where it is.',
    scopes: ['deck:write', 'files:read'],
    effect: 'create',
    input: z.object({ card_id: id, path: z.string().min(1) }),
    output: Attached,
    run: async ({ session }, { card_id, path }) => ({
      card_id,
      ...(await attachFile(session, exclusion, card_id, path)),
    }),
  })

  const attachNote = defineTool({
    name: 'deck_attach_note',
    title: 'Attach a note to a card',
    description: 'Attaches a note to a card: all who can see the board can then read it.',
    scopes: ['deck:write', 'files:read', 'notes:read'],
    effect: 'create',
    input: z.object({ card_id: id, note_id: id }),
    output: Attached,
    async run({ session }, { card_id, note_id }) {
      const path = await pathOfNote(session, note_id)
      return { card_id, ...(await attachFile(session, exclusion, card_id, path)) }
    },
  })
  return [attachFileTool, attachNote, listAttachments, deleteAttachment]
}

const AttachmentView = z.object({
  id: z.int(),
  cardId: z.int(),
  type: z.string().describe("deck_file: kept by Deck; file: a user's file, shared with the card"),
  data: z.string().describe('File name'),
  lastModified: z.int(),
  createdAt: z.int(),
  createdBy: z.string(),
  deletedAt: z.int(),
  extendedData: z.object({
    filesize: z.int(),
    mimetype: z.string(),
    info: z.record(z.string(), z.string()),
    path: z.string().nullish().describe("In the user's own files"),
    fileid: z.int().nullish(),
    hasPreview: z.boolean().nullish(),
    permissions: z.int().nullish(),
  }),
})

const listAttachments = defineTool({
  name: 'deck_list_attachments',
  title: 'List files at a card',
  description: 'Lists the files at a card, of both kinds.',
  scopes: ['deck:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(card),
  output: z.object({ results: z.array(AttachmentView), count: z.int() }),
  async run({ session }, place) {
    const results = (await cards(session).attachments(place)).map(viewOf)
    return { results, count: results.length }
  },
})

const deleteAttachment = defineTool({
  name: 'deck_delete_attachment',
  title: 'Take a file from a card',
  description: "Takes a file from a card. A user's own file stays in their files.",
  scopes: ['deck:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({
    ...card,
    attachment_id: id,
    type: z.enum(['deck_file', 'file']).optional().describe('Only where two have this id'),
  }),
  output: z.object({
    status_code: z.int(),
    message: z.string(),
    card_id: z.int(),
    attachment_id: z.int(),
  }),
  async run({ session }, { attachment_id, type, ...place }) {
    await detach(session, place, attachment_id, type)
    return { status_code: 200, message: 'Removed', card_id: place.card_id, attachment_id }
  },
})

function viewOf({ extendedData, ...told }: Attachment): z.input<typeof AttachmentView> {
  return { ...told, extendedData }
}
