import { createHash } from 'node:crypto'
import type { State } from '../state.ts'
import {
  detach,
  ensureFolder,
  forget,
  moveNode,
  setFavorite,
  setModified,
  writeFile,
} from '../storage/changes.ts'
import { moveToTrash } from '../storage/trash.ts'
import {
  descendantsOf,
  type FileNode,
  type FolderNode,
  isWithin,
  namesOf,
  nodeOfUser,
} from '../storage/tree.ts'
import { categoryNames, freeTitle } from './names.ts'
import { isNoteName, notesFolder, settingsOf } from './settings.ts'

/** Fields of a note a client may set. */
export interface NoteFields {
  title?: string | undefined
  category?: string | undefined
  content?: string | undefined
  /** Unix seconds. */
  modified?: number | undefined
  favorite?: boolean | undefined
}

/** A note as the API tells it: a file below the notes folder, seen as title and category. */
export interface NoteData {
  id: number
  title: string
  /** Unix seconds. */
  modified: number
  category: string
  favorite: boolean
  readonly: boolean
  internalPath: string
  shareTypes: number[]
  isShared: boolean
  error: boolean
  errorType: string
  content: string
  etag: string
}

interface CachedNote {
  revision: number
  data: NoteData
  json: string
}

// What is told of a file holds until its revision changes, which every change above it also does.
const cache = new WeakMap<FileNode, CachedNote>()

/** All notes of a user in the order of their files. */
export function listNotes(state: State, userId: string): FileNode[] {
  const suffix = settingsOf(state, userId).fileSuffix ?? ''
  const notes: FileNode[] = []
  for (const node of descendantsOf(notesFolder(state, userId))) {
    if (node.kind === 'file' && isNoteName(node.name, suffix)) notes.push(node)
  }
  return notes
}

/** The note with this id, if it is one of the user's. */
export function findNote(state: State, userId: string, id: number): FileNode | undefined {
  const node = nodeOfUser(state.storage, userId, id)
  if (node?.kind !== 'file' || !isWithin(node, notesFolder(state, userId))) return undefined
  const suffix = settingsOf(state, userId).fileSuffix ?? ''
  return isNoteName(node.name, suffix) ? node : undefined
}

/** Makes a note; a title that is taken gets a number. */
export function createNote(state: State, userId: string, fields: NoteFields): FileNode {
  const suffix = settingsOf(state, userId).fileSuffix ?? ''
  const folder = categoryFolder(state, userId, fields.category ?? '')
  const title = freeTitle(fields.title ?? '', name => folder.children.has(name + suffix))
  const content = Buffer.from(fields.content ?? '')
  const note = writeFile(state.storage, folder, title + suffix, content, {
    // Nextcloud takes 0 for "now".
    mtime: fields.modified || undefined,
  })
  if (fields.favorite === true) setFavorite(state.storage, note, true)
  return note
}

/** Changes the given fields of a note; a new title or category moves its file. */
export function updateNote(state: State, userId: string, note: FileNode, fields: NoteFields): void {
  const { storage } = state
  if (fields.content !== undefined && note.parent !== undefined) {
    writeFile(storage, note.parent, note.name, Buffer.from(fields.content))
  }
  if (fields.modified !== undefined) setModified(storage, note, fields.modified)
  if (fields.title !== undefined || fields.category !== undefined) {
    relocate(state, userId, note, fields)
  }
  if (fields.favorite !== undefined) setFavorite(storage, note, fields.favorite)
}

/** Deletes a note, to the trash bin when there is one, and the categories it leaves empty. */
export function deleteNote(state: State, userId: string, note: FileNode, toTrash: boolean): void {
  const { parent } = note
  if (toTrash) {
    moveToTrash(state.storage, state.trash, userId, note)
  } else {
    detach(state.storage, note)
    forget(state.storage, note)
  }
  if (parent !== undefined) removeEmpty(state, userId, parent)
}

/** What the API tells of a note. */
export function noteData(state: State, userId: string, note: FileNode): NoteData {
  return cached(state, userId, note).data
}

/** The same as JSON, without building it again while nothing changed. */
export function noteJson(state: State, userId: string, note: FileNode): string {
  return cached(state, userId, note).json
}

/** The folder of a category; made when missing. */
function categoryFolder(state: State, userId: string, category: string): FolderNode {
  return ensureFolder(state.storage, notesFolder(state, userId), categoryNames(category))
}

function cached(state: State, userId: string, note: FileNode): CachedNote {
  const known = cache.get(note)
  if (known?.revision === note.revision) return known
  const data = describe(state, userId, note)
  const entry = { revision: note.revision, data, json: JSON.stringify(data) }
  cache.set(note, entry)
  return entry
}

function describe(state: State, userId: string, note: FileNode): NoteData {
  const names = namesOf(note)
  const top = namesOf(notesFolder(state, userId)).length
  const dot = note.name.lastIndexOf('.')
  const data = {
    id: note.id,
    title: dot < 0 ? note.name : note.name.slice(0, dot),
    modified: note.mtime,
    category: names.slice(top, -1).join('/'),
    favorite: note.favorite,
    readonly: false,
    internalPath: `/${names.join('/')}`,
    shareTypes: [],
    isShared: false,
    error: false,
    errorType: '',
    content: note.content.toString('utf8'),
  }
  // A note's ETag is not its file's: it stands for everything the API tells, also the star.
  const etag = createHash('md5')
    .update(`${note.etag}\n${data.internalPath}\n${data.favorite}`)
    .digest('hex')
  return { ...data, etag }
}

function relocate(state: State, userId: string, note: FileNode, fields: NoteFields): void {
  const { title, category } = noteData(state, userId, note)
  const { parent } = note
  const suffix = note.name.slice(note.name.lastIndexOf('.'))
  const folder = categoryFolder(state, userId, fields.category ?? category)
  const free = freeTitle(fields.title ?? title, candidate => {
    const occupant = folder.children.get(candidate + suffix)
    return occupant !== undefined && occupant !== note
  })
  if (folder === parent && note.name === free + suffix) return
  moveNode(state.storage, note, folder, free + suffix)
  if (parent !== undefined) removeEmpty(state, userId, parent)
}

/** As the Notes app does: a category exists as long as something is in it. */
function removeEmpty(state: State, userId: string, folder: FolderNode): void {
  const { parent } = folder
  if (parent === undefined || folder.children.size > 0) return
  if (folder === notesFolder(state, userId)) return
  detach(state.storage, folder)
  forget(state.storage, folder)
  removeEmpty(state, userId, parent)
}
