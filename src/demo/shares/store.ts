import { randomInt } from 'node:crypto'
import { nodeOfUser, type Storage, type StoredNode, seconds } from '../storage/tree.ts'
import { type Directory, groupsOf } from '../users.ts'

/** Kinds of shares, by Nextcloud's numbers. */
export const kind = { user: 0, group: 1, link: 3, mail: 4, remote: 6, team: 7, room: 10 } as const

/** Bits of the permissions of a share. */
export const may = { read: 1, update: 2, create: 4, delete: 8, share: 16, all: 31 } as const

/** One file or folder shared with somebody, or with whoever has its link. */
export interface Share {
  id: number
  type: number
  fileId: number
  /** In whose home the file is. */
  owner: string
  /** Who shared it: the owner, or somebody it was shared with. */
  sharer: string
  /** A user, a group or an address; undefined for a link. */
  recipient: string | undefined
  permissions: number
  /** Unix seconds. */
  created: number
  /** `2030-12-31`: it ends when that day begins. */
  expiration: string | undefined
  token: string | undefined
  password: string | undefined
  note: string
  label: string
  hideDownload: boolean
  /** As the sharing API takes and gives them. */
  attributes: string | null
  /** Recipient to the path at which they have it; `undefined` once they have removed it. */
  targets: Map<string, string | undefined>
  /** What recipients are offered as a path when they have chosen none. */
  target: string
}

/** All shares of the instance. */
export interface ShareStore {
  shares: Map<number, Share>
  nextId: number
  /** `user id:file id` of what recipients have starred; the owner's star is the file's own. */
  stars: Set<string>
}

/** No shares. */
export function createShares(): ShareStore {
  return { shares: new Map(), nextId: 1, stars: new Set() }
}

/** Where shares live: with the files, and with the people. */
export interface ShareWorld {
  shares: ShareStore
  storage: Storage
  directory: Directory
}

/** The file or folder of a share; `undefined` once it is deleted or the share has expired. */
export function sharedNode({ storage }: ShareWorld, share: Share): StoredNode | undefined {
  if (share.expiration !== undefined && Date.parse(share.expiration) <= storage.now()) {
    return undefined
  }
  return nodeOfUser(storage, share.owner, share.fileId)
}

/** The shares of a file that count, in the order in which they were made. */
export function sharesOf(world: ShareWorld, node: StoredNode): Share[] {
  if (world.shares.shares.size === 0) return []
  return [...world.shares.shares.values()].filter(
    share => share.fileId === node.id && sharedNode(world, share) !== undefined,
  )
}

/**
 * Whether a share reaches a user. Nextcloud compares ids by the letter here, though it takes any
 * case when the share is made: a share with "BOB" is one that bob never sees.
 */
export function reaches({ directory }: ShareWorld, share: Share, userId: string): boolean {
  if (share.type === kind.user) return share.recipient === userId
  if (share.type !== kind.group || share.owner === userId) return false
  return groupsOf(directory, userId).includes(share.recipient ?? '')
}

/** The link or mail share with this token, if it counts. */
export function shareByToken(world: ShareWorld, token: string): Share | undefined {
  for (const share of world.shares.shares.values()) {
    if (share.token === token) return sharedNode(world, share) && share
  }
  return undefined
}

/** What a new share needs; everything else begins empty. */
export type NewShare = Pick<Share, 'type' | 'owner' | 'recipient' | 'permissions'> & Partial<Share>

/** Shares a file. */
export function shareWith(world: ShareWorld, node: StoredNode, fields: NewShare): Share {
  const { shares, storage } = world
  const share: Share = {
    id: shares.nextId++,
    fileId: node.id,
    sharer: fields.owner,
    created: seconds(storage),
    expiration: undefined,
    token: undefined,
    password: undefined,
    note: '',
    label: '',
    hideDownload: false,
    attributes: null,
    targets: new Map(),
    target: `/${node.name}`,
    ...fields,
  }
  shares.shares.set(share.id, share)
  return share
}

/** Ends a share. */
export function removeShare({ shares }: ShareStore, share: Share): void {
  shares.delete(share.id)
}

const tokenLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A token for a link: fifteen letters and digits, none that look alike left out. */
export function newToken(): string {
  return Array.from({ length: 15 }, () => tokenLetters[randomInt(tokenLetters.length)]).join('')
}
