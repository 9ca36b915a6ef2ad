import type { DocumentReader } from '../../documents/document.ts'
import type { App } from '../../mcp/app.ts'
import { createExclusion } from '../../nextcloud/files/exclusion.ts'
import { openHome } from '../../nextcloud/files/home.ts'
import { commentTools } from './tools/comments.ts'
import { markTools } from './tools/marks.ts'
import { readTools } from './tools/read.ts'
import { searchTools } from './tools/search.ts'
import type { OpenHome } from './tools/shared.ts'
import { trashTools } from './tools/trash.ts'
import { versionTools } from './tools/versions.ts'
import { writeTools } from './tools/write.ts'

/** What the operator decides about files. */
export interface FilesOptions {
  /** Names of system tags; what carries one of them does not exist for any tool. */
  excludedTags: readonly string[]
  /** Undefined: documents are given as the files they are. */
  documents?: DocumentReader | undefined
}

/** Files and folders, by WebDAV. */
export function createFilesApp({ excludedTags, documents }: FilesOptions): App {
  const exclusion = createExclusion(excludedTags)
  const open: OpenHome = session => openHome(session, exclusion)
  return {
    id: 'files',
    title: 'Files',
    about: 'Files and folders: read, write, move, search, comments, tags, versions, trash',
    aliases: ['webdav'],
    tools: [
      ...readTools(open, documents),
      ...writeTools(open),
      ...searchTools(open),
      ...commentTools(open),
      ...markTools(open),
      ...versionTools(open),
      // What was deleted no longer tells its tags, so nothing of it can be kept from anybody.
      ...(excludedTags.length === 0 ? trashTools(open) : []),
    ],
    essential: [
      'nc_webdav_list_directory',
      'nc_webdav_read_file',
      'nc_webdav_find_by_name',
      'nc_webdav_write_file',
    ],
    toldBy: {
      read_only: 'nc_webdav_list_directory',
      path: 'nc_webdav_find_by_name',
      source_path: 'nc_webdav_find_by_name',
      if_match: 'nc_webdav_read_file',
      trash_id: 'nc_webdav_list_trash',
      trash_ids: 'nc_webdav_list_trash',
      version: 'nc_webdav_list_versions',
    },
  }
}

/** The app with nothing excluded. */
export const filesApp: App = createFilesApp({ excludedTags: [] })
