import assert from 'node:assert/strict'
import type { TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

const noteTitled = async ({ read }: World, title: string) =>
  (await read('/index.php/apps/notes/api/v1/notes')).find(
    (note: { title: string }) => note.title === title,
  )

export const notes: TaskGroup = {
  title: 'Notes',
  tasks: [
    {
      says: 'I was told about the budget in some note: find it and append "Budget so far: 1,240 €".',
      given: ({ alice }) =>
        alice('nc_notes_create_note', {
          title: 'Call with the architect',
          content: 'The budget is 1,500 € at most.',
          category: 'Work',
        }),
      steps: [
        {
          tool: 'nc_notes_search_notes',
          seeking: 'find a note by a word in it',
          with: () => ({ query: 'budget' }),
        },
        {
          tool: 'nc_notes_append_content',
          seeking: 'append text to a note',
          with: found => ({ note_id: found.results[0].id, content: 'Budget so far: 1,240 €' }),
        },
      ],
      async outcome(world) {
        const { content } = await noteTitled(world, 'Call with the architect')
        assert.match(content, /^The budget is 1,500 € at most\.[\s\S]+Budget so far: 1,240 €$/)
      },
    },
    {
      says: 'Tick off the lemons on my shopping list.',
      steps: [
        {
          tool: 'nc_notes_search_notes',
          seeking: 'find a note',
          with: () => ({ query: 'shopping list' }),
        },
        {
          tool: 'nc_notes_get_note',
          seeking: 'read a note',
          with: found => ({ note_id: found.results[0].id }),
        },
        {
          tool: 'nc_notes_update_note',
          seeking: 'change the text of a note',
          with: (_, note) => ({
            note_id: note.id,
            etag: note.etag,
            content: note.content.replace('[ ] Lemons', '[x] Lemons'),
          }),
        },
      ],
      async outcome(world) {
        const { content } = await noteTitled(world, 'Shopping list')
        assert.match(content, /\[ \] Oat milk[\s\S]+\[x\] Lemons/)
      },
    },
    {
      says: 'Move the note "Lentil soup" into the category "Kitchen".',
      steps: [
        {
          tool: 'nc_notes_update_note',
          seeking: 'change the category of a note',
          // A model's first try: the title where the id belongs, and no etag.
          with: () => ({ note_id: 'Lentil soup', category: 'Kitchen' }),
          fails: 'BAD_INPUT',
        },
        { tool: 'nc_notes_search_notes', with: () => ({ query: 'Lentil soup' }) },
        {
          tool: 'nc_notes_get_note',
          with: (_, found) => ({ note_id: found.results[0].id }),
        },
        {
          tool: 'nc_notes_update_note',
          with: (_, __, note) => ({ note_id: note.id, etag: note.etag, category: 'Kitchen' }),
        },
      ],
      async outcome(world) {
        assert.equal((await noteTitled(world, 'Lentil soup')).category, 'Kitchen')
      },
    },
  ],
}
