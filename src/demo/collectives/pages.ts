import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import type { State } from '../state.ts'
import { attach, copyNode, createFolder, detach, moveNode, writeFile } from '../storage/changes.ts'
import {
  childrenOf,
  type FileNode,
  type FolderNode,
  isWithin,
  namesOf,
  nodeAt,
  type Storage,
  seconds,
} from '../storage/tree.ts'
import { fileNameOf, freeName, slug } from './names.ts'
import {
  type Collective,
  indexFile,
  newRecord,
  type PageRecord,
  type TrashedPage,
} from './store.ts'

const suffix = '.md'
const untitled = 'New Page'

/** Who does something in which collective. */
export interface PageCall {
  state: State
  collective: Collective
  userId: string
}

/** Where a page shall go; what is not told stays as it is. */
export interface Move {
  parentId: number | undefined
  title: string | undefined
  index: number
  copy: boolean
}

/** All pages: of each folder its own page first, then its files, then its folders. */
export function pagesOf(call: PageCall, folder = call.collective.folder): FileNode[] {
  const files: FileNode[] = []
  const below: FileNode[] = []
  let own: FileNode | undefined
  for (const node of childrenOf(folder)) {
    if (node.name.startsWith('.')) continue
    if (node.kind === 'folder') below.push(...pagesOf(call, node))
    else if (node.name === indexFile) own = node
    else if (node.name.endsWith(suffix)) files.push(node)
  }
  if (own === undefined && files.length + below.length === 0) return []
  own ??= newPage(call, folder, 'Readme', 'Readme')
  return [own, ...files, ...below]
}

/** The page with this id. */
export function pageById({ state, collective }: PageCall, id: number): FileNode {
  const node = state.storage.byId.get(id)
  if (node?.kind !== 'file' || !isWithin(node, collective.folder)) {
    throw new OcsRefusal(404, `File not found: ${String(id)}`)
  }
  return node
}

/** What is kept of a page, made when somebody else than the app made the file. */
export function recordOf({ collective, userId }: PageCall, id: number): PageRecord {
  const known = collective.pages.get(id) ?? newRecord(userId)
  collective.pages.set(id, known)
  return known
}

/** The page above: 0 for the landing page, which has none. */
export function parentIdOf(call: PageCall, page: FileNode): number {
  const folder = page.parent
  if (folder === call.collective.folder && page.name === indexFile) return 0
  const above = page.name === indexFile ? folder?.parent : folder
  return above === undefined ? 0 : indexOf(call, above).id
}

/** A page as the API tells of it. */
export function pageJson(call: PageCall, page: FileNode): Record<string, unknown> {
  const { collective } = call
  const folders = namesOf(page).slice(0, -1)
  const isIndex = page.name === indexFile
  const title = isIndex ? (folders.at(-1) ?? 'Landing page') : page.name.slice(0, -suffix.length)
  return {
    ...common(call, page),
    trashTimestamp: null,
    title,
    filePath: folders.join('/'),
    filePathString: folders.join(' - '),
    collectivePath: `Collectives/${collective.folder.name}`,
    parentId: parentIdOf(call, page),
  }
}

/** A page in the trash, which no longer lies anywhere. */
export function trashedJson(call: PageCall, { node, deleted }: TrashedPage): object[] {
  const page = node.kind === 'folder' ? node.children.get(indexFile) : node
  if (page?.kind !== 'file') return []
  return [
    {
      ...common(call, page),
      trashTimestamp: deleted,
      title: node.kind === 'folder' ? node.name : node.name.slice(0, -suffix.length),
      filePath: '',
      filePathString: '',
      collectivePath: null,
      parentId: 0,
    },
  ]
}

function common(call: PageCall, page: FileNode): Record<string, unknown> {
  const record = call.collective.pages.get(page.id)
  const name = record && call.state.directory.accounts.get(record.lastUserId)?.displayName
  return {
    id: page.id,
    slug: record?.slug ?? null,
    lastUserId: record?.lastUserId ?? null,
    lastUserDisplayName: name ?? null,
    emoji: record?.emoji ?? null,
    subpageOrder: record?.subpageOrder ?? [],
    isFullWidth: record?.isFullWidth ?? false,
    tags: record?.tags ?? [],
    timestamp: page.mtime,
    size: page.content.length,
    fileName: page.name,
    shareToken: null,
    linkedPageIds: [],
  }
}

/** Makes an empty page below another one, which becomes a folder if it is none yet. */
export function createPage(call: PageCall, parentId: number, title: string): FileNode {
  const folder = asFolder(call, pageById(call, parentId))
  const name = freeName(folder, fileNameOf(title, untitled), suffix)
  const page = newPage(call, folder, name, title)
  addToOrder(call, parentId, page.id, 0)
  return page
}

/** Moves, renames or copies a page with everything below it. */
export function moveOrCopy(call: PageCall, id: number, move: Move, target = call): FileNode {
  const { storage } = call.state
  const page = pageById(call, id)
  const oldParentId = parentIdOf(call, page)
  if (oldParentId === 0) throw new OcsRefusal(403, 'Not allowed to move or copy landing page')
  const parentId =
    move.parentId ?? (target === call ? oldParentId : indexOf(target, target.collective.folder).id)
  checkTarget(target, page, parentId)

  const sameParent = parentId === oldParentId
  const parent = pageById(target, parentId)
  const folder = sameParent ? (parent.parent ?? call.collective.folder) : asFolder(target, parent)
  const node = page.name === indexFile ? (page.parent ?? page) : page
  const ending = node.kind === 'folder' ? '' : suffix
  const own = node.kind === 'folder' ? node.name : node.name.slice(0, -suffix.length)
  const name = fileNameOf(move.title ?? own, untitled)
  if (move.copy || !sameParent || name + ending !== node.name) {
    const free = freeName(folder, name, suffix) + ending
    if (!move.copy) moveNode(storage, node, folder, free)
    else return copied(call, target, page, { ...move, folder, name: free, parentId })
  }
  const record = recordOf(call, page.id)
  record.lastUserId = call.userId
  if (move.title !== undefined) record.slug = slug(move.title)
  if (target !== call) {
    call.collective.pages.delete(page.id)
    target.collective.pages.set(page.id, { ...record, tags: [] })
  }
  if (!sameParent) {
    recordOf(call, oldParentId).subpageOrder = without(call, oldParentId, page.id)
    addToOrder(target, parentId, page.id, move.index)
  }
  return page
}

