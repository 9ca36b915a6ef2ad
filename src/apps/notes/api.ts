/**
 * The Notes app's HTTP interface, version 1 (attachments: 1.4).
 * @see https://github.com/nextcloud/notes/blob/main/docs/api/v1.md
 */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { CodedError } from '../../nextcloud/errors.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { elements, flag, list, number, text } from '../../nextcloud/tolerant.ts'

const API = '/index.php/apps/notes/api/v1'

const ApiNote = z.object({
  id: z.coerce.number().int(),
  title: text(''),
  content: text(''),
  category: text(''),
  /** Seconds since 1970. */
  modified: number(0),
  favorite: flag(),
  readonly: flag(),
  etag: text(''),
  /** From the root of the user's files, with a leading slash; `''` where Notes does not tell. */
  internalPath: text(''),
  /** The content is words about a failure to read it. */
  error: flag(),
})
/** A note as the API gives it. */
export type ApiNote = z.infer<typeof ApiNote>

const Settings = z.object({ notesPath: text(''), fileSuffix: text(''), noteMode: text(null) })
/** Where and how the user's notes are kept. */
export type Settings = z.infer<typeof Settings>

/** What an update may change; what is left out stays as it is. */
export interface NoteChanges {
  title?: string | undefined
  content?: string | undefined
  category?: string | undefined
  favorite?: boolean | undefined
}

/** All notes with their content, and the ETag of the listing as a whole. */
export interface NoteListing {
  notes: ApiNote[]
  etag: string | undefined
}

/** Which part of a listing of what changed. */
export interface ChangesQuery {
  /** Seconds since 1970: notes that Nextcloud saw changing earlier are told by their ids alone. */
  since: number
  /** Whether the texts come along. */
  content: boolean
  /** Most notes of one answer that are told in full. */
  limit: number
  /** Of the answer before. */
  cursor?: string | undefined
  /** Of a listing of the same query that is still at hand. */
  etag?: string | undefined
}

/** Some of the notes, and with the last ones the ids of all that were not told in full. */
export interface ChangesPage {
  changed: ApiNote[]
  otherIds: number[]
  /** Elements that are no notes. */
  unreadable: number
  /** Undefined at the end. */
  cursor: string | undefined
  etag: string | undefined
  /** By Nextcloud's clock, in seconds since 1970: when the listing began. */
  asOf: number | undefined
}

