/** A board. Times here and below are Unix seconds; 0 is never. */
export interface Board {
  id: number
  title: string
  owner: string
  color: string
  archived: boolean
  deletedAt: number
  lastModified: number
}

/** Whom a board is shared with. */
export interface Acl {
  id: number
  boardId: number
  /** 0 is a user, 1 a group. */
  type: number
  participant: string
  edit: boolean
  share: boolean
  manage: boolean
}

export interface Label {
  id: number
  boardId: number
  title: string
  color: string
  lastModified: number
}

export interface Stack {
  id: number
  boardId: number
  title: string
  order: number
  deletedAt: number
  lastModified: number
}

export interface Card {
  id: number
  stackId: number
  title: string
  description: string
  descriptionPrev: string | null
  type: string
  owner: string
  order: number
  archived: boolean
  /** Wall clock time that counts as UTC: the database keeps no offset. */
  done: string | null
  duedate: string | null
  createdAt: number
  lastModified: number
  lastEditor: string | null
  deletedAt: number
  /** Ids; one that was put on twice is there twice. */
  labels: number[]
}

/** Somebody who is to do a card. */
export interface Assignment {
  id: number
  cardId: number
  participant: string
  type: number
}

export interface CardComment {
  id: number
  cardId: number
  author: string
  message: string
  /** 0 for none. */
  parentId: number
  created: number
}

/** A file that the Deck app keeps itself. */
export interface DeckFile {
  id: number
  cardId: number
  name: string
  content: Buffer
  createdBy: string
  createdAt: number
  deletedAt: number
}

/** A file of a user that is shared with a card. */
export interface CardShare {
  id: number
  cardId: number
  fileId: number
  sharedBy: string
  permissions: number
  created: number
}

/** All of one kind, by id. */
export interface Table<T> {
  rows: Map<number, T>
  nextId: number
}

/** Everything of the Deck app. */
export interface DeckStore {
  boards: Table<Board>
  acls: Table<Acl>
  labels: Table<Label>
  stacks: Table<Stack>
  cards: Table<Card>
  assignments: Table<Assignment>
  comments: Table<CardComment>
  files: Table<DeckFile>
  shares: Table<CardShare>
  /** Who has opened Deck before, and so has a first board. */
  known: Set<string>
}

/** An empty store. */
export function createDeck(): DeckStore {
  const table = <T>(): Table<T> => ({ rows: new Map(), nextId: 1 })
  return {
    boards: table(),
    acls: table(),
    labels: table(),
    stacks: table(),
    cards: table(),
    assignments: table(),
    // Numbered with those on files, of which there are more.
    comments: { rows: new Map(), nextId: 1_000_001 },
    files: table(),
    shares: table(),
    known: new Set(),
  }
}

/** Adds a row under the next id. */
export function insert<T extends { id: number }>(table: Table<T>, row: Omit<T, 'id'>): T {
  const added = { ...row, id: table.nextId++ } as T
  table.rows.set(added.id, added)
  return added
}

/** The rows that a condition holds for, oldest first. */
export function select<T>(table: Table<T>, where: (row: T) => boolean): T[] {
  return [...table.rows.values()].filter(where)
}
