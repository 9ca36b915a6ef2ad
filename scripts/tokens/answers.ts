/** What typical answers cost: given by the server itself, from a demo with its samples. */

import { demoBackend } from '../../test/support/backend.ts'
import { type Harness, startHarness } from '../../test/support/harness.ts'
import { NOW, stopClock } from '../../test/tasks/kit/clock.ts'
import { tokensOf } from './count.ts'

/** A measured answer. */
export interface MeasuredAnswer {
  /** In words for people; unique. */
  readonly name: string
  readonly tool: string
  readonly tokens: number
}

interface Typical {
  readonly name: string
  readonly tool: string
  readonly args: object
}

/** What the token of a conversation looks like; it is drawn by lot. */
const TALK_TOKEN = 'x7k2m9qa'

/** Asks for each of them once, on a day and at an address that are always the same. */
export async function typicalAnswers(): Promise<MeasuredAnswer[]> {
  const startClock = stopClock()
  const h = await startHarness({
    backend: await demoBackend(),
    environment: { NEXTCLOUD_PUBLIC_URL: 'https://cloud.example.org', MCP_COMPACT: 'true' },
  })
  const answers: MeasuredAnswer[] = []
  try {
    const asked = await typical(h)
    const token = (await run(h, 'talk_list_conversations', {})).data.results[0].token
    for (const { name, tool, args } of asked) {
      const { data } = await run(h, tool, args)
      answers.push({ name, tool, tokens: tokensOf(data, token, TALK_TOKEN) })
    }
  } finally {
    await h.close()
    startClock()
  }
  return answers
}

const run = (h: Harness, name: string, args: object) =>
  name === 'nc_find_tools'
    ? h.call(name, { ...args })
    : h.call('nc_run_tool', { name, arguments: args })

/** What is asked for, after there is enough to answer with. */
async function typical(h: Harness): Promise<Typical[]> {
  const ok = async (tool: string, args: object = {}) => {
    const { data, error } = await run(h, tool, args)
    if (error !== undefined) throw new Error(`${tool}: ${JSON.stringify(error)}`)
    return data
  }
  await fillFolder(ok)
  await fillTable(ok)
  const note = (await ok('nc_notes_search_notes', { query: 'team meeting' })).results[0]
  const table = (await ok('nc_tables_list_tables')).tables[0]
  const board = (await ok('deck_get_boards')).boards.at(-1)
  const boxes = (await ok('nc_mail_list_mailboxes', { account_id: 1 })).results
  const builds = boxes.find((box: { name: string }) => box.name === 'Builds')
  const room = (await ok('talk_list_conversations')).results[0]
  const recipe = (await ok('nc_cookbook_search_recipes', { query: 'soup' })).recipes[0]
  const monday = '2026-10-12'
  const dentist = { calendar_name: 'personal', event_uid: 'dentist@example.org' }
  return [
    asked('20 notes of a list', 'nc_notes_search_notes', { query: '', limit: 20 }),
    asked('one note', 'nc_notes_get_note', { note_id: note.id }),
    asked('50 files of a folder', 'nc_webdav_list_directory', { path: 'Fifty' }),
    asked('a small text file', 'nc_webdav_read_file', { path: 'Documents/Welcome.md' }),
    asked('a week of events', 'nc_calendar_list_events', {
      start_date: monday,
      end_date: '2026-10-18',
    }),
    asked('one event', 'nc_calendar_get_event', dentist),
    asked('the tasks of a list', 'nc_calendar_list_todos', { calendar_name: 'tasks' }),
    asked('three contacts', 'nc_contacts_list_contacts', { addressbook: 'contacts' }),
    asked('a board at once', 'deck_get_board_overview', { board_id: board.id }),
    asked('the stacks of a board', 'deck_get_stacks', { board_id: board.id }),
    asked('a board with its people', 'deck_get_board', { board_id: board.id }),
    asked('50 rows of a table', 'nc_tables_read_table', { table_id: table.id, limit: 50 }),
    asked('20 mails of a mailbox', 'nc_mail_list_messages', { mailbox_id: builds.databaseId }),
    asked('the latest of a chat', 'talk_get_messages', { token: room.token }),
    asked('the conversations', 'talk_list_conversations', {}),
    asked('a recipe', 'nc_cookbook_get_recipe', { recipe_id: recipe.recipe_id }),
    asked('unread news', 'nc_news_get_unread_items', {}),
    asked('a search in everything', 'nc_search_everything', { query: 'garden' }),
    asked('five tools found', 'nc_find_tools', { query: 'move a card to another board' }),
    asked('an error', 'nc_notes_get_note', { note_id: 'Shopping list' }),
  ]
}

function asked(name: string, tool: string, args: object): Typical {
  return { name, tool, args }
}

type Call = (tool: string, args?: object) => Promise<{ [key: string]: { id: number }[] }>

/** Fifty files, and as many notes as make a page. */
async function fillFolder(ok: Call): Promise<void> {
  await ok('nc_webdav_create_directory', { path: 'Fifty' })
  for (let number = 1; number <= 50; number++) {
    const path = `Fifty/Minutes of meeting ${number}.md`
    await ok('nc_webdav_write_file', { path, content: `# Meeting ${number}\n` })
  }
  for (let number = 1; number <= 15; number++) {
    const content = `What was said on day ${number} of ${NOW.getFullYear()} about the garden house.`
    await ok('nc_notes_create_note', { title: `Day ${number}`, content, category: 'Diary' })
  }
}

/** A table with three rows has fifty. */
async function fillTable(ok: Call): Promise<void> {
  const [table] = (await ok('nc_tables_list_tables')).tables ?? []
  const rows = Array.from({ length: 47 }, (_, at) => ({
    data: { Tool: `Clamp ${at + 1}`, Kind: 'Workshop', Quantity: at + 1 },
  }))
  await ok('nc_tables_write_rows', { table_id: table?.id, rows })
}