interface CopyTarget extends Omit<Move, 'parentId'> {
  folder: FolderNode
  name: string
  parentId: number
}

function copied(call: PageCall, target: PageCall, page: FileNode, to: CopyTarget): FileNode {
  const node = page.name === indexFile ? (page.parent ?? page) : page
  const made = copyNode(call.state.storage, node, to.folder, to.name)
  const copy = made.kind === 'folder' ? indexOf(target, made) : made
  const { emoji, isFullWidth } = recordOf(call, page.id)
  target.collective.pages.set(copy.id, {
    ...newRecord(call.userId),
    emoji,
    isFullWidth,
    slug: to.title === undefined ? null : slug(to.title),
  })
  addToOrder(target, to.parentId, copy.id, to.index)
  return copy
}

function checkTarget(target: PageCall, page: FileNode, parentId: number): void {
  if (parentId === page.id) {
    throw new OcsRefusal(403, 'Not allowed to move or copy a page to itself')
  }
  for (let at = parentId; at !== 0; at = parentIdOf(target, pageById(target, at))) {
    if (at !== page.id) continue
    throw new OcsRefusal(403, 'Not allowed to move or copy a page to a subpage of itself')
  }
}

/** Puts a page, with everything below it, into the trash of the collective. */
export function trashPage(call: PageCall, id: number): Record<string, unknown> {
  const { collective, state } = call
  const page = pageById(call, id)
  if (parentIdOf(call, page) === 0) {
    const message = `Failed to find trashed page in page trash database: ${String(id)}`
    throw new OcsRefusal(404, message)
  }
  const json = pageJson(call, page)
  const node = page.name === indexFile ? (page.parent ?? page) : page
  const deleted = seconds(state.storage)
  const folder = namesOf(node).slice(0, -1)
  detach(state.storage, node)
  collective.trash.push({ node, folder, deleted })
  return { ...json, trashTimestamp: deleted }
}

/** Puts a page back where it was, or at the top when that is gone. */
export function restorePage(call: PageCall, id: number): FileNode {
  const { collective, state } = call
  const item = trashItem(call, id, 'restore')
  const former = nodeAt(collective.folder, item.folder)
  const parent = former?.kind === 'folder' ? former : collective.folder
  if (parent.children.has(item.node.name)) {
    const [, stem = '', ending = ''] = /^(.*?)(\.md)?$/u.exec(item.node.name) ?? []
    item.node.name = `${stem} (1)${ending}`
  }
  attach(state.storage, item.node, parent)
  return pageById(call, id)
}

/** Takes a page out of the trash. */
export function trashItem(call: PageCall, id: number, verb: 'restore' | 'delete'): TrashedPage {
  const { trash } = call.collective
  // Nextcloud reads an empty list where it expects one of its items.
  if (trash.length === 0) throw new OcsFault()
  const at = trash.findIndex(({ node }) =>
    node.kind === 'folder' ? node.children.get(indexFile)?.id === id : node.id === id,
  )
  const [item] = at < 0 ? [] : trash.splice(at, 1)
  if (item !== undefined) return item
  throw new OcsRefusal(404, `Failed to ${verb} page ${String(id)}. Not found in trash.`)
}

/** The folder of a page; a page without one is moved into a new one. */
function asFolder({ state: { storage } }: PageCall, page: FileNode): FolderNode {
  const { parent } = page
  if (parent === undefined) throw new Error('A page lies in a folder')
  if (page.name === indexFile) return parent
  const name = freeName(parent, page.name.slice(0, -suffix.length))
  const folder = createFolder(storage, parent, name)
  moveNode(storage, page, folder, indexFile)
  return folder
}

function indexOf(call: PageCall, folder: FolderNode): FileNode {
  const known = folder.children.get(indexFile)
  return known?.kind === 'file' ? known : newPage(call, folder, 'Readme', 'Readme')
}

function newPage(call: PageCall, folder: FolderNode, name: string, title: string): FileNode {
  const { storage }: { storage: Storage } = call.state
  const page = writeFile(storage, folder, name + suffix, Buffer.alloc(0))
  call.collective.pages.set(page.id, { ...newRecord(call.userId), slug: slug(title) })
  return page
}

/** Puts a page into the order of another's sub pages, and drops from it what is no longer there. */
function addToOrder(call: PageCall, parentId: number, id: number, index: number): void {
  const known = without(call, parentId, id).filter(other => {
    const node = call.state.storage.byId.get(other)
    return (
      node?.kind === 'file' &&
      isWithin(node, call.collective.folder) &&
      parentIdOf(call, node) === parentId
    )
  })
  known.splice(index, 0, id)
  recordOf(call, parentId).subpageOrder = known
}

function without(call: PageCall, parentId: number, id: number): number[] {
  return recordOf(call, parentId).subpageOrder.filter(other => other !== id)
}
