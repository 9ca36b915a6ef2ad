import type { App } from '../../mcp/app.ts'
import {
  assignTag,
  createCollective,
  createTag,
  deleteCollective,
  removeTag,
  restoreCollective,
  setCollectiveEmoji,
  trashCollective,
} from './tools/manage.ts'
import {
  createPage,
  movePage,
  restorePage,
  setPageEmoji,
  trashPage,
  updatePage,
} from './tools/pages.ts'
import {
  getCollectives,
  getPage,
  getPages,
  getTags,
  getTrashedCollectives,
  getTrashedPages,
  searchPagesTool,
} from './tools/read.ts'

/** Nextcloud Collectives: pages that a team writes together. */
export const collectivesApp: App = {
  id: 'collectives',
  title: 'Collectives',
  about: 'Team pages: read, write, move, tag, restore',
  requires: 'collectives',
  tools: [
    getCollectives,
    getPages,
    getPage,
    searchPagesTool,
    getTags,
    getTrashedPages,
    getTrashedCollectives,
    createCollective,
    setCollectiveEmoji,
    trashCollective,
    deleteCollective,
    restoreCollective,
    createPage,
    updatePage,
    movePage,
    trashPage,
    restorePage,
    setPageEmoji,
    createTag,
    assignTag,
    removeTag,
  ],
  essential: ['collectives_search_pages', 'collectives_get_page'],
  toldBy: {
    collective_id: 'collectives_get_collectives',
    page_id: 'collectives_get_pages',
    parent_id: 'collectives_get_pages',
    tag_id: 'collectives_get_tags',
    etag: 'collectives_get_page',
  },
}
