import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'

export const across: TaskGroup = {
  title: 'Across apps',
  tasks: [
    {
      says: 'What did I write about Norway? Add "Book the ferry" to my tasks for it, due tomorrow.',
      steps: [
        {
          tool: 'nc_search_everything',
          seeking: 'search everywhere',
          with: () => ({ query: 'Norway' }),
        },
        {
          tool: 'nc_calendar_list_calendars',
          seeking: 'my calendars and task lists',
          with: () => ({}),
        },
        {
          tool: 'nc_calendar_create_todo',
          seeking: 'create a task',
          with: (_, { calendars }) => ({
            calendar_name: calendars.find((one: Answer) => one.display_name === 'Tasks').name,
            summary: 'Book the ferry',
            due: '2026-10-15',
          }),
        },
      ],
      async outcome({ read }, found) {
        const providers = found.results.map(({ provider }: { provider: string }) => provider)
        assert.ok(providers.includes('notes'), providers.join())
        const text = await read('/remote.php/dav/calendars/alice/tasks?export')
        assert.match(text, /SUMMARY:Book the ferry/)
        assert.match(text, /DUE;VALUE=DATE:20261015/)
      },
    },
    {
      says: 'Put the ingredients of the lentil soup on my shopping list.',
      steps: [
        {
          tool: 'nc_cookbook_search_recipes',
          seeking: 'find a recipe',
          with: () => ({ query: 'lentil soup' }),
        },
        {
          tool: 'nc_cookbook_get_recipe',
          seeking: 'the ingredients of a recipe',
          with: ({ recipes }) => ({ recipe_id: recipes[0].recipe_id }),
        },
        {
          tool: 'nc_notes_search_notes',
          seeking: 'find a note',
          with: () => ({ query: 'shopping list' }),
        },
        {
          tool: 'nc_notes_append_content',
          seeking: 'add lines to a note',
          with: (...[, recipe, notes]) => ({
            note_id: notes.results[0].id,
            content: recipe.recipeIngredient.map((one: string) => `- [ ] ${one}`).join('\n'),
          }),
        },
      ],
      async outcome({ read }) {
        const notes = await read('/index.php/apps/notes/api/v1/notes')
        const list = notes.find(({ title }: { title: string }) => title === 'Shopping list')
        assert.match(list.content, /- \[ \] 250 g red lentils\n[\s\S]*- \[ \] 1 lemon$/)
      },
    },
    {
      says: 'What is new for me? Dismiss it, and set my status to away, "At the dentist".',
      given: ({ send }) =>
        send(
          'POST',
          '/ocs/v2.php/apps/notifications/api/v3/admin_notifications/alice',
          { subject: 'Maintenance on Sunday' },
          'admin',
        ),
      steps: [
        { tool: 'nc_notifications_list', seeking: 'my notifications', with: () => ({}) },
        {
          tool: 'nc_notifications_dismiss',
          seeking: 'dismiss a notification',
          with: ({ notifications }) =>
            notifications.map(({ id }: { id: number }) => ({ notification_id: id })),
        },
        {
          tool: 'nc_user_status_set',
          seeking: 'set my status',
          with: () => ({ status: 'away', message: 'At the dentist' }),
        },
      ],
      async outcome({ read }) {
        assert.deepEqual(await read('/ocs/v2.php/apps/notifications/api/v2/notifications'), [])
        const status = await read('/ocs/v2.php/apps/user_status/api/v1/user_status')
        assert.deepEqual([status.status, status.message], ['away', 'At the dentist'])
      },
    },
    {
      says: 'Is Bobby at his desk?',
      steps: [
        {
          tool: 'nc_user_status_get',
          seeking: 'the status of somebody',
          with: () => ({ user_id: 'Bobby' }),
          fails: 'NOT_FOUND',
        },
        {
          tool: 'nc_users_search',
          with: () => ({ query: 'Bob' }),
          infers: { query: 'the shorter form of the name finds more' },
        },
        {
          tool: 'nc_user_status_get',
          with: (_, { results }) => ({ user_id: results[0].id }),
        },
      ],
      outcome(_, __, ___, status) {
        assert.deepEqual([status.user_id, status.message], ['bob', 'In the garden'])
      },
    },
    {
      says: 'Mail the garden house costs to Jane Doe, with the subject "Costs" and the text "As agreed".',
      steps: [
        {
          tool: 'nc_contacts_search_contacts',
          seeking: 'the mail address of a contact',
          with: () => ({ query: 'Jane Doe' }),
        },
        {
          tool: 'nc_webdav_find_by_name',
          seeking: 'find files by name',
          with: () => ({ pattern: 'costs' }),
        },
        {
          tool: 'nc_mail_send_message',
          seeking: 'send a mail with a file',
          with: ({ contacts: [jane] }, { results }) => ({
            to: jane.emails[0].value,
            subject: 'Costs',
            body: 'As agreed',
            attachments: [results[0].path],
          }),
        },
      ],
      outcome(_, __, ___, sent) {
        assert.deepEqual([sent.recipients, sent.attachments], [1, 1])
      },
    },
  ],
}
