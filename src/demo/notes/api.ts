import { identifyForApp } from '../app-api.ts'
import {
  type Exchange,
  header,
  integer,
  jsonReply,
  parameters,
  query,
  type Reply,
  reply,
  text,
  unknownRoute,
} from '../http.ts'
import { type Instance, isEnabled, isLocked } from '../instance.ts'
import { FileInTheWay } from '../storage/changes.ts'
import { type FileNode, namesOf } from '../storage/tree.ts'
import { readAttachment, storeAttachment } from './attachments.ts'
import { replyWithList } from './list.ts'
import { titleFromContent } from './names.ts'
import {
  createNote,
  deleteNote,
  findNote,
  type NoteFields,
  noteData,
  noteJson,
  updateNote,
} from './notes.ts'
import { changeSettings, settingsOf } from './settings.ts'

/** Where the API of the Notes app lies. */
export const notesPrefix = '/index.php/apps/notes/'

const versions = { 'X-Notes-API-Versions': '0.2, 1.3, 1.4' }
const json = { 'Content-Type': 'application/json; charset=utf-8' }

/** A request of a known user to the Notes API. */
interface NotesCall {
  instance: Instance
  exchange: Exchange
  userId: string
}

/** Answers a request to the Notes app. */
export async function handleNotes(instance: Instance, exchange: Exchange): Promise<Reply> {
  const path = exchange.path.slice(notesPrefix.length)
  // Only the API is served; its pages for browsers are not part of the demo.
  if (!isEnabled(instance, 'notes') || !path.startsWith('api/')) return unknownRoute()
  const identity = identifyForApp(instance, exchange)
  if ('status' in identity) return identity
  try {
    return await route({ instance, exchange, userId: identity.account.id }, path)
  } catch (error) {
    // A category or the notes folder cannot be made: Nextcloud has no better answer.
    if (!(error instanceof FileInTheWay)) throw error
    return failure(500, 'OCA\\Notes\\Service\\NotesFolderException')
  }
}

function route(call: NotesCall, path: string): Reply | Promise<Reply> {
  const [, version = '', resource = '', id, ...rest] = path.split('/')
  if (rest.length > 0) return badRequest()
  if (version === 'v1' || version === 'v0.2') {
    if (resource === 'notes' && id === undefined) return onAllNotes(call, version)
    if (resource === 'notes' && isId(id)) return onNote(call, Number(id), version)
  }
  if (version === 'v1' && resource === 'settings' && id === undefined) return onSettings(call)
  if (version === 'v1.4' && resource === 'attachment' && isId(id)) {
    return onAttachment(call, Number(id))
  }
  return badRequest()
}

function onAllNotes(call: NotesCall, version: string): Reply {
  const { instance, exchange, userId } = call
  switch (exchange.method) {
    case 'GET': {
      const list = replyWithList(instance.state, userId, exchange, instance.settings.now())
      return { ...list, headers: { ...list.headers, ...versions } }
    }
    case 'POST': {
      const fields = fieldsOf(exchange)
      if (version === 'v0.2') fields.title = titleFromContent(fields.content ?? '')
      return noteReply(call, createNote(instance.state, userId, fields))
    }
  }
  return badRequest()
}

function onNote(call: NotesCall, id: number, version: string): Reply {
  const { instance, exchange, userId } = call
  const { state } = instance
  if (!['GET', 'PUT', 'DELETE'].includes(exchange.method)) return badRequest()
  const note = findNote(state, userId, id)
  if (note === undefined) return failure(404, 'OCA\\Notes\\Service\\NoteDoesNotExistException')
  if (exchange.method === 'GET') return onGet(call, note)
  // Nextcloud tries again for four seconds before it says so.
  if (isLocked(instance, userId, `/${namesOf(note).join('/')}`)) {
    return failure(423, 'OCP\\Lock\\LockedException')
  }
  if (exchange.method === 'DELETE') {
    deleteNote(state, userId, note, isEnabled(instance, 'files_trashbin'))
    return jsonReply(200, [], versions)
  }
  const ifMatch = header(exchange, 'if-match')
  const { etag } = noteData(state, userId, note)
  if (ifMatch !== undefined && !ifMatch.split(/,\s*/).includes(`"${etag}"`)) {
    return reply(412, { ...json, ...versions }, noteJson(state, userId, note))
  }
  const fields = fieldsOf(exchange)
  if (version === 'v0.2') {
    fields.title = titleFromContent(fields.content ?? note.content.toString('utf8'))
  }
  updateNote(state, userId, note, fields)
  return noteReply(call, note)
}

function onGet(call: NotesCall, note: FileNode): Reply {
  const { instance, exchange, userId } = call
  const data = noteData(instance.state, userId, note)
  const etag = `"${data.etag}"`
  if (header(exchange, 'if-none-match') === etag) return reply(304, { ETag: etag, ...versions })
  const exclude = exchange.search === '' ? null : query(exchange).get('exclude')
  const body =
    exclude === null
      ? noteJson(instance.state, userId, note)
      : JSON.stringify(
          Object.fromEntries(
            Object.entries(data).filter(([key]) => !exclude.split(',').includes(key)),
          ),
        )
  return reply(200, { ...json, ETag: etag, ...versions }, body)
}

function onSettings({ instance, exchange, userId }: NotesCall): Reply {
  switch (exchange.method) {
    case 'GET':
      return jsonReply(200, settingsOf(instance.state, userId), versions)
    case 'PUT':
      return jsonReply(200, changeSettings(instance.state, userId, parameters(exchange)), versions)
  }
  return badRequest()
}

async function onAttachment(call: NotesCall, id: number): Promise<Reply> {
  const { instance, exchange, userId } = call
  const note = findNote(instance.state, userId, id)
  if (note === undefined) return failure(404, 'OCA\\Notes\\Service\\NoteDoesNotExistException')
  switch (exchange.method) {
    case 'GET': {
      const path = query(exchange).get('path') ?? ''
      const file = readAttachment(instance.state, userId, note, path)
      if (file === undefined) return jsonReply(404, { errorType: 'OCP\\Files\\NotFoundException' })
      return reply(
        200,
        {
          'Content-Type': file.type,
          'Content-Disposition': `attachment; filename="${encodeURIComponent(file.name)}"`,
          Vary: 'Authorization, Cookie',
        },
        file.content,
      )
    }
    case 'POST': {
      const filename = await storeAttachment(instance.state, note, exchange)
      if (filename === undefined) return failure(500, 'TypeError')
      return jsonReply(200, { filename }, versions)
    }
  }
  return badRequest()
}

function fieldsOf(exchange: Exchange): NoteFields {
  const given = parameters(exchange)
  return {
    title: text(given.title),
    category: text(given.category),
    content: text(given.content),
    modified: integer(given.modified),
    favorite: toBoolean(given.favorite),
  }
}

/** Booleans come as such in JSON and as words in forms. */
function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const word = text(value)
  return word === undefined ? undefined : /^(1|true|on|yes)$/i.test(word)
}

function noteReply({ instance, userId }: NotesCall, note: FileNode): Reply {
  return reply(200, { ...json, ...versions }, noteJson(instance.state, userId, note))
}

function failure(status: number, errorType: string): Reply {
  return jsonReply(status, { errorType }, versions)
}

/** The app's answer to every route it does not have. */
function badRequest(): Reply {
  return jsonReply(400, [], versions)
}

function isId(segment: string | undefined): segment is string {
  return segment !== undefined && /^\d+$/.test(segment)
}
