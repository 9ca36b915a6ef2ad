/** The users of a run, and what they have in Nextcloud: every piece of it names its owner. */
import { userIdOf } from './answer.ts'

/** A user with the ids of what is theirs. */
export interface LoadUser {
  readonly id: string
  readonly password: string
  /** As a reverse proxy tells it: each user comes from a place of their own. */
  readonly address: string
  readonly noteIds: readonly number[]
  readonly board: { readonly id: number; readonly stackId: number }
  readonly tableId: number
}

/** How many of each a user begins with. */
export const BEGINS_WITH = 5
/** The folder of the files, which are named `<user>-<number>.txt`. */
export const FOLDER = 'Load'

const ADMIN = { id: 'admin', password: 'admin-demo' }
const AT_ONCE = 8
const DAY_MS = 86_400_000

type Send = (method: string, path: string, body?: string | object, type?: string) => Promise<number>

/**
 * Adds users to a demo Nextcloud, not through the measured server, so that what they have is known
 * independently of it.
 * @throws Error when Nextcloud refuses, as one whose administrator is not that of the demo does
 */
export async function createPeople(nextcloud: URL, count: number): Promise<LoadUser[]> {
  const run = Date.now().toString(36)
  const people: LoadUser[] = []
  let next = 0
  const work = async () => {
    while (next < count) {
      const index = next++
      people[index] = await createUser(nextcloud, userIdOf(run, index), index)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return people
}

/** Deletes them with all they have. */
export async function removePeople(nextcloud: URL, people: readonly LoadUser[]): Promise<void> {
  const send = senderFor(nextcloud, ADMIN)
  for (const { id } of people) await send('DELETE', `/ocs/v2.php/cloud/users/${id}`)
}

async function createUser(nextcloud: URL, id: string, index: number): Promise<LoadUser> {
  const password = `${id}-password`
  const admin = senderFor(nextcloud, ADMIN)
  await admin('POST', '/ocs/v2.php/cloud/users', { userid: id, password, displayName: id })
  const send = senderFor(nextcloud, { id, password })
  await send('MKCOL', `/remote.php/dav/files/${id}/${FOLDER}`)
  const noteIds: number[] = []
  for (let at = 0; at < BEGINS_WITH; at++) {
    noteIds.push(await send('POST', '/index.php/apps/notes/api/v1/notes', noteOf(id, at)))
    const file = `/remote.php/dav/files/${id}/${FOLDER}/${id}-${at}.txt`
    await send('PUT', file, `File ${at} of ${id}\n`.repeat(40), 'text/plain')
    const event = `/remote.php/dav/calendars/${id}/personal/${id}-${at}.ics`
    await send('PUT', event, eventOf(id, at), 'text/calendar')
    const card = `/remote.php/dav/addressbooks/users/${id}/contacts/${id}-${at}.vcf`
    await send('PUT', card, contactOf(id, at), 'text/vcard')
  }
  const board = await createBoard(send, id)
  const tableId = await createTable(send, id)
  const address = `198.18.${index >> 8}.${index & 255}`
  return { id, password, address, noteIds, board, tableId }
}

function noteOf(id: string, at: number): object {
  const content = `Plans of ${id}, number ${at}: what people write about work and home.\n`.repeat(
    12,
  )
  return { title: `Note ${at} of ${id}`, category: '', content }
}

function eventOf(id: string, at: number): string {
  const time = (hours: number) =>
    new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + (at + 1) * DAY_MS + hours * 3_600_000)
      .toISOString()
      .replace(/[-:]|\.\d+/g, '')
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//nextcloud-mcp-server//bench//EN',
    'BEGIN:VEVENT',
    `UID:${id}-${at}`,
    `DTSTAMP:${time(0)}`,
    `DTSTART:${time(9)}`,
    `DTEND:${time(10)}`,
    `SUMMARY:Meeting ${at} of ${id}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return `${lines.join('\r\n')}\r\n`
}

function contactOf(id: string, at: number): string {
  const name = `Friend ${at} of ${id}`
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', `UID:${id}-${at}`, `FN:${name}`, `N:${name};;;;`]
  return `${[...lines, 'END:VCARD'].join('\r\n')}\r\n`
}

async function createBoard(send: Send, id: string): Promise<LoadUser['board']> {
  const boards = '/index.php/apps/deck/api/v1.0/boards'
  const boardId = await send('POST', boards, { title: `Board of ${id}`, color: '0082c9' })
  const stacks = `${boards}/${boardId}/stacks`
  const stackId = await send('POST', stacks, { title: `To do of ${id}`, order: 0 })
  for (let at = 0; at < BEGINS_WITH; at++) {
    const card = { title: `Card ${at} of ${id}`, type: 'plain', order: at }
    await send('POST', `${stacks}/${stackId}/cards`, card)
  }
  return { id: boardId, stackId }
}

async function createTable(send: Send, id: string): Promise<number> {
  const tables = '/index.php/apps/tables/api/1/tables'
  const tableId = await send('POST', tables, { title: `Table of ${id}` })
  const column = { title: 'Name', type: 'text', subtype: 'line', mandatory: false }
  const columnId = await send('POST', `${tables}/${tableId}/columns`, column)
  for (let at = 0; at < BEGINS_WITH; at++) {
    const data = { [columnId]: `Row ${at} of ${id}` }
    await send('POST', `${tables}/${tableId}/rows`, { data })
  }
  return tableId
}

/** Sends requests as a user, and resolves with the id of what was made, 0 where there is none. */
function senderFor(nextcloud: URL, user: { readonly id: string; readonly password: string }): Send {
  const headers = {
    Authorization: `Basic ${btoa(`${user.id}:${user.password}`)}`,
    'OCS-APIRequest': 'true',
    Accept: 'application/json',
  }
  return async (method, path, body, type = 'application/json') => {
    const response = await fetch(new URL(path, nextcloud), {
      method,
      headers: body === undefined ? headers : { ...headers, 'Content-Type': type },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 200)}`)
    const made: unknown = text.startsWith('{') ? JSON.parse(text) : undefined
    return typeof made === 'object' && made !== null && 'id' in made ? Number(made.id) : 0
  }
}
