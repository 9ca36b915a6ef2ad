import assert from 'node:assert/strict'
import type { TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

const SHARES = '/ocs/v2.php/apps/files_sharing/api/v1/shares'
/** Permissions as Nextcloud writes them: read and update. */
const READ = 1
const EDIT = 2

const sharesOf = ({ read }: World, path: string) =>
  read(`${SHARES}?path=${encodeURIComponent(`/${path}`)}`)

export const sharing: TaskGroup = {
  title: 'Sharing',
  tasks: [
    {
      says: 'Bob may read and edit my folder "Reading circle".',
      steps: [
        {
          tool: 'nc_webdav_find_by_name',
          seeking: 'find a folder by name',
          with: () => ({ pattern: 'Reading circle' }),
        },
        {
          tool: 'nc_share_create',
          seeking: 'share a folder with somebody',
          with: ({ results }) => ({
            path: results[0].path,
            share_with: 'Bob',
            permissions: 'read, edit',
          }),
        },
      ],
      async outcome(world) {
        const [share] = await sharesOf(world, 'Projects/Reading circle')
        assert.equal(share.share_with, 'bob')
        assert.equal(share.permissions & (READ | EDIT), READ | EDIT)
      },
    },
    {
      says: 'Share the reading circle invitation with Bobby, please.',
      steps: [
        {
          tool: 'nc_webdav_find_by_name',
          seeking: 'find a file by name',
          with: () => ({ pattern: 'invitation' }),
        },
        {
          tool: 'nc_share_create',
          seeking: 'share a file with a user',
          with: ({ results }) => ({ path: results[0].path, share_with: 'Bobby' }),
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_users_search',
          with: () => ({ query: 'Bob' }),
          infers: { query: 'the shorter form of the name finds more' },
        },
        {
          tool: 'nc_share_create',
          hears: 'Yes, Bob Example.',
          with: ({ results }, _, people) => ({
            path: results[0].path,
            share_with: people.results[0].id,
          }),
        },
      ],
      async outcome(world) {
        const [share] = await sharesOf(world, 'Projects/Reading circle/Invitation.md')
        assert.equal(share.share_with, 'bob')
      },
    },
    {
      says: 'Give me a public link to Photos/Lake at dusk.png that ends on Friday, with the password "green-roof-77".',
      steps: [
        {
          tool: 'nc_share_create',
          seeking: 'share a file by a link with a password',
          with: () => ({
            path: 'Photos/Lake at dusk.png',
            share_type: 'link',
            password: 'green-roof-77',
            expire_date: '2026-10-16',
          }),
        },
      ],
      async outcome(world, made) {
        const [share] = await sharesOf(world, 'Photos/Lake at dusk.png')
        assert.equal(share.url, made.url)
        assert.match(share.expiration, /^2026-10-16/)
        assert.ok(share.share_with || share.password)
      },
    },
    {
      says: 'From now on Bob shall only be able to read our garden house folder.',
      steps: [
        {
          tool: 'nc_share_list',
          seeking: 'what do I share with whom',
          with: () => ({}),
        },
        {
          tool: 'nc_share_update',
          seeking: 'change the permissions of a share',
          with: ({ shares }) => ({
            share_id: shares.find((one: { path: string }) => one.path.endsWith('Garden house')).id,
            permissions: 'read',
          }),
        },
      ],
      async outcome(world) {
        const [share] = await sharesOf(world, 'Projects/Garden house')
        assert.equal(share.permissions, READ)
      },
    },
    {
      says: 'Save "We meet at noon" as Minutes.txt in the folder "Running club" that Bob shares with me; if that cannot be, in my Documents.',
      async given({ bob, send }) {
        await bob('nc_webdav_create_directory', { path: 'Running club' })
        await bob('nc_share_create', { path: 'Running club', share_with: 'alice' })
        await send('GET', '/index.php/apps/files')
      },
      steps: [
        {
          tool: 'nc_webdav_write_file',
          seeking: 'create a text file',
          with: () => ({ path: 'Running club/Minutes.txt', content: 'We meet at noon' }),
          fails: 'FORBIDDEN',
        },
        { tool: 'nc_webdav_list_directory', with: () => ({}) },
        {
          tool: 'nc_webdav_write_file',
          with: () => ({ path: 'Documents/Minutes.txt', content: 'We meet at noon' }),
        },
      ],
      async outcome({ file }, _, root) {
        const shared = root.files.find((one: { name: string }) => one.name === 'Running club')
        assert.equal(shared.read_only, true)
        assert.equal(await file('Documents/Minutes.txt'), 'We meet at noon')
      },
    },
  ],
}
