import type { FolderNode, StoredNode } from '../storage/tree.ts'

/** Name of the folder in every member's home, and of the page that a folder stands for. */
export const userFolder = 'Collectives'
export const indexFile = 'Readme.md'

/** What is known of a page beside its file. */
export interface PageRecord {
  lastUserId: string
  emoji: string | null
  subpageOrder: number[]
  isFullWidth: boolean
  slug: string | null
  tags: number[]
}

/** A page in the trash of its collective; with sub pages it is a folder. */
export interface TrashedPage {
  node: StoredNode
  /** Names of the folders it was in, from the collective down. */
  folder: string[]
  /** Unix seconds. */
  deleted: number
}

/** Pages that the members of a team write together. */
export interface Collective {
  id: number
  slug: string
  circleId: string
  emoji: string | null
  /** Unix seconds; null while it is not in the trash. */
  trashTimestamp: number | null
  editLevel: number
  shareLevel: number
  pageMode: number
  /** Shared by all members; not below anything itself. */
  folder: FolderNode
  /** File id to what is known of the page. */
  pages: Map<number, PageRecord>
  trash: TrashedPage[]
  tags: { id: number; name: string; color: string }[]
}

/** Everything the Collectives app keeps. */
export interface CollectivesStore {
  collectives: Map<number, Collective>
  nextId: number
  nextTagId: number
}

/** No collectives yet. */
export function createCollectives(): CollectivesStore {
  return { collectives: new Map(), nextId: 1, nextTagId: 1 }
}

/** What is known of a page nobody has said anything about. */
export function newRecord(userId: string): PageRecord {
  return {
    lastUserId: userId,
    emoji: null,
    subpageOrder: [],
    isFullWidth: false,
    slug: null,
    tags: [],
  }
}
