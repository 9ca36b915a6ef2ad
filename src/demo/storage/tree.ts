import { randomBytes } from 'node:crypto'

/** What files and folders have in common. Times are Unix seconds. */
export interface NodeBase {
  id: number
  name: string
  parent: FolderNode | undefined
  mtime: number
  /** When it came to this instance. */
  uploaded: number
  /** When anything about it changed last, also its name or its star. */
  changed: number
  etag: string
  favorite: boolean
  /** Grows with every change, of a folder also with every change below it. Never sent. */
  revision: number
  /** Properties set by PROPPATCH that mean nothing to the server, by Clark name. */
  properties: Map<string, string>
}

/** A file with its content. */
export interface FileNode extends NodeBase {
  kind: 'file'
  content: Buffer
  type: string
  checksum: string | undefined
  /** What it was before, by the time it was written (Unix seconds). */
  versions: Map<number, Buffer>
  /** What people named its versions, by their time. */
  versionLabels: Map<number, string>
}

/** A folder; `size` is that of everything below it. */
export interface FolderNode extends NodeBase {
  kind: 'folder'
  children: Map<string, StoredNode>
  size: number
  sorted: StoredNode[] | undefined
}

/** A file or a folder. */
export type StoredNode = FileNode | FolderNode

/** All files of the instance, one home folder per user. */
export interface Storage {
  homes: Map<string, FolderNode>
  /** Every node that is in a home or in a trash bin, by file id. */
  byId: Map<number, StoredNode>
  now: () => number
  nextId: number
  revision: number
  etagSeed: string
}

/** Empty storage; `now` gives milliseconds. */
export function createStorage(now: () => number): Storage {
  return {
    homes: new Map(),
    byId: new Map(),
    now,
    nextId: 2,
    revision: 0,
    etagSeed: randomBytes(10).toString('hex'),
  }
}

/** Current time in Unix seconds. */
export function seconds(storage: Storage): number {
  return Math.floor(storage.now() / 1000)
}

/** The children of a folder in the order Nextcloud lists them: by the bytes of their names. */
export function childrenOf(folder: FolderNode): readonly StoredNode[] {
  folder.sorted ??= [...folder.children.values()].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  )
  return folder.sorted
}

/** All nodes below a folder, depth first, parents before their children. */
export function* descendantsOf(folder: FolderNode): Generator<StoredNode> {
  for (const child of childrenOf(folder)) {
    yield child
    if (child.kind === 'folder') yield* descendantsOf(child)
  }
}

/** The node at a path of names below a folder. */
export function nodeAt(folder: FolderNode, names: readonly string[]): StoredNode | undefined {
  let node: StoredNode | undefined = folder
  for (const name of names) {
    if (node?.kind !== 'folder') return undefined
    node = node.children.get(name)
  }
  return node
}

/** Names from the top folder (exclusive) down to the node. */
export function namesOf(node: StoredNode): string[] {
  const names: string[] = []
  for (let at: StoredNode | undefined = node; at.parent !== undefined; at = at.parent) {
    names.unshift(at.name)
  }
  return names
}

/** The topmost folder above a node, or the node itself. */
function rootOf(node: StoredNode): StoredNode {
  let at = node
  while (at.parent !== undefined) at = at.parent
  return at
}

/** The node with this file id if it lies in the user's home (and so not in a trash bin). */
export function nodeOfUser(storage: Storage, userId: string, id: number): StoredNode | undefined {
  const node = storage.byId.get(id)
  return node !== undefined && rootOf(node) === storage.homes.get(userId) ? node : undefined
}

/** Bytes of a file, or of everything in a folder. */
export function sizeOf(node: StoredNode): number {
  return node.kind === 'file' ? node.content.length : node.size
}

/** Whether a node is the folder or lies below it. */
export function isWithin(node: StoredNode, folder: FolderNode): boolean {
  for (let at: StoredNode | undefined = node; at !== undefined; at = at.parent) {
    if (at === folder) return true
  }
  return false
}