/** Notes as the user of `session`. */
export function notes(session: Session) {
  const send = (request: Omit<HttpRequest, 'path'> & { path: string }) =>
    session.send({
      ...request,
      path: API + request.path,
      headers: { accept: 'application/json', ...request.headers },
    })
  const sendJson = (method: string, path: string, body: object, more: Partial<HttpRequest> = {}) =>
    send({
      method,
      path,
      body: JSON.stringify(body),
      ...more,
      headers: { 'content-type': 'application/json', ...more.headers },
    })

  return {
    /** One note in full; one request. */
    async get(id: number): Promise<ApiNote> {
      const reply = await send({ method: 'GET', path: `/notes/${id}`, subject: subject(id) })
      return reply.json(ApiNote)
    },

    /** One note without its text; one request. */
    async head(id: number): Promise<ApiNote> {
      const query = { exclude: 'content' }
      const reply = await send({ method: 'GET', path: `/notes/${id}`, query, subject: subject(id) })
      return reply.json(ApiNote)
    },

    /**
     * All notes with their content; one request.
     * @param etag of a listing that is still at hand
     * @returns undefined when nothing has changed since that listing
     */
    async list(etag?: string): Promise<NoteListing | undefined> {
      const reply = await send({
        method: 'GET',
        path: '/notes',
        expect: [200, 304],
        maxBytes: 128 * 1024 * 1024,
        subject: 'the notes',
        ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }),
      })
      if (reply.status === 304 && etag !== undefined) return undefined
      return { notes: reply.json(list(ApiNote)), etag: reply.headers.etag }
    },

    /**
     * Notes that changed, in the order in which Nextcloud saw it; one request for each page.
     * @returns undefined when nothing has changed since the listing with this etag
     * @throws CodedError `TOO_LARGE` where the texts of a page are more than fits into memory
     */
    async changes(query: ChangesQuery): Promise<ChangesPage | undefined> {
      const reply = await send({
        method: 'GET',
        path: '/notes',
        query: {
          pruneBefore: query.since,
          chunkSize: query.limit,
          chunkCursor: query.cursor,
          exclude: query.content ? undefined : 'content',
        },
        expect: [200, 304],
        subject: 'the notes',
        ...(query.etag === undefined ? {} : { headers: { 'if-none-match': query.etag } }),
      })
      if (reply.status === 304 && query.etag !== undefined) return undefined
      const { items, unreadable } = reply.json(elements(ApiNote))
      const asOf = Date.parse(reply.headers['last-modified'] ?? reply.headers.date ?? '') / 1_000
      return {
        // What is told by its id alone has no etag.
        changed: items.filter(({ etag }) => etag !== ''),
        otherIds: items.filter(({ etag }) => etag === '').map(({ id }) => id),
        unreadable,
        cursor: reply.headers['x-notes-chunk-cursor'],
        etag: reply.headers.etag,
        asOf: Number.isFinite(asOf) ? asOf : undefined,
      }
    },

    /** Creates a note. Nextcloud may clean the title up or number it: the answer says how. */
    async create(note: NoteChanges): Promise<ApiNote> {
      const label = `the new note "${note.title ?? ''}"`
      const reply = await sendJson('POST', '/notes', note, { subject: label })
      return reply.json(ApiNote)
    },

    /**
     * Changes a note if it still has this etag.
     * @throws CodedError `CONFLICT` with the current etag when it has another
     */
    async update(id: number, etag: string, changes: NoteChanges): Promise<ApiNote> {
      const reply = await sendJson('PUT', `/notes/${id}`, changes, {
        subject: subject(id),
        expect: [200, 412],
        headers: { 'if-match': `"${unquoted(etag)}"` },
      })
      if (reply.status === 412) throw changedMeanwhile(id, reply)
      return reply.json(ApiNote)
    },

    /** Deletes a note; its file goes to the user's trash. */
    async delete(id: number): Promise<void> {
      const reply = await send({ method: 'DELETE', path: `/notes/${id}`, subject: subject(id) })
      reply.json(z.unknown())
    },

    /** Where the user's notes are kept. */
    async settings(): Promise<Settings> {
      const reply = await send({ method: 'GET', path: '/settings', subject: 'the Notes settings' })
      return reply.json(Settings)
    },

    /**
     * A file that belongs to a note.
     * @param path relative to the folder of the note, as in the note's Markdown
     */
    async attachment(id: number, path: string, maxBytes: number): Promise<Reply> {
      const reply = await session.send({
        method: 'GET',
        path: `/index.php/apps/notes/api/v1.4/attachment/${id}`,
        query: { path },
        maxBytes,
        expect: [200],
        subject: `the attachment "${path}" of note ${id}`,
      })
      // Files come with a disposition; a page that something else answered with does not.
      if (reply.headers['content-disposition'] === undefined) {
        throw reply.unusable('something that is not the attachment')
      }
      return reply
    },
  }
}

/** Address of a note in Nextcloud's own interface. */
export function noteUrl(session: Session, id: number): string {
  return `${session.baseUrl}/index.php/apps/notes/note/${encodeSegment(String(id))}`
}

function subject(id: number): string {
  return `note ${id}`
}

/** ETags reach us quoted (header), bare (body) and sometimes weak; the API compares the bare text. */
function unquoted(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
}

/** A 412 carries the note as it is now. */
function changedMeanwhile(id: number, reply: Reply): CodedError {
  const current = reply.json(ApiNote)
  return new CodedError('CONFLICT', 'The note has been changed since it was read', {
    status: 412,
    subject: `${subject(id)} "${current.title}"`,
    hint: 'Read it again, merge, and update with the current etag.',
    etag: current.etag,
  })
}
