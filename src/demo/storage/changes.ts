import { typeOfName } from './file-types.ts'
import {
  childrenOf,
  type FileNode,
  type FolderNode,
  type NodeBase,
  type Storage,
  type StoredNode,
  seconds,
  sizeOf,
} from './tree.ts'

/** Settings of a write. Times are Unix seconds. */
export interface WriteOptions {
  mtime?: number | undefined
  checksum?: string | undefined
}

/** The home of a user, made on first use. */
export function homeOf(storage: Storage, userId: string): FolderNode {
  let home = storage.homes.get(userId)
  if (home === undefined) {
    home = newFolder(storage, '')
    storage.homes.set(userId, home)
  }
  return home
}

/** Makes a folder in a folder that has no child of this name. */
export function createFolder(storage: Storage, parent: FolderNode, name: string): FolderNode {
  const folder = newFolder(storage, name)
  attach(storage, folder, parent)
  return folder
}

/** A folder cannot be made because there is a file of its name. */
export class FileInTheWay extends Error {
  override name = 'FileInTheWay'
}

/**
 * The folder at a path below another one; missing ones are made.
 *
 * @throws FileInTheWay
 */
export function ensureFolder(
  storage: Storage,
  parent: FolderNode,
  names: readonly string[],
): FolderNode {
  let folder = parent
  for (const name of names) {
    const child = folder.children.get(name) ?? createFolder(storage, folder, name)
    if (child.kind === 'file') throw new FileInTheWay(`"${name}" is a file`)
    folder = child
  }
  return folder
}

/** Writes a file into a folder, new or over an existing one, which keeps its id. */
export function writeFile(
  storage: Storage,
  parent: FolderNode,
  name: string,
  content: Buffer,
  options: WriteOptions = {},
): FileNode {
  const known = parent.children.get(name)
  if (known?.kind === 'folder') throw new Error(`"${name}" is a folder`)
  const { checksum } = options
  if (known === undefined) {
    const file: FileNode = {
      ...newNode(storage, name),
      kind: 'file',
      etag: fileEtag(storage),
      content,
      type: typeOfName(name),
      checksum,
      versions: new Map(),
      versionLabels: new Map(),
    }
    file.mtime = options.mtime ?? file.mtime
    storage.byId.set(file.id, file)
    attach(storage, file, parent)
    return file
  }
  replaceContent(storage, known, content, options)
  return known
}

/** Gives a file other content; what it was becomes a version of it. */
export function replaceContent(
  storage: Storage,
  file: FileNode,
  content: Buffer,
  { checksum, mtime = seconds(storage) }: WriteOptions,
): void {
  const growth = content.length - file.content.length
  if (file.mtime !== mtime && file.content.length > 0) file.versions.set(file.mtime, file.content)
  Object.assign(file, { content, checksum, mtime, etag: fileEtag(storage) })
  markChanged(storage, file, growth)
}

/** Sets the modification time, in Unix seconds, which gives a new ETag as in Nextcloud. */
export function setModified(storage: Storage, node: StoredNode, mtime: number): void {
  node.mtime = mtime
  node.etag = node.kind === 'file' ? fileEtag(storage) : folderEtag(storage)
  markChanged(storage, node, 0)
}

/** Stars or unstars a node. The ETag stays: the star belongs to the user, not to the file. */
export function setFavorite(storage: Storage, node: StoredNode, favorite: boolean): void {
  if (node.favorite === favorite) return
  node.favorite = favorite
  node.changed = seconds(storage)
  for (let at: StoredNode | undefined = node; at !== undefined; at = at.parent) {
    at.revision = ++storage.revision
  }
}

/** Moves or renames a node; the target must be free. Id, ETag and time stay. */
export function moveNode(
  storage: Storage,
  node: StoredNode,
  parent: FolderNode,
  name: string,
): void {
  detach(storage, node)
  node.name = name
  if (node.kind === 'file') node.type = typeOfName(name)
  attach(storage, node, parent)
}

/** Copies a node with everything below it; the target must be free. Copies get new ids. */
export function copyNode(
  storage: Storage,
  node: StoredNode,
  parent: FolderNode,
  name: string,
): StoredNode {
  if (node.kind === 'file') {
    return writeFile(storage, parent, name, node.content, {
      mtime: node.mtime,
      checksum: node.checksum,
    })
  }
  // Listed before the copy is made: the target may lie in a folder above the source.
  const children = [...childrenOf(node)]
  const copy = createFolder(storage, parent, name)
  for (const child of children) copyNode(storage, child, copy, child.name)
  return copy
}

/** Takes a node out of its folder; it stays known by its id (the trash bin holds it). */
export function detach(storage: Storage, node: StoredNode): void {
  const { parent } = node
  if (parent === undefined) return
  parent.children.delete(node.name)
  parent.sorted = undefined
  node.parent = undefined
  touchUpwards(storage, parent, -sizeOf(node))
}

/** Puts a detached node into a folder under its present name. */
export function attach(storage: Storage, node: StoredNode, parent: FolderNode): void {
  parent.children.set(node.name, node)
  parent.sorted = undefined
  node.parent = parent
  markSubtree(storage, node)
  touchUpwards(storage, parent, sizeOf(node))
}

/** Forgets a detached node and everything below it. */
export function forget(storage: Storage, node: StoredNode): void {
  storage.byId.delete(node.id)
  if (node.kind === 'folder') for (const child of node.children.values()) forget(storage, child)
}

function newNode(storage: Storage, name: string): NodeBase {
  const now = seconds(storage)
  return {
    id: storage.nextId++,
    name,
    parent: undefined,
    mtime: now,
    uploaded: now,
    changed: now,
    etag: '',
    favorite: false,
    revision: ++storage.revision,
    properties: new Map(),
  }
}

function newFolder(storage: Storage, name: string): FolderNode {
  const folder: FolderNode = {
    ...newNode(storage, name),
    kind: 'folder',
    children: new Map(),
    size: 0,
    sorted: undefined,
  }
  folder.etag = folderEtag(storage)
  storage.byId.set(folder.id, folder)
  return folder
}

/** A node moved: with its path, everything that is told about what lies below it changed too. */
function markSubtree(storage: Storage, node: StoredNode): void {
  node.revision = ++storage.revision
  node.changed = seconds(storage)
  if (node.kind === 'folder')
    for (const child of node.children.values()) markSubtree(storage, child)
}

function markChanged(storage: Storage, node: StoredNode, growth: number): void {
  node.revision = ++storage.revision
  node.changed = seconds(storage)
  if (node.parent !== undefined) touchUpwards(storage, node.parent, growth)
}

/** As in Nextcloud, every folder above a change gets a new ETag, time and size. */
function touchUpwards(storage: Storage, from: FolderNode, growth: number): void {
  const etag = folderEtag(storage)
  const now = seconds(storage)
  for (let at: FolderNode | undefined = from; at !== undefined; at = at.parent) {
    at.etag = etag
    at.mtime = now
    at.size += growth
    at.revision = ++storage.revision
  }
}

/** Files have ETags of 32 hexadecimal digits, folders of 13; no value ever comes twice. */
function fileEtag(storage: Storage): string {
  return storage.etagSeed.slice(0, 20) + (++storage.revision).toString(16).padStart(12, '0')
}

function folderEtag(storage: Storage): string {
  return storage.etagSeed.slice(0, 4) + (++storage.revision).toString(16).padStart(9, '0')
}
