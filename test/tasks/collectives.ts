import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'

const PAGES = 'Collectives/Garden house'
const named = ({ collectives }: Answer, wanted: string) =>
  collectives.find(({ name }: { name: string }) => name === wanted)

export const collectives: TaskGroup = {
  title: 'Collectives',
  tasks: [
    {
      says: 'Add "The barrel is here." to the meeting notes of our collective "Garden house".',
      steps: [
        {
          tool: 'collectives_search_pages',
          seeking: 'find a page of a collective',
          with: () => ({ collective_id: 'Garden house', query: 'meeting notes' }),
          fails: 'BAD_INPUT',
        },
        { tool: 'collectives_get_collectives', with: () => ({}) },
        {
          tool: 'collectives_search_pages',
          with: (_, listed) => ({
            collective_id: named(listed, 'Garden house').id,
            query: 'meeting notes',
          }),
        },
        {
          tool: 'collectives_get_page',
          seeking: 'read a page of a collective',
          with: (...[, , { collective_id, results }]) => ({
            collective_id,
            page_id: results[0].id,
          }),
        },
        {
          tool: 'collectives_update_page',
          seeking: 'change the text of a page',
          meanwhile: ({ send }) =>
            send(
              'PUT',
              `/remote.php/dav/files/bob/${encodeURI(PAGES)}/Meeting%20notes.md`,
              'Bob was here.\n',
              'bob',
            ),
          with: (...[, , { collective_id }, { page, content, etag }]) => ({
            collective_id,
            page_id: page.id,
            content: `${content}The barrel is here.\n`,
            etag,
          }),
          fails: 'CONFLICT',
        },
        {
          tool: 'collectives_get_page',
          with: (...[, , { collective_id }, { page }]) => ({ collective_id, page_id: page.id }),
        },
        {
          tool: 'collectives_update_page',
          with: (...[, , { collective_id }, , , { page, content, etag }]) => ({
            collective_id,
            page_id: page.id,
            content: `${content}The barrel is here.\n`,
            etag,
          }),
        },
      ],
      async outcome({ file }) {
        const text = await file(`${PAGES}/Meeting notes.md`)
        assert.equal(text, 'Bob was here.\nThe barrel is here.\n')
      },
    },
    {
      says: 'Make a page "Plants" in the collective "Garden house" and give it the tag "urgent", in FF8800.',
      steps: [
        {
          tool: 'collectives_get_collectives',
          seeking: 'which collectives am I in',
          with: () => ({}),
        },
        {
          tool: 'collectives_get_pages',
          seeking: 'list the pages of a collective',
          with: listed => ({ collective_id: named(listed, 'Garden house').id }),
        },
        {
          tool: 'collectives_create_page',
          seeking: 'add a page to a collective',
          with: (_, { collective_id, pages }) => ({
            collective_id,
            parent_id: pages.find(({ parentId }: { parentId: number }) => parentId === 0).id,
            title: 'Plants',
          }),
        },
        {
          tool: 'collectives_create_tag',
          seeking: 'create a tag for pages',
          with: (_, { collective_id }) => ({ collective_id, name: 'urgent', color: 'FF8800' }),
        },
        {
          tool: 'collectives_assign_tag',
          seeking: 'tag a page of a collective',
          with: (...[, , page, tag]) => ({
            collective_id: page.collective_id,
            page_id: page.id,
            tag_id: tag.id,
          }),
        },
      ],
      async outcome({ alice, file }, _, { collective_id }, page, tag) {
        assert.equal(await file(`${PAGES}/Plants.md`), '')
        const { pages } = await alice('collectives_get_pages', { collective_id })
        const plants = pages.find(({ id }: { id: number }) => id === page.id)
        assert.deepEqual(plants.tags, [tag.id])
      },
    },
  ],
}
