import { header, type Reply, reply } from '../http.ts'
import { isEnabled, isLocked } from '../instance.ts'
import { leaveMount, moveMount, type View } from '../shares/mounts.ts'
import { may } from '../shares/store.ts'
import { copyNode, createFolder, detach, forget, moveNode, writeFile } from '../storage/changes.ts'
import { moveToTrash } from '../storage/trash.ts'
import { type FolderNode, isWithin, type StoredNode } from '../storage/tree.ts'
import { type DavCall, destinationOf } from './call.ts'
import { DavError } from './errors.ts'
import { ocFileId } from './file-properties.ts'
import { demand, find, locateView, ownerAt, view } from './locate.ts'
import { allowed } from './resource.ts'

/** Headers of every successful write: PHP's default type, with no body. */
const html = { 'Content-Type': 'text/html; charset=UTF-8' }

/** PUT: writes a file, new (201) or over an existing one (204). */
export function put(call: DavCall): Reply {
  const { exchange, names } = call
  if (header(exchange, 'content-range') !== undefined) {
    throw new DavError('BadRequest', 'Content-Range on PUT requests are forbidden.')
  }
  const known = find(call, names)
  if (known?.kind === 'folder') {
    throw new DavError('Conflict', 'PUT is not allowed on non-files.')
  }
  const written = writeTo(call, names, exchange.body)
  return reply(known === undefined ? 201 : 204, written)
}

/**
 * Writes content to a path from the WebDAV root, minding locks, names and the X-OC-MTime and
 * OC-Checksum headers, and gives the headers that tell about the file.
 */
export function writeTo(
  call: DavCall,
  names: readonly string[],
  content: Buffer,
): Record<string, string> {
  const above = locateView(call, names.slice(0, -1))
  const name = names.at(-1) ?? ''
  if (above.node.kind === 'file') {
    throw new DavError('NotFound', `Node with name '${above.node.name}' could not be found`)
  }
  checkName(name)
  const known = view(call, names)
  if (known === undefined) demand(call, above, may.create)
  else demand(call, known, may.update)
  checkLock(call, names)
  // What somebody else has shared may have another name, and lies in another folder.
  const parent = known?.node.parent ?? above.node
  const mtime = Number.parseInt(header(call.exchange, 'x-oc-mtime') ?? '', 10)
  const file = writeFile(call.instance.state.storage, parent, known?.node.name ?? name, content, {
    mtime: Number.isNaN(mtime) ? undefined : mtime,
    checksum: header(call.exchange, 'oc-checksum'),
  })
  return {
    ...tellAbout(call, file),
    ...(!Number.isNaN(mtime) && { 'X-OC-MTime': 'accepted' }),
  }
}

/** MKCOL: makes a folder. */
export function makeFolder(call: DavCall): Reply {
  const { names } = call
  if (find(call, names) !== undefined) {
    throw new DavError('MethodNotAllowed', 'The resource you tried to create already exists', {
      Allow: allowed,
    })
  }
  const above = view(call, names.slice(0, -1))
  if (above === undefined) throw new DavError('Conflict', 'Parent node does not exist')
  const { node: parent } = above
  if (parent.kind === 'file') throw new DavError('Conflict', 'Parent node is not a collection')
  const name = names.at(-1) ?? ''
  checkName(name)
  demand(call, above, may.create)
  const folder = createFolder(call.instance.state.storage, parent, name)
  return reply(201, { ...html, 'OC-FileId': ocFileId(call.instance.id, folder) })
}

/** DELETE: moves a file or folder to the trash bin, or lets go of what somebody else shares. */
export function remove(call: DavCall): Reply {
  const found = locateView(call, call.names)
  const { node, mount } = found
  if (node.parent === undefined) {
    throw new DavError('Forbidden', 'Permission denied to delete home folder')
  }
  demand(call, found, may.delete)
  checkLock(call, call.names)
  if (mount?.node === node) {
    leaveMount(call.instance.state, call.identity.account.id, mount)
  } else {
    const forGood = header(call.exchange, 'x-nc-skip-trashbin') === 'true'
    discard(call, node, ownerAt(call, call.names), forGood)
  }
  return reply(204, html)
}

/** COPY: the copy gets a new file id. */
export function copy(call: DavCall): Reply {
  const { node: source } = locateView(call, call.names)
  const target = targetOf(call, source)
  checkLock(call, call.names)
  if (target.occupant !== undefined) discard(call, target.occupant, target.owner)
  const made = copyNode(call.instance.state.storage, source, target.parent, target.name)
  return reply(target.occupant === undefined ? 201 : 204, {
    ...html,
    'OC-FileId': ocFileId(call.instance.id, made),
  })
}

