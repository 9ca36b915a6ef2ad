import { homeOf } from '../storage/changes.ts'
import { isWithin, namesOf, nodeAt, nodeOfUser, type StoredNode } from '../storage/tree.ts'
import {
  kind,
  may,
  reaches,
  removeShare,
  type Share,
  type ShareWorld,
  sharedNode,
} from './store.ts'

/** Something of somebody else as it appears in a user's files. */
export interface Mount {
  /** Where: names from the user's home down. */
  names: readonly string[]
  node: StoredNode
  owner: string
  /** What any of the shares allows. */
  permissions: number
  shares: Share[]
}

/** A file or folder as one user has it; without mount it is the user's own. */
export interface View {
  node: StoredNode
  names: readonly string[]
  mount: Mount | undefined
}

const none: readonly Mount[] = []

/** What others have shared with a user; one mount for each file, however many shares there are. */
export function mountsOf(world: ShareWorld, userId: string): readonly Mount[] {
  if (world.shares.shares.size === 0) return none
  const mounts = new Map<number, Mount>()
  for (const share of world.shares.shares.values()) {
    if (!reaches(world, share, userId)) continue
    const target = share.targets.has(userId) ? share.targets.get(userId) : share.target
    const node = sharedNode(world, share)
    if (target === undefined || node === undefined) continue
    const known = mounts.get(node.id)
    if (known === undefined) {
      mounts.set(node.id, {
        names: target.split('/').filter(Boolean),
        node,
        owner: share.owner,
        permissions: share.permissions,
        shares: [share],
      })
    } else {
      known.permissions |= share.permissions
      known.shares.push(share)
    }
  }
  return mounts.size === 0 ? none : [...mounts.values()]
}

/** The mount that a path from the home is in. */
export function mountAt(
  world: ShareWorld,
  userId: string,
  names: readonly string[],
): Mount | undefined {
  return mountsOf(world, userId).find(mount =>
    mount.names.every((name, index) => names[index] === name),
  )
}

/** What a user has at a path from the home. */
export function viewAt(
  world: ShareWorld,
  userId: string,
  names: readonly string[],
): View | undefined {
  const mount = mountAt(world, userId, names)
  const node =
    mount === undefined
      ? nodeAt(homeOf(world.storage, userId), names)
      : names.length === mount.names.length
        ? mount.node
        : mount.node.kind === 'folder'
          ? nodeAt(mount.node, names.slice(mount.names.length))
          : undefined
  return node && { node, names, mount }
}

/** How a user sees a file, in the own files or in what others share; `undefined`: not at all. */
export function viewOf(world: ShareWorld, userId: string, node: StoredNode): View | undefined {
  if (nodeOfUser(world.storage, userId, node.id) !== undefined) {
    return { node, names: namesOf(node), mount: undefined }
  }
  for (const mount of mountsOf(world, userId)) {
    const inside =
      node === mount.node || (mount.node.kind === 'folder' && isWithin(node, mount.node))
    if (!inside) continue
    const below = namesOf(node).slice(namesOf(mount.node).length)
    return { node, names: [...mount.names, ...below], mount }
  }
  return undefined
}

/** The file with this id, if the user can see it. */
export function visibleNode(world: ShareWorld, userId: string, id: number): StoredNode | undefined {
  const node = world.storage.byId.get(id)
  return node !== undefined && viewOf(world, userId, node) !== undefined ? node : undefined
}

/** What the user may do with the file itself; of a mount everybody may rename it and let it go. */
export function rightsOf({ node, mount }: View): number {
  if (mount === undefined) return node.kind === 'folder' ? may.all : may.all & ~may.create
  return node === mount.node ? mount.permissions | may.delete : mount.permissions
}

/** A path in the user's home at which nothing is yet, for something to appear there. */
export function freeTarget(world: ShareWorld, userId: string, name: string): string {
  const dot = name.lastIndexOf('.')
  const [stem, suffix] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${stem} (${number})${suffix}`
    if (viewAt(world, userId, [candidate]) === undefined) return `/${candidate}`
  }
}

/** Takes something out of a user's files: the user's own share ends, a group's goes on for others. */
export function leaveMount(world: ShareWorld, userId: string, { shares }: Mount): void {
  for (const share of shares) leaveShare(world, userId, share)
}

/** As `leaveMount`, for one share. */
export function leaveShare({ shares }: ShareWorld, userId: string, share: Share): void {
  if (share.type === kind.user) removeShare(shares, share)
  else share.targets.set(userId, undefined)
}

/** Puts something shared elsewhere in a user's own files; nobody else notices. */
export function moveMount(userId: string, { shares }: Mount, names: readonly string[]): void {
  for (const share of shares) share.targets.set(userId, `/${names.join('/')}`)
}
