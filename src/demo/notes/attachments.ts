import { randomBytes } from 'node:crypto'
import { type Exchange, header } from '../http.ts'
import type { State } from '../state.ts'
import { writeFile } from '../storage/changes.ts'
import { type FileNode, nodeAt } from '../storage/tree.ts'
import { noteData } from './notes.ts'
import { notesFolder } from './settings.ts'

/**
 * Stores the `file` of a multipart form beside a note, under a name of its own.
 *
 * @returns the name, or nothing when the form has no file
 */
export async function storeAttachment(
  state: State,
  note: FileNode,
  exchange: Exchange,
): Promise<string | undefined> {
  const file = await uploadedFile(exchange)
  const folder = note.parent
  if (file === undefined || folder === undefined) return undefined
  const extension = file.name.split('.')[1] ?? ''
  const name = `${randomBytes(16).toString('hex')}.${extension}`
  writeFile(state.storage, folder, name, Buffer.from(await file.arrayBuffer()))
  return name
}

/** The file at a path relative to the note, which cannot lead out of the notes folder. */
export function readAttachment(
  state: State,
  userId: string,
  note: FileNode,
  path: string,
): FileNode | undefined {
  const names = noteData(state, userId, note).category.split('/').filter(Boolean)
  for (const name of path.replaceAll('\\', '/').split('/')) {
    if (name === '..') names.pop()
    else if (name !== '') names.push(name)
  }
  const found = nodeAt(notesFolder(state, userId), names)
  return found?.kind === 'file' ? found : undefined
}

async function uploadedFile(exchange: Exchange): Promise<File | undefined> {
  const type = header(exchange, 'content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) return undefined
  try {
    const form = await new Response(new Uint8Array(exchange.body), {
      headers: { 'Content-Type': type },
    }).formData()
    const file = form.get('file')
    return typeof file === 'object' && file !== null ? file : undefined
  } catch {
    return undefined
  }
}