/** MOVE: the file keeps id, ETag and time. */
export function move(call: DavCall): Reply {
  const found = locateView(call, call.names)
  const { node: source, mount } = found
  if (source.parent === undefined) {
    throw new DavError('Forbidden', 'Permission denied to move home folder')
  }
  demand(call, found, may.delete, `${call.names.join('/')} cannot be deleted`)
  const target = targetOf(call, source)
  // Nextcloud does not translate this exception when it moves: 500, where others get 423.
  checkLock(call, call.names, 'LockedException')
  if (target.occupant !== undefined) discard(call, target.occupant, target.owner)
  if (mount?.node === source) {
    // What is shared by one cannot be shared on by lying in a share of another.
    if (target.owner !== call.identity.account.id) throw new DavError('Forbidden')
    moveMount(call.identity.account.id, mount, target.names.slice(2))
  } else {
    moveNode(call.instance.state.storage, source, target.parent, target.name)
  }
  return reply(target.occupant === undefined ? 201 : 204, tellAbout(call, source))
}

interface Target {
  names: readonly string[]
  /** In whose home it is. */
  owner: string
  parent: FolderNode
  name: string
  occupant: StoredNode | undefined
}

function targetOf(call: DavCall, source: StoredNode): Target {
  const { names, overwrite } = destinationOf(call)
  const target = freeTarget(call, names, overwrite)
  if (target.occupant === source) {
    throw new DavError('Forbidden', 'Source and destination uri are identical.')
  }
  if (source.kind === 'folder' && isWithin(target.parent, source)) {
    const message = 'The destination may not be part of the same subtree as the source path.'
    throw new DavError('Conflict', message)
  }
  if (target.occupant?.kind === 'folder' && isWithin(source, target.occupant)) {
    throw new DavError('Forbidden', 'The destination contains the source.')
  }
  return target
}

/** Where something may be put; checks the parent, the name and the permission to overwrite. */
export function freeTarget(call: DavCall, names: readonly string[], overwrite: boolean): Target {
  const above: View | undefined = view(call, names.slice(0, -1))
  if (above === undefined || names.length < 3) {
    throw new DavError('Conflict', 'The destination node is not found')
  }
  const { node: parent } = above
  if (parent.kind === 'file') {
    throw new DavError('UnsupportedMediaType', 'The destination node is not a collection')
  }
  const name = names.at(-1) ?? ''
  const there = view(call, names)
  const occupant = there?.node
  if (occupant !== undefined && !overwrite) {
    const message = 'The destination node already exists, and the overwrite header is set to false'
    throw new DavError('PreconditionFailed', message, {}, 'Overwrite')
  }
  checkName(name)
  if (there === undefined) demand(call, above, may.create)
  else if (there.mount?.node === occupant) throw new DavError('Forbidden')
  else demand(call, there, may.update)
  return { names, owner: ownerAt(call, names), parent, name, occupant }
}

/** Deletes, to the owner's trash bin when there is one. */
function discard({ instance }: DavCall, node: StoredNode, owner: string, forGood = false): void {
  const { storage, trash } = instance.state
  if (!forGood && isEnabled(instance, 'files_trashbin')) {
    moveToTrash(storage, trash, owner, node)
    return
  }
  detach(storage, node)
  forget(storage, node)
}

function tellAbout(call: DavCall, node: StoredNode): Record<string, string> {
  const id = ocFileId(call.instance.id, node)
  if (node.kind === 'folder') return { ...html, 'OC-FileId': id }
  return { ...html, 'OC-FileId': id, ETag: `"${node.etag}"`, 'OC-ETag': `"${node.etag}"` }
}

function checkLock(
  call: DavCall,
  names: readonly string[],
  exception: 'FileLocked' | 'LockedException' = 'FileLocked',
): void {
  const path = `/${names.slice(2).join('/')}`
  if (isLocked(call.instance, call.identity.account.id, path)) {
    throw new DavError(exception, `"${path}" is locked`)
  }
}

/** Refuses the names Nextcloud refuses. */
function checkName(name: string): void {
  const problem = nameProblem(name)
  if (problem !== undefined) throw new DavError('InvalidPath', problem)
}

function nameProblem(name: string): string | undefined {
  if (name === '.' || name === '..') return 'Dot files are not allowed'
  if (name.includes('\\')) return '"\\" is not allowed inside a file or folder name.'
  if (name.includes('/')) return '"/" is not allowed inside a file or folder name.'
  if (/\p{Cc}/u.test(name)) return 'File name contains at least one invalid character'
  if (name.toLowerCase() === '.htaccess') return 'Filename is a reserved word'
  const forbidden = /\.(?:filepart|part)$/i.exec(name)?.[0]
  if (forbidden !== undefined) return `Filenames must not end with "${forbidden.toLowerCase()}".`
  if (Buffer.byteLength(name) > 250) return 'Filename is too long'
  return undefined
}
