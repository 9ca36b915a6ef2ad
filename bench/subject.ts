/** What the measured calls work on: one note, read through MCP and straight from Nextcloud. */
import { requestBytes } from './http.ts'
import { USER } from './processes.ts'

/** A note in the Nextcloud behind the measured servers. */
export interface Subject {
  readonly nextcloud: URL
  readonly noteId: number
  /** The MCP call that reads it. */
  readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** The bare request that reads it, as bytes. */
  readonly bareRequest: Buffer
}

const HEADERS = {
  Authorization: `Basic ${btoa(`${USER.name}:${USER.password}`)}`,
  'OCS-APIRequest': 'true',
  Accept: 'application/json',
}

/** Creates notes of some paragraphs, each of other words. */
export async function createNotes(nextcloud: URL, count: number): Promise<void> {
  const notes = new URL('/index.php/apps/notes/api/v1/notes', nextcloud)
  for (let at = 0; at < count; at++) {
    const paragraph = `Paragraph of note ${at}, as people write them about work, home and garden. `
    const content = `${paragraph.repeat(10)}\n\n`.repeat(4)
    const body = JSON.stringify({ title: `To be indexed ${at}`, category: 'Bench', content })
    const headers = { ...HEADERS, 'Content-Type': 'application/json' }
    const create = () => fetch(notes, { method: 'POST', headers, body })
    // A connection that was idle for long may be closed just then.
    const response = await create().catch(create)
    if (!response.ok) throw new Error(`${notes} answered ${response.status}: cannot create notes`)
    await response.arrayBuffer()
  }
}

/** Creates the note, of about the size that people write. */
export async function createSubject(nextcloud: URL): Promise<Subject> {
  const notes = new URL('/index.php/apps/notes/api/v1/notes', nextcloud)
  const content = 'A line as one finds it in a note, sixty characters or so.\n'.repeat(25)
  const response = await fetch(notes, {
    method: 'POST',
    headers: { ...HEADERS, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Benchmark', category: '', content }),
  })
  if (!response.ok) throw new Error(`${notes} answered ${response.status}: cannot create a note`)
  const { id } = (await response.json()) as { id: number }
  return {
    nextcloud,
    noteId: id,
    call: { name: 'nc_notes_get_note', arguments: { note_id: id } },
    bareRequest: requestBytes('GET', new URL(`${notes}/${id}`), HEADERS),
  }
}
