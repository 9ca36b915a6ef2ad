/** The tools of the Notes app. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { badInput, hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type ApiNote, type NoteChanges, notes, noteUrl } from './api.ts'
import { readAttachment } from './attachments.ts'
import { excerpt, searchNotes } from './search.ts'

const noteId = z.int().min(1).describe('Id of the note')

const NoteSummary = z.object({
  id: z.int(),
  title: z.string().describe('As stored: Nextcloud cleans titles up and numbers repeated ones'),
  category: z.string().describe("Folder below the notes' folder; empty at the top"),
  etag: z.string(),
  modified: z.int().describe('Seconds since 1970'),
  url: z.string(),
})

const Note = NoteSummary.extend({
  content: z.string().describe('Markdown'),
  favorite: z.boolean(),
  readonly: z.boolean(),
})

export const createNote = defineTool({
  name: 'nc_notes_create_note',
  title: 'Create a note',
  description: 'Creates a Markdown note. A title that exists in the category gets a number.',
  scopes: ['notes:write'],
  effect: 'create',
  input: z.object({
    title: z.string().trim().min(1),
    content: z.string().describe('Markdown'),
    category: z.string().describe('Folder, as in "Work/Plans"; "" for none'),
  }),
  output: NoteSummary,
  // Nextcloud fails on parallel creations that would get the same file name.
  run: ({ session }, note) =>
    session.account.serialised(`notes/create/${note.category}/${note.title}`, async () =>
      summary(session, await notes(session).create(note)),
    ),
})

export const updateNote = defineTool({
  name: 'nc_notes_update_note',
  title: 'Change a note',
  description:
    'Replaces title, content or category of a note, if it still has the etag that was read; what is not given stays.',
  scopes: ['notes:write'],
  effect: 'update',
  input: z.object({
    note_id: noteId,
    etag: z.string().min(1).describe('From the last read'),
    title: z.string().trim().min(1).optional(),
    content: z.string().optional().describe('The whole new text'),
    category: z.string().optional(),
    favorite: z.boolean().optional(),
  }),
  output: NoteSummary,
  run({ session }, { note_id, etag, ...changes }) {
    if (Object.values(changes).every(value => value === undefined)) {
      throw badInput(
        'Nothing to change',
        'Give at least one of title, content, category, favorite.',
      )
    }
    return exclusively(session, note_id, async () =>
      summary(session, await notes(session).update(note_id, etag, changes)),
    )
  },
})

export const appendContent = defineTool({
  name: 'nc_notes_append_content',
  title: 'Append to a note',
  description: 'Adds text at the end of a note, after a line "---"; needs no etag.',
  scopes: ['notes:write'],
  effect: 'update',
  input: z.object({ note_id: noteId, content: z.string().min(1).describe('Markdown to add') }),
  output: NoteSummary,
  run: ({ session }, { note_id, content }) =>
    exclusively(session, note_id, async () =>
      summary(session, await append(session, note_id, content)),
    ),
})

export const searchNotesTool = defineTool({
  name: 'nc_notes_search_notes',
  title: 'Search notes',
  description:
    'Finds notes by words in title, category and text, best first; an empty query lists all, newest first.',
  scopes: ['notes:read'],
  effect: 'read',
  input: z.object({
    query: z.string(),
    limit: z.int().min(1).max(500).default(50),
    offset: z.int().min(0).default(0),
  }),
  output: z.object({
    results: z.array(
      z.object({
        id: z.int(),
        title: z.string(),
        category: z.string(),
        score: z.number().nullable().describe('0 to 1; null for an empty query'),
        modified: z.int().describe('Seconds since 1970'),
        excerpt: z.string().optional().describe('Text around the first match'),
        url: z.string(),
      }),
    ),
    query: z.string(),
    total_found: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { query, limit, offset }) {
    const found = await searchNotes(session, query)
    const end = offset + limit
    return {
      results: found.slice(offset, end).map(({ note, score }) => ({
        id: note.id,
        title: note.title,
        category: note.category,
        score,
        modified: note.modified,
        ...(score === null ? {} : { excerpt: excerpt(note, query) }),
        url: noteUrl(session, note.id),
      })),
      query,
      total_found: found.length,
      ...(end < found.length ? { next_offset: end } : {}),
    }
  },
})

export const getNote = defineTool({
  name: 'nc_notes_get_note',
  title: 'Read a note',
  description: 'Reads one note in full, with the etag that an update needs.',
  scopes: ['notes:read'],
  effect: 'read',
  input: z.object({ note_id: noteId }),
  output: Note,
  run: async ({ session }, { note_id }) => full(session, await notes(session).get(note_id)),
})

export const getAttachment = defineTool({
  name: 'nc_notes_get_attachment',
  title: 'Read an attachment of a note',
  description: 'Reads a file that a note shows or links to, up to 5 MiB, as base64.',
  scopes: ['notes:read'],
  effect: 'read',
  input: z.object({
    note_id: noteId,
    attachment_filename: z.string().min(1).describe("As in the note's Markdown, or the bare name"),
  }),
  output: z.object({
    uri: z.string(),
    filename: z.string(),
    mimeType: z.string(),
    data: z.string().describe('Base64'),
    size: z.int().describe('Bytes'),
  }),
  async run({ session }, { note_id, attachment_filename }) {
    const { filename, mimeType, bytes, uri } = await readAttachment(
      session,
      note_id,
      attachment_filename,
    )
    return { uri, filename, mimeType, data: bytes.toString('base64'), size: bytes.length }
  },
})

export const deleteNote = defineTool({
  name: 'nc_notes_delete_note',
  title: 'Delete a note',
  description: "Deletes a note; its file goes to the user's trash.",
  scopes: ['notes:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ note_id: noteId }),
  output: z.object({ deleted_id: z.int(), status_code: z.int(), message: z.string() }),
  run: ({ session }, { note_id }) =>
    exclusively(session, note_id, async () => {
      await notes(session).delete(note_id)
      return {
        deleted_id: note_id,
        status_code: 200,
        message: 'Deleted. The file can be restored from "Deleted files".',
      }
    }),
})

/** The current note in the shape of a result, for tools and resources. */
export function full(session: Session, note: ApiNote): z.input<typeof Note> {
  const { content, favorite, readonly } = note
  return { ...summary(session, note), content, favorite, readonly }
}

/**
 * Adds to what the note holds now. When somebody else was faster, their text is read and kept;
 * an append loses nothing by being tried again.
 */
async function append(session: Session, id: number, added: string): Promise<ApiNote> {
  const api = notes(session)
  for (let tries = 1; ; tries++) {
    const { content, etag } = await api.get(id)
    const changes: NoteChanges = { content: content === '' ? added : `${content}\n---\n${added}` }
    try {
      return await api.update(id, etag, changes)
    } catch (error) {
      if (!hasCode(error, 'CONFLICT') || tries === 3) throw error
    }
  }
}

/** One write to a note at a time: Nextcloud answers 423 after seconds of its own retries otherwise. */
function exclusively<T>(session: Session, id: number, task: () => Promise<T>): Promise<T> {
  return session.account.serialised(`notes/${id}`, task)
}

function summary(session: Session, note: ApiNote): z.input<typeof NoteSummary> {
  const { id, title, category, etag, modified } = note
  return { id, title, category, etag, modified, url: noteUrl(session, id) }
}
