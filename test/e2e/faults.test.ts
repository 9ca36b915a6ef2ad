/**
 * Everything that can go wrong between here and Nextcloud, for every tool: each time a coded
 * error, never a success, never a hang, and the server goes on.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { FAULTS, type Fault } from '../support/proxy.ts'

const TIME_LIMIT_S = 0.3
const AT_ONCE = 60

/** Arguments with which each tool makes its requests; ids are filled in before the first test. */
const ARGUMENTS: Record<string, Record<string, unknown>> = {
  nc_users_get_current_user: {},
  nc_users_search: { query: 'bob' },
  nc_search_everything: { query: 'x' },
  nc_notes_search_notes: { query: 'x' },
  nc_notes_get_note: { note_id: 1 },
  nc_notes_create_note: { title: 't', content: 'c', category: '' },
  nc_notes_update_note: { note_id: 1, etag: 'e', content: 'c' },
  nc_notes_append_content: { note_id: 1, content: 'c' },
  nc_notes_get_attachment: { note_id: 1, attachment_filename: 'a.png' },
  nc_notes_delete_note: { note_id: 1 },
  nc_webdav_list_directory: { path: '' },
  nc_webdav_read_file: { path: 'fault.txt' },
  nc_webdav_write_file: { path: 'fault.txt', content: 'c', if_match: '*' },
  nc_webdav_create_directory: { path: 'new folder' },
  nc_webdav_delete_resource: { path: 'fault.txt' },
  nc_webdav_move_resource: { source_path: 'fault.txt', destination_path: 'elsewhere.txt' },
  nc_webdav_copy_resource: { source_path: 'fault.txt', destination_path: 'elsewhere.txt' },
  nc_webdav_search_files: { name_pattern: 'fault' },
  nc_webdav_find_by_name: { pattern: 'fault' },
  nc_webdav_find_by_type: { mime_type: 'text/' },
  nc_webdav_list_favorites: {},
  nc_webdav_list_comments: { path: 'fault.txt' },
  nc_webdav_create_comment: { path: 'fault.txt', message: 'm' },
  nc_webdav_list_tags: {},
  nc_webdav_change_tags: { path: 'fault.txt', remove: ['t'] },
  nc_webdav_set_favorite: { path: 'fault.txt' },
  nc_webdav_list_versions: { path: 'fault.txt' },
  nc_webdav_restore_version: { path: 'fault.txt', version: '1' },
  nc_webdav_label_version: { path: 'fault.txt', version: '1', label: 'l' },
  nc_webdav_list_trash: {},
  nc_webdav_restore_from_trash: { trash_id: 'fault.txt.d1' },
  nc_webdav_delete_from_trash: { trash_ids: ['fault.txt.d1'] },
  nc_contacts_list_addressbooks: {},
  nc_contacts_list_contacts: { addressbook: 'contacts' },
  nc_contacts_search_contacts: { query: 'x' },
  nc_contacts_get_contact: { addressbook: 'contacts', uid: 'fault' },
  nc_contacts_create_addressbook: { name: 'fault', display_name: 'Fault' },
  nc_contacts_delete_addressbook: { name: 'contacts' },
  nc_contacts_create_contact: {
    addressbook: 'contacts',
    uid: 'fault',
    contact_data: { fn: 'Fault' },
  },
  nc_contacts_update_contact: {
    addressbook: 'contacts',
    uid: 'fault',
    contact_data: { note: 'n' },
  },
  nc_contacts_delete_contact: { addressbook: 'contacts', uid: 'fault' },
  nc_calendar_list_calendars: {},
  nc_calendar_list_events: {},
  nc_calendar_get_upcoming_events: {},
  nc_calendar_get_event: { calendar_name: 'personal', event_uid: 'u' },
  nc_calendar_create_event: {
    calendar_name: 'personal',
    title: 't',
    start_datetime: '2030-01-01T10:00',
  },
  nc_calendar_create_meeting: { title: 't', date: '2030-01-01', time: '10:00' },
  nc_calendar_update_event: { calendar_name: 'personal', event_uid: 'u', title: 't' },
  nc_calendar_delete_event: { calendar_name: 'personal', event_uid: 'u' },
  nc_calendar_find_availability: { duration_minutes: 30 },
  nc_calendar_bulk_operations: { operation: 'delete', title_contains: 't' },
  nc_calendar_manage_calendar: { action: 'create', calendar_name: 'new' },
  nc_calendar_list_todos: { calendar_name: 'tasks' },
  nc_calendar_search_todos: {},
  nc_calendar_create_todo: { calendar_name: 'tasks', summary: 's' },
  nc_calendar_update_todo: { calendar_name: 'tasks', todo_uid: 'u', priority: 1 },
  nc_calendar_complete_todo: { calendar_name: 'tasks', todo_uid: 'u' },
  nc_calendar_delete_todo: { calendar_name: 'tasks', todo_uid: 'u' },
  nc_tables_list_tables: {},
  nc_tables_get_schema: { table_id: 1 },
  nc_tables_read_table: { table_id: 1 },
  nc_tables_insert_row: { table_id: 1, data: { Tool: 't' } },
  nc_tables_update_row: { row_id: 1, data: { Tool: 't' } },
  nc_tables_delete_row: { row_id: 2 },
  nc_tables_write_rows: { table_id: 1, rows: [{ data: { Tool: 't' } }] },
  nc_tables_delete_rows: { table_id: 1, row_ids: [3] },
  nc_tables_save_table: { table_id: 1, title: 't' },
  nc_tables_save_column: { table_id: 1, title: 't', type: 'number' },
  nc_tables_save_view: { table_id: 1, title: 't' },
  nc_tables_delete_item: { kind: 'table', id: 1, title: 't' },
  nc_cookbook_import_recipe: { url: 'https://recipes.example/apple-crumble' },
  nc_cookbook_list_recipes: {},
  nc_cookbook_get_recipe: { recipe_id: 1 },
  nc_cookbook_create_recipe: { name: 'Fault' },
  nc_cookbook_update_recipe: { recipe_id: 1, description: 'd' },
  // Writes to one recipe wait for each other too.
  nc_cookbook_delete_recipe: { recipe_id: 2 },
  nc_cookbook_search_recipes: { query: 'x' },
  nc_cookbook_list_categories: {},
  nc_cookbook_get_recipes_in_category: { category: 'x' },
  nc_cookbook_list_keywords: {},
  nc_cookbook_get_recipes_with_keywords: { keywords: ['x'] },
  nc_cookbook_set_config: { print_image: true },
  nc_cookbook_reindex: {},
  nc_news_list_folders: {},
  nc_news_list_feeds: {},
  nc_news_list_items: {},
  nc_news_get_item: { item_id: 1 },
  nc_news_get_starred_items: {},
  nc_news_get_unread_items: {},
  nc_news_get_feed_health: { feed_id: 1 },
  nc_news_get_status: {},
  nc_news_mark_read: { feed_id: 1 },
  nc_news_set_starred: { item_ids: [1] },
  nc_news_subscribe: { url: 'https://gardens.example/feed.xml' },
  nc_news_unsubscribe: { feed_id: 1 },
  nc_share_create: { path: 'fault.txt', share_with: 'bob' },
  nc_share_create_public_link: { path: 'fault.txt' },
  nc_share_list: {},
  nc_share_get: { share_id: 1 },
  nc_share_update: { share_id: 1, note: 'n' },
  nc_share_delete: { share_id: 1 },
  deck_get_boards: {},
  deck_get_board_overview: { board_id: 1 },
  deck_get_board: { board_id: 1 },
  deck_create_board: { title: 't', color: '000000' },
  deck_get_stacks: { board_id: 1 },
  deck_get_stack: { board_id: 1, stack_id: 1 },
  deck_get_archived_stacks: { board_id: 1 },
  deck_create_stack: { board_id: 1, title: 't', order: 1 },
  deck_update_stack: { board_id: 1, stack_id: 1, title: 't' },
  deck_delete_stack: { board_id: 1, stack_id: 1 },
  deck_get_cards: { board_id: 1, stack_id: 1 },
  deck_get_card: { board_id: 1, stack_id: 1, card_id: 1 },
  deck_create_card: { board_id: 1, stack_id: 1, title: 't' },
  deck_update_card: { board_id: 1, stack_id: 1, card_id: 1, title: 't' },
  deck_archive_card: { board_id: 1, stack_id: 1, card_id: 1 },
  deck_unarchive_card: { board_id: 1, stack_id: 1, card_id: 1 },
  deck_reorder_card: { board_id: 1, stack_id: 1, card_id: 2, order: 0, target_stack_id: 2 },
  deck_move_card_to_board: {
    source_board_id: 1,
    source_stack_id: 1,
    card_id: 3,
    target_board_id: 2,
    target_stack_id: 4,
  },
  deck_delete_card: { board_id: 1, stack_id: 1, card_id: 1 },
  deck_get_labels: { board_id: 1 },
  deck_get_label: { board_id: 1, label_id: 1 },
  deck_create_label: { board_id: 1, title: 't', color: '000000' },
  deck_update_label: { board_id: 1, label_id: 1, title: 't' },
  deck_delete_label: { board_id: 1, label_id: 2 },
  deck_assign_label_to_card: { board_id: 1, stack_id: 1, card_id: 4, label_id: 1 },
  deck_remove_label_from_card: { board_id: 1, stack_id: 1, card_id: 1, label_id: 1 },
  deck_assign_user_to_card: { board_id: 1, stack_id: 1, card_id: 1, user_id: 'bob' },
  deck_unassign_user_from_card: { board_id: 1, stack_id: 1, card_id: 1, user_id: 'bob' },
  deck_assign_dependent_card: { board_id: 1, stack_id: 1, card_id: 1, dependent_card_id: 2 },
  deck_remove_dependent_card: { board_id: 1, stack_id: 1, card_id: 1, dependent_card_id: 2 },
  deck_get_card_comments: { card_id: 1 },
  deck_create_card_comment: { card_id: 1, message: 'm' },
  deck_update_card_comment: { card_id: 1, comment_id: 1, message: 'm' },
  deck_delete_card_comment: { card_id: 1, comment_id: 1 },
  deck_attach_file: { card_id: 1, path: 'fault.txt' },
  deck_attach_note: { card_id: 1, note_id: 1 },
  deck_list_attachments: { board_id: 1, stack_id: 1, card_id: 1 },
  deck_delete_attachment: { board_id: 1, stack_id: 1, card_id: 1, attachment_id: 1 },
  talk_list_conversations: {},
  talk_get_conversation: { token: 'fault' },
  talk_get_messages: { token: 'fault' },
  talk_list_participants: { token: 'fault' },
  talk_send_message: { token: 'fault', message: 'm' },
  talk_edit_message: { token: 'fault', message_id: 1, message: 'm' },
  talk_delete_message: { token: 'fault', message_id: 1 },
  talk_mark_as_read: { token: 'fault' },
  talk_create_conversation: { room_name: 'fault' },
  talk_add_participant: { token: 'fault', participant: 'bob' },
  talk_list_reactions: { token: 'fault', message_id: 1 },
  talk_react: { token: 'fault', message_id: 1, reaction: '👍' },
  talk_remove_reaction: { token: 'fault', message_id: 1, reaction: '👍' },
  talk_get_polls: { token: 'fault' },
  talk_create_poll: { token: 'fault', question: 'q', options: ['a', 'b'] },
  talk_answer_poll: { token: 'fault', poll_id: 1, option_ids: [0] },
  nc_forms_list_forms: {},
  nc_forms_get_form: { form_id: 1 },
  nc_forms_submit: { form_id: 1, answers: {} },
  nc_polls_list_polls: {},
  nc_polls_get_poll: { poll_id: 1 },
  nc_polls_vote: { poll_id: 1, votes: { x: 'yes' } },
  nc_mail_list_accounts: {},
  nc_mail_list_mailboxes: { account_id: 1 },
  nc_mail_list_messages: { mailbox_id: 1 },
  nc_mail_get_message: { message_id: 1 },
  nc_mail_get_attachment: { message_id: 4, attachment_id: '2' },
  nc_mail_get_message_source: { message_id: 1 },
  nc_mail_send_message: { account_id: 1, to: 'bob@example.org', subject: 's', body: 'b' },
  nc_mail_save_draft: { account_id: 1, subject: 's', body: 'b' },
  nc_mail_set_flags: { message_id: 1, seen: true },
  nc_mail_create_tag: { display_name: 't' },
  nc_mail_set_tag: { message_id: 1, tag: 't' },
  nc_mail_remove_tag: { message_id: 1, tag: 't' },
  nc_mail_move_message: { message_id: 1, destination_mailbox_id: 2 },
  nc_mail_delete_message: { message_id: 1 },
  collectives_get_collectives: {},
  collectives_get_pages: { collective_id: 1 },
  collectives_get_page: { collective_id: 1, page_id: 1 },
  collectives_search_pages: { collective_id: 1, query: 'x' },
  collectives_get_tags: { collective_id: 1 },
  collectives_get_trashed_pages: { collective_id: 1 },
  collectives_get_trashed_collectives: {},
  collectives_create_collective: { name: 'fault' },
  collectives_set_collective_emoji: { collective_id: 1, emoji: '🚀' },
  collectives_trash_collective: { collective_id: 1 },
  collectives_delete_collective: { collective_id: 1 },
  collectives_restore_collective: { collective_id: 1 },
  collectives_create_page: { collective_id: 1, parent_id: 1, title: 't', content: 'c' },
  collectives_update_page: { collective_id: 1, page_id: 1, content: 'c', etag: '*' },
  // The tree of one collective is changed by one call at a time.
  collectives_move_page: { collective_id: 2, page_id: 1, index: 1 },
  collectives_trash_page: { collective_id: 1, page_id: 1 },
  collectives_restore_page: { collective_id: 1, page_id: 1 },
  collectives_set_page_emoji: { collective_id: 1, page_id: 1, emoji: '🚀' },
  collectives_create_tag: { collective_id: 1, name: 't', color: '000000' },
  collectives_assign_tag: { collective_id: 1, page_id: 1, tag_id: 1 },
  collectives_remove_tag: { collective_id: 1, page_id: 1, tag_id: 1 },
  nc_notifications_list: {},
  nc_notifications_dismiss: { notification_id: 1 },
  nc_user_status_get: {},
  nc_user_status_set: { status: 'away' },
}

