import type { App } from '../../mcp/app.ts'
import { attachment, note, settings } from './resources.ts'
import {
  appendContent,
  createNote,
  deleteNote,
  getAttachment,
  getNote,
  searchNotesTool,
  updateNote,
} from './tools.ts'

/** Nextcloud Notes: Markdown notes in folders. */
export const notesApp: App = {
  id: 'notes',
  title: 'Notes',
  about: 'Markdown notes: find, read, write, append, attachments',
  requires: 'notes',
  tools: [
    searchNotesTool,
    getNote,
    createNote,
    updateNote,
    appendContent,
    getAttachment,
    deleteNote,
  ],
  essential: [
    'nc_notes_search_notes',
    'nc_notes_get_note',
    'nc_notes_create_note',
    'nc_notes_update_note',
    'nc_notes_append_content',
  ],
  toldBy: {
    note_id: 'nc_notes_search_notes',
    etag: 'nc_notes_get_note',
  },
  resources: [settings, attachment, note],
}
