/**
 * What people do: mostly looking things up, some writing. What a user adds is deleted again once
 * there are a few, so that after an hour there is as much to read as after a minute.
 */
import { randomUUID } from 'node:crypto'
import { BEGINS_WITH, FOLDER, type LoadUser } from './people.ts'
import type { Random } from './random.ts'

type Arguments = Readonly<Record<string, unknown>>
type Result = Readonly<Record<string, unknown>>

/** One call of a tool. */
export interface Call {
  readonly tool: string
  readonly arguments: Arguments
  /** Whether a right answer names the user. */
  readonly showsOwner: boolean
  /** Takes note of what came of it; not called when it failed. */
  readonly done?: (result: Result) => void
}

/** What a user is going to do, one call after the other. */
export interface Habits {
  next(random: Random): Call
}

interface Choice {
  readonly weight: number
  readonly call: () => Call
}

/** Things of one kind that a user has added and nobody is working on. */
type Kept<T> = T[]

/** A user keeps this many things of each kind. */
const KEEPS = 3

/** The habits of a user. @param writes share of calls that write, from 0 to 1 */
export function habitsOf(user: LoadUser, writes: number): Habits {
  const reads = readsOf(user)
  const changes = writesOf(user)
  return {
    next: random => random.weighted(random.next() < writes ? changes : reads).call(),
  }
}

function readsOf(user: LoadUser): Choice[] {
  const { id, noteIds, board, tableId } = user
  let turn = 0
  const at = () => turn++ % BEGINS_WITH
  const read = (weight: number, tool: string, args: () => Arguments): Choice => ({
    weight,
    call: () => ({ tool, arguments: args(), showsOwner: true }),
  })
  return [
    read(20, 'nc_notes_get_note', () => ({ note_id: noteIds[at()] })),
    read(15, 'nc_notes_search_notes', () => ({ query: 'plans' })),
    read(12, 'nc_webdav_list_directory', () => ({ path: FOLDER })),
    read(12, 'nc_webdav_read_file', () => ({ path: `${FOLDER}/${id}-${at()}.txt` })),
    read(15, 'nc_calendar_list_events', () => ({ calendar_name: 'personal' })),
    read(8, 'nc_contacts_search_contacts', () => ({ query: 'Friend' })),
    read(8, 'deck_get_board_overview', () => ({ board_id: board.id })),
    read(10, 'nc_tables_read_table', () => ({ table_id: tableId })),
  ]
}

function writesOf(user: LoadUser): Choice[] {
  const notes: Kept<number> = []
  return [
    { weight: 25, call: () => noteAppended(user, notes) },
    { weight: 15, call: () => noteAddedOrDeleted(user, notes) },
    { weight: 15, call: fileWriter(user) },
    { weight: 15, call: eventAdder(user) },
    { weight: 8, call: contactAdder(user) },
    { weight: 12, call: cardAdder(user) },
    { weight: 10, call: rowAdder(user) },
  ]
}

function noteAppended(user: LoadUser, notes: Kept<number>): Call {
  // Out of the list meanwhile: what is being written to must not be deleted.
  const note = notes.pop()
  if (note === undefined) return noteAdded(user, notes)
  return {
    tool: 'nc_notes_append_content',
    arguments: { note_id: note, content: `One more line of ${user.id}.` },
    showsOwner: true,
    done: () => notes.push(note),
  }
}

function noteAddedOrDeleted(user: LoadUser, notes: Kept<number>): Call {
  const oldest = notes.length < KEEPS ? undefined : notes.shift()
  if (oldest === undefined) return noteAdded(user, notes)
  return { tool: 'nc_notes_delete_note', arguments: { note_id: oldest }, showsOwner: false }
}

function noteAdded({ id }: LoadUser, notes: Kept<number>): Call {
  return {
    tool: 'nc_notes_create_note',
    arguments: { title: `Thought of ${id}`, content: `A thought of ${id}.`, category: '' },
    showsOwner: true,
    done: result => notes.push(numberIn(result, 'id')),
  }
}

/** Files are written over in turn, each by one call at a time. */
function fileWriter({ id }: LoadUser): () => Call {
  const free: Kept<number> = Array.from({ length: BEGINS_WITH }, (_, at) => at)
  let version = 0
  return () => {
    const file = free.shift() ?? 0
    return {
      tool: 'nc_webdav_write_file',
      arguments: {
        path: `${FOLDER}/${id}-${file}.txt`,
        content: `Version ${++version} of a file of ${id}\n`.repeat(30),
        if_match: '*',
      },
      showsOwner: true,
      done: () => free.push(file),
    }
  }
}

function eventAdder({ id }: LoadUser): () => Call {
  return addOrDelete<string>(
    added => ({
      tool: 'nc_calendar_create_event',
      arguments: {
        calendar_name: 'personal',
        title: `Date of ${id}`,
        start_datetime: new Date(Date.now() + 86_400_000).toISOString(),
      },
      showsOwner: true,
      done: result => added(textIn(result, 'uid')),
    }),
    uid => ({
      tool: 'nc_calendar_delete_event',
      arguments: { calendar_name: 'personal', event_uid: uid },
    }),
  )
}

function contactAdder({ id }: LoadUser): () => Call {
  let count = 0
  return addOrDelete<string>(
    added => {
      const uid = randomUUID()
      const contact_data = { fn: `Acquaintance ${++count} of ${id}` }
      return {
        tool: 'nc_contacts_create_contact',
        arguments: { addressbook: 'contacts', uid, contact_data },
        showsOwner: true,
        done: () => added(uid),
      }
    },
    uid => ({
      tool: 'nc_contacts_delete_contact',
      arguments: { addressbook: 'contacts', uid },
    }),
  )
}

function cardAdder({ id, board }: LoadUser): () => Call {
  const place = { board_id: board.id, stack_id: board.stackId }
  return addOrDelete<number>(
    added => ({
      tool: 'deck_create_card',
      arguments: { ...place, title: `Task of ${id}` },
      showsOwner: true,
      done: result => added(numberIn(result, 'id')),
    }),
    card => ({ tool: 'deck_delete_card', arguments: { ...place, card_id: card } }),
  )
}

function rowAdder({ id, tableId }: LoadUser): () => Call {
  return addOrDelete<number>(
    added => ({
      tool: 'nc_tables_insert_row',
      arguments: { table_id: tableId, data: { Name: `Entry of ${id}` } },
      showsOwner: true,
      done: result => added(numberIn(result, 'id')),
    }),
    row => ({ tool: 'nc_tables_delete_row', arguments: { row_id: row } }),
  )
}

/** Adds a thing, or deletes the oldest where the user has enough of them. */
function addOrDelete<T>(
  add: (added: (thing: T) => void) => Call,
  remove: (thing: T) => Pick<Call, 'tool' | 'arguments'>,
): () => Call {
  const kept: Kept<T> = []
  return () => {
    const oldest = kept.length < KEEPS ? undefined : kept.shift()
    if (oldest !== undefined) return { ...remove(oldest), showsOwner: false }
    return add(thing => kept.push(thing))
  }
}

function numberIn(result: Result, key: string): number {
  const value = result[key]
  if (typeof value !== 'number') throw new TypeError(`the answer has no ${key}`)
  return value
}

function textIn(result: Result, key: string): string {
  const value = result[key]
  if (typeof value !== 'string') throw new TypeError(`the answer has no ${key}`)
  return value
}