/** What a caller may be told for each fault; the exact code depends on what the tool was doing. */
const CODES: Record<Fault, readonly string[]> = {
  delay: ['UNREACHABLE'],
  reset: ['UNREACHABLE'],
  truncated: ['UNREACHABLE'],
  html: ['UNREACHABLE', 'UPSTREAM_ERROR'],
  empty: ['UNREACHABLE', 'UPSTREAM_ERROR'],
  'malformed-xml': ['UNREACHABLE', 'UPSTREAM_ERROR'],
  401: ['UNAUTHORIZED'],
  403: ['FORBIDDEN'],
  404: ['NOT_FOUND'],
  409: ['CONFLICT', 'NOT_FOUND'],
  412: ['CONFLICT', 'UNREACHABLE'],
  423: ['LOCKED'],
  429: ['RATE_LIMITED'],
  500: ['UPSTREAM_ERROR'],
  503: ['UNREACHABLE'],
}

/** One for each fault: what a fault leaves behind (a refused login) must not hide the next one. */
let h: Harness
beforeEach(async () => {
  h = await startHarness({
    backend: await demoBackend(),
    environment: { NEXTCLOUD_TIMEOUT_SECONDS: String(TIME_LIMIT_S) },
  })
  await h.ok('nc_webdav_write_file', { path: 'fault.txt', content: 'a file to break' })
  // Writes to one note wait for each other: a note for each tool.
  for (const args of Object.values(ARGUMENTS)) {
    if (!('note_id' in args)) continue
    const note = await h.ok('nc_notes_create_note', { title: 'n', content: 'c', category: '' })
    args.note_id = note.id
  }
})
afterEach(() => h.close())

