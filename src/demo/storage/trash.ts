import { attach, detach, forget, homeOf } from './changes.ts'
import { type FolderNode, namesOf, nodeAt, type Storage, type StoredNode, seconds } from './tree.ts'

/** One deleted file or folder. */
export interface TrashItem {
  node: StoredNode
  /** Unix seconds. */
  deleted: number
  /** Names of the folders it was in, from the home down. */
  folder: string[]
  /** Its name in the trash bin: `report.txt.d1700000000`. */
  key: string
}

const itemLimit = 1000

/** User id to deleted things, newest first. */
export type Trash = Map<string, TrashItem[]>

/** The deleted things of a user, newest first. */
export function trashOf(trash: Trash, userId: string): TrashItem[] {
  let items = trash.get(userId)
  if (items === undefined) {
    items = []
    trash.set(userId, items)
  }
  return items
}

/** Moves a node of a user's home into the trash bin. */
export function moveToTrash(
  storage: Storage,
  trash: Trash,
  userId: string,
  node: StoredNode,
): TrashItem {
  const items = trashOf(trash, userId)
  let deleted = seconds(storage)
  // Two of the same name within a second: Nextcloud nudges the time of the later one.
  const namesakes = new Set(items.flatMap(item => (item.node.name === node.name ? item.key : [])))
  while (namesakes.has(keyOf(node.name, deleted))) deleted++
  const folder = namesOf(node).slice(0, -1)
  detach(storage, node)
  const item = { node, deleted, folder, key: keyOf(node.name, deleted) }
  items.unshift(item)
  // The oldest make room, as they do in Nextcloud when the bin takes too much space.
  for (const expired of items.splice(itemLimit)) forget(storage, expired.node)
  return item
}

/**
 * Puts a deleted thing back where it was; into the home when that folder is gone, and under
 * another name when its place is taken.
 */
export function restore(storage: Storage, trash: Trash, userId: string, item: TrashItem): void {
  const home = homeOf(storage, userId)
  const former = nodeAt(home, item.folder)
  const parent = former?.kind === 'folder' ? former : home
  drop(trash, userId, item)
  item.node.name = freeName(parent, item.node.name)
  attach(storage, item.node, parent)
}

/** Deletes a thing from the trash bin for good. */
export function purge(storage: Storage, trash: Trash, userId: string, item: TrashItem): void {
  drop(trash, userId, item)
  forget(storage, item.node)
}

function keyOf(name: string, deleted: number): string {
  return `${name}.d${deleted}`
}

function drop(trash: Trash, userId: string, item: TrashItem): void {
  trash.set(
    userId,
    trashOf(trash, userId).filter(other => other !== item),
  )
}

function freeName(parent: FolderNode, name: string): string {
  if (!parent.children.has(name)) return name
  const dot = name.lastIndexOf('.')
  const stem = dot > 0 ? name.slice(0, dot) : name
  const suffix = dot > 0 ? name.slice(dot) : ''
  for (let number = 1; ; number++) {
    const mark = number === 1 ? '(restored)' : `(restored ${number})`
    const candidate = `${stem} ${mark}${suffix}`
    if (!parent.children.has(candidate)) return candidate
  }
}
