import { addComment } from '../dav/comment-store.ts'
import { addTag, assignTag } from '../dav/tag-store.ts'
import { readFeed } from '../news/feed.ts'
import { addFeed, addFolder } from '../news/store.ts'
import { createNote } from '../notes/notes.ts'
import { gradientPng } from '../png.ts'
import { kind, may, shareWith } from '../shares/store.ts'
import type { State } from '../state.ts'
import { ensureFolder, homeOf, setFavorite, writeFile } from '../storage/changes.ts'
import { moveToTrash } from '../storage/trash.ts'
import type { FileNode } from '../storage/tree.ts'
import {
  aliceContacts,
  aliceEvents,
  aliceTasks,
  bobContacts,
  bobEvents,
  bobTasks,
} from './agenda.ts'
import { fillBoard } from './board.ts'
import {
  aliceFiles,
  aliceNotes,
  bobFiles,
  bobNotes,
  type SampleFile,
  type SampleNote,
} from './content.ts'
import { fillConversations } from './conversations.ts'
import { fillMail } from './mail.ts'
import { sampleFeed } from './pages.ts'
import { fillAgenda } from './personal.ts'
import { aliceRecipes, bobRecipes, type SampleRecipe } from './recipes.ts'
import { fillTables } from './tables.ts'
import { fillTeam } from './team.ts'

const hour = 3600

/** Gives the users called alice and bob, as far as there are such, something to work with. */
export function fillWithSamples(state: State): void {
  const { accounts } = state.directory
  if (accounts.has('alice') && accounts.has('bob')) fillConversations(state)
  fillMail(state)
  if (accounts.has('alice')) fillAlice(state)
  fillTables(state)
  if (accounts.has('bob')) {
    addNotes(state, 'bob', bobNotes)
    for (const recipe of bobRecipes) addRecipe(state, 'bob', recipe)
    for (const file of bobFiles) addFile(state, 'bob', file)
    fillAgenda(state, 'bob', { events: bobEvents, tasks: bobTasks, contacts: bobContacts })
  }
  if (accounts.has('alice') && accounts.has('bob')) fillTeam(state)
}

function fillAlice(state: State): void {
  const { storage, tags, comments, trash } = state
  addNotes(state, 'alice', aliceNotes)
  for (const file of aliceFiles) addFile(state, 'alice', file)
  for (const recipe of aliceRecipes) addRecipe(state, 'alice', recipe)
  addSampleFeed(state, 'alice')
  const photo = gradientPng(96, 64, [120, 180, 235], [250, 215, 150])
  addFile(state, 'alice', { path: 'Photos/Lake at dusk.png', content: photo })

  const proposal = addFile(state, 'alice', {
    path: 'Projects/Garden house/Proposal.md',
    content: '# Garden house\n\nTwo rooms, a green roof, rain water for the beds.\n',
    favorite: true,
  })
  const tag = addTag(tags, 'in review')
  if (tag !== undefined) assignTag(tags, proposal.id, tag.id)
  const written = storage.now() - hour * 1000
  addComment(comments, proposal.id, 'alice', '@bob could you check the numbers?', written)

  if (state.directory.accounts.has('bob') && proposal.parent !== undefined) {
    const permissions = may.all & ~may.share
    shareWith(state, proposal.parent, {
      owner: 'alice',
      type: kind.user,
      recipient: 'bob',
      permissions,
    })
  }

  const draft = addFile(state, 'alice', {
    path: 'Documents/Old draft.txt',
    content: 'This did not work out.\n',
  })
  moveToTrash(storage, trash, 'alice', draft)
  fillBoard(state)
  fillAgenda(state, 'alice', {
    events: aliceEvents,
    tasks: aliceTasks,
    contacts: aliceContacts,
  })
}

function addNotes(state: State, userId: string, notes: readonly SampleNote[]): void {
  const now = Math.floor(state.storage.now() / 1000)
  for (const [index, note] of notes.entries()) {
    // Spread over the past days, the first one written last.
    createNote(state, userId, { ...note, modified: now - (index + 1) * 7 * hour })
  }
}

function addSampleFeed({ news, storage }: State, userId: string): void {
  const content = readFeed(sampleFeed.text)
  if (content === undefined) return
  const { id: folderId } = addFolder(news, userId, sampleFeed.folder)
  const now = Math.floor(storage.now() / 1000)
  addFeed(news, userId, { url: sampleFeed.url, folderId, content }, now)
}

function addRecipe(state: State, userId: string, recipe: SampleRecipe): void {
  const dateCreated = new Date(state.storage.now() - 24 * hour * 1000).toISOString()
  addFile(state, userId, {
    path: `Recipes/${recipe.name}/recipe.json`,
    content: JSON.stringify({ ...recipe, dateCreated, dateModified: dateCreated }),
  })
}

function addFile(state: State, userId: string, file: SampleFile): FileNode {
  const names = file.path.split('/')
  const name = names.pop() ?? ''
  const parent = ensureFolder(state.storage, homeOf(state.storage, userId), names)
  const mtime = Math.floor(state.storage.now() / 1000) - 24 * hour
  const added = writeFile(state.storage, parent, name, Buffer.from(file.content), { mtime })
  if (file.favorite === true) setFavorite(state.storage, added, true)
  return added
}