test('every tool is tested', () => {
  expect([...h.composition.catalog.tools.keys()].toSorted()).toEqual(
    Object.keys(ARGUMENTS).toSorted(),
  )
})

test.each(FAULTS)(
  '%s: every tool answers with a coded error in time',
  { timeout: 60_000 },
  async fault => {
    h.proxy.plan(() => fault)
    const outcomes: object[] = []
    const calls = Object.entries(ARGUMENTS)
    // Not all at once: what is measured is how long a call waits, not how long it queues.
    for (let at = 0; at < calls.length; at += AT_ONCE) {
      outcomes.push(...(await Promise.all(calls.slice(at, at + AT_ONCE).map(outcomeOf))))
    }
    async function outcomeOf([name, args]: [string, Record<string, unknown>]) {
      const started = Date.now()
      const { isError, error } = await h.call(name, args)
      const told = JSON.stringify(error)
      return {
        name,
        isError,
        code: CODES[fault].includes(error?.code ?? '') ? 'expected' : error?.code,
        // Retries of locks and rate limits have budgets of seconds, a time limit is not retried.
        inTime: Date.now() - started < (fault === 429 ? 8_000 : 4_000),
        discreet: !/127\.0\.0\.1|alice|Basic |node:|at .*\.ts/.test(told),
      }
    }
    h.proxy.plan(undefined)
    expect(outcomes).toEqual(
      Object.keys(ARGUMENTS).map(name => ({
        name,
        isError: true,
        code: 'expected',
        inTime: true,
        discreet: true,
      })),
    )
    // And the server goes on. (A refused login is not tried again for a while.)
    const { error } = await h.call('nc_webdav_write_file', { path: 'after.txt', content: 'fine' })
    expect(error?.code).toBe(fault === 401 ? 'UNAUTHORIZED' : undefined)
    expect((await h.client.listTools()).tools).toHaveLength(Object.keys(ARGUMENTS).length)
  },
)

test.each(['reset', 'truncated', 'html', 'delay'] as const)(
  '%s: a write says that its outcome is unknown, a read does not',
  async fault => {
    const single = ['nc_notes_create_note', 'nc_webdav_create_directory', 'nc_notes_get_note']
    h.proxy.plan(() => fault)
    const answers = await Promise.all(
      single.map(name =>
        h.call(name, {
          ...ARGUMENTS[name],
          ...(name.endsWith('_directory') ? { path: `f-${fault}` } : {}),
        }),
      ),
    )
    h.proxy.plan(undefined)
    expect(answers.map(({ error }) => error?.outcome_unknown === true)).toEqual([true, true, false])
  },
)
