import assert from 'node:assert/strict'
import type { TaskGroup } from './kit/task.ts'

const HOUSE = 'Projects/Garden house'

export const files: TaskGroup = {
  title: 'Files',
  tasks: [
    {
      says: 'Bring back the file "Old draft" that I deleted.',
      steps: [
        {
          tool: 'nc_webdav_list_trash',
          seeking: 'see deleted files',
          with: () => ({ path_contains: 'Old draft' }),
        },
        {
          tool: 'nc_webdav_restore_from_trash',
          seeking: 'restore a deleted file',
          with: trash => ({ trash_id: trash.results[0].trash_id }),
        },
      ],
      async outcome({ file }) {
        assert.equal(await file('Documents/Old draft.txt'), 'This did not work out.\n')
      },
    },
    {
      says: 'Rename Proposal.md to Offer.md.',
      steps: [
        {
          tool: 'nc_webdav_move_resource',
          seeking: 'rename a file',
          with: () => ({ source_path: 'Proposal.md', destination_path: 'Offer.md' }),
          fails: 'NOT_FOUND',
        },
        { tool: 'nc_webdav_find_by_name', with: () => ({ pattern: 'Proposal.md' }) },
        {
          tool: 'nc_webdav_move_resource',
          with: (_, found) => ({
            source_path: found.results[0].path,
            destination_path: found.results[0].path.replace('Proposal.md', 'Offer.md'),
          }),
        },
      ],
      async outcome({ file }) {
        assert.match(String(await file(`${HOUSE}/Offer.md`)), /^# Garden house/)
        assert.equal(await file(`${HOUSE}/Proposal.md`), undefined)
      },
    },
    {
      says: 'Add the line "September: garden" at the end of Schedule.txt in Projects/Garden house.',
      steps: [
        {
          tool: 'nc_webdav_write_file',
          seeking: 'write to a file',
          with: () => ({
            path: 'Projects/Garden house/Schedule.txt',
            content: 'September: garden',
          }),
          fails: 'CONFLICT',
        },
        {
          tool: 'nc_webdav_read_file',
          with: () => ({ path: 'Projects/Garden house/Schedule.txt' }),
        },
        {
          tool: 'nc_webdav_write_file',
          with: (_, read) => ({
            path: read.path,
            content: `${read.content}September: garden\n`,
            if_match: read.etag,
          }),
        },
      ],
      async outcome({ file }) {
        const text = await file(`${HOUSE}/Schedule.txt`)
        assert.match(String(text), /^May: permit[\s\S]+August: .*\nSeptember: garden\n$/)
      },
    },
    {
      says: 'Somebody spoilt Costs.csv of the garden house: make it again what it was before.',
      given: ({ alice }) =>
        alice('nc_webdav_write_file', {
          path: `${HOUSE}/Costs.csv`,
          content: 'oops',
          if_match: '*',
        }),
      steps: [
        {
          tool: 'nc_webdav_find_by_name',
          seeking: 'find a file by its name',
          with: () => ({ pattern: 'Costs.csv' }),
        },
        {
          tool: 'nc_webdav_list_versions',
          seeking: 'what a file was before',
          with: found => ({ path: found.results[0].path }),
        },
        {
          tool: 'nc_webdav_restore_version',
          seeking: 'restore an older version of a file',
          with: (found, { versions }) => ({
            path: found.results[0].path,
            version: versions.find((one: { is_current: boolean }) => !one.is_current).version,
          }),
        },
      ],
      async outcome({ file }) {
        assert.match(String(await file(`${HOUSE}/Costs.csv`)), /^item,amount,price\n/)
      },
    },
    {
      says: 'The garden house proposal is no longer "in review": take the tag away, and comment on it "Approved by all".',
      steps: [
        {
          tool: 'nc_webdav_search_files',
          seeking: 'search for files',
          with: () => ({ name_pattern: 'proposal' }),
        },
        {
          tool: 'nc_webdav_change_tags',
          seeking: 'remove a tag from a file',
          with: ({ results }) => ({ path: results[0].path, remove: ['in review'] }),
        },
        {
          tool: 'nc_webdav_create_comment',
          seeking: 'comment on a file',
          with: ({ results }) => ({ path: results[0].path, message: 'Approved by all' }),
        },
      ],
      async outcome({ alice }, found) {
        const path = found.results[0].path
        assert.deepEqual((await alice('nc_webdav_list_tags', { path })).tags, [])
        const [comment] = (await alice('nc_webdav_list_comments', { path })).results
        assert.equal(comment.message, 'Approved by all')
      },
    },
    {
      says: 'Move my letter to the landlord into a new folder "Archive/2026", and star it.',
      steps: [
        {
          tool: 'nc_webdav_create_directory',
          seeking: 'make a new folder',
          with: () => ({ path: 'Archive/2026' }),
          fails: 'NOT_FOUND',
        },
        {
          tool: 'nc_webdav_create_directory',
          with: () => ({ path: 'Archive/2026', parents: true }),
        },
        {
          tool: 'nc_webdav_find_by_name',
          seeking: 'find a file by its name',
          with: () => ({ pattern: 'letter to the landlord' }),
        },
        {
          tool: 'nc_webdav_move_resource',
          seeking: 'move a file to another folder',
          with: (_, __, { results: [letter] }) => ({
            source_path: letter.path,
            destination_path: `Archive/2026/${letter.name}`,
          }),
        },
        {
          tool: 'nc_webdav_set_favorite',
          seeking: 'star a file',
          with: (_, __, ___, moved) => ({ path: moved.destination_path }),
        },
      ],
      async outcome({ alice, file }) {
        const path = 'Archive/2026/Letter to the landlord.txt'
        assert.match(String(await file(path)), /^Dear Mr Brandt/)
        const { results } = await alice('nc_webdav_list_favorites', { scope: 'Archive' })
        assert.deepEqual(
          results.map((one: { path: string }) => one.path),
          [path],
        )
      },
    },
  ],
}
