/** The resources of the Notes app. */
import type { Resource } from '../../mcp/resource.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { notes } from './api.ts'
import { readAttachment } from './attachments.ts'
import { full } from './tools.ts'

export const settings: Resource = {
  uri: 'notes://settings',
  name: 'notes-settings',
  title: 'Notes settings',
  description: "The notes' folder, file suffix and editor mode",
  mimeType: 'application/json',
  scopes: ['notes:read'],
  read: async ({ session }) => ({ json: await notes(session).settings() }),
}

export const attachment: Resource = {
  uri: 'nc://Notes/{note_id}/attachments/{attachment_filename}',
  name: 'note-attachment',
  title: 'Attachment of a note',
  description: 'A file that a note shows or links to, up to 5 MiB',
  scopes: ['notes:read'],
  async read({ session }, { note_id, attachment_filename = '' }) {
    const { bytes, mimeType } = await readAttachment(session, idOf(note_id), attachment_filename)
    return { bytes, mimeType }
  },
}

export const note: Resource = {
  uri: 'nc://Notes/{note_id}',
  name: 'note',
  title: 'Note',
  description: 'One note in full',
  mimeType: 'application/json',
  scopes: ['notes:read'],
  read: async ({ session }, { note_id }) => ({
    json: full(session, await notes(session).get(idOf(note_id))),
  }),
}

function idOf(text: string | undefined): number {
  const id = Number(text)
  if (!Number.isSafeInteger(id) || id < 1) throw badInput(`"${text}" is not the id of a note`)
  return id
}
