import { createHash } from 'node:crypto'
import { type Exchange, header, integer, query, type Reply, reply } from '../http.ts'
import type { State } from '../state.ts'
import type { FileNode } from '../storage/tree.ts'
import { listNotes, noteData, noteJson } from './notes.ts'
import { notesFolder } from './settings.ts'

/** A list that was sent, and what it was made from. */
interface CachedList {
  revision: number
  replies: Map<string, Reply>
}

// Per state and user; keyed by query string, and bounded because clients choose that.
const cache = new WeakMap<State, Map<string, CachedList>>()
const cacheLimit = 32

/** Answers GET notes: all notes, a chunk of them, or only what changed. */
export function replyWithList(
  state: State,
  userId: string,
  exchange: Exchange,
  now: number,
): Reply {
  const known = cachedLists(state, userId)
  let made = known.get(exchange.search)
  if (made === undefined) {
    made = makeList(state, userId, query(exchange), now)
    // A cursor carries the time it was made at: those lists are never asked for again.
    if (known.size >= cacheLimit) known.clear()
    known.set(exchange.search, made)
  }
  // "Last modified" is when the list was made: Nextcloud makes it for every request.
  const modified = { 'Last-Modified': phpDate(now) }
  const { ETag = '' } = made.headers
  if (header(exchange, 'if-none-match') === ETag) return reply(304, { ETag, ...modified })
  return reply(200, { ...made.headers, ...modified }, made.body)
}

function cachedLists(state: State, userId: string): Map<string, Reply> {
  const { revision } = notesFolder(state, userId)
  let users = cache.get(state)
  if (users === undefined) {
    users = new Map()
    cache.set(state, users)
  }
  let known = users.get(userId)
  if (known?.revision !== revision) {
    known = { revision, replies: new Map() }
    users.set(userId, known)
  }
  return known.replies
}

function makeList(state: State, userId: string, params: URLSearchParams, now: number): Reply {
  const category = params.get('category')
  const exclude = (params.get('exclude') ?? '').split(',').filter(Boolean)
  const pruneBefore = integer(params.get('pruneBefore')) ?? 0
  const chunkSize = integer(params.get('chunkSize')) ?? 0
  const cursor = parseCursor(params.get('chunkCursor'))

  const notes = listNotes(state, userId).filter(
    note => category === null || noteData(state, userId, note).category === category,
  )
  const full = notes
    .filter(note => !(pruneBefore > 0 && note.changed < pruneBefore))
    .filter(note => cursor === undefined || isAfter(note, cursor))
    .toSorted((a, b) => a.changed - b.changed || a.id - b.id)
  const chunk = chunkSize > 0 ? full.slice(0, chunkSize) : full
  const pending = full.length - chunk.length
  const told = chunk.map(note =>
    exclude.length === 0
      ? noteJson(state, userId, note)
      : JSON.stringify(without(noteData(state, userId, note), exclude)),
  )
  // The last chunk names every note, so that clients learn what was deleted.
  const sent = new Set(chunk)
  const others = pending > 0 ? [] : notes.filter(note => !sent.has(note))
  for (const { id } of others) told.push(`{"id":${id}}`)

  const body = Buffer.from(`[${told.join(',')}]`)
  const headers: Record<string, string> = {
    'Content-Type': 'application/json; charset=utf-8',
    ETag: `"${createHash('md5').update(body).digest('hex')}"`,
  }
  const last = chunk.at(-1)
  if (pending > 0 && last !== undefined) {
    const start = cursor?.start ?? Math.floor(now / 1000)
    headers['X-Notes-Chunk-Cursor'] = `${start}-${last.changed}-${last.id}`
    headers['X-Notes-Chunk-Pending'] = String(pending)
  }
  return reply(200, headers, body)
}

interface Cursor {
  start: number
  changed: number
  id: number
}

function parseCursor(value: string | null): Cursor | undefined {
  const [, start, changed, id] = /^(\d+)-(\d+)-(\d+)$/.exec(value ?? '') ?? []
  if (start === undefined) return undefined
  return { start: Number(start), changed: Number(changed), id: Number(id) }
}

function isAfter({ changed, id }: FileNode, cursor: Cursor): boolean {
  return changed > cursor.changed || (changed === cursor.changed && id > cursor.id)
}

function without(data: object, exclude: readonly string[]): object {
  // The ETag is not part of what can be left out.
  return Object.fromEntries(
    Object.entries(data).filter(([key]) => key === 'etag' || !exclude.includes(key)),
  )
}

/** PHP's RFC 7231 date as Nextcloud writes it here: with a numeric zone instead of GMT. */
function phpDate(now: number): string {
  return new Date(now).toUTCString().replace('GMT', '+0000')
}
