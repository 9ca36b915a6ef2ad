import type { App } from '../../mcp/app.ts'
import { createExclusion } from '../../nextcloud/files/exclusion.ts'
import { openHome } from '../../nextcloud/files/home.ts'
import { changeTools } from './change-tools.ts'
import { createTools } from './create-tools.ts'
import { openFiles } from './files.ts'
import { readTools } from './read-tools.ts'

/** What the operator decides about sharing. */
export interface SharingOptions {
  /** Names of system tags; what carries one of them is not shared, and its shares are not shown. */
  excludedTags: readonly string[]
}

/** Files and folders shared with others, by the sharing API. */
export function createSharingApp({ excludedTags }: SharingOptions): App {
  const exclusion = createExclusion(excludedTags)
  const open = openFiles(session => openHome(session, exclusion))
  return {
    id: 'sharing',
    title: 'Sharing',
    about: 'Shares with people, groups and teams, and public links',
    requires: 'files_sharing',
    tools: [...createTools(open), ...readTools(open), ...changeTools(open)],
    essential: ['nc_share_create'],
    toldBy: {
      path: 'nc_webdav_find_by_name',
      share_id: 'nc_share_list',
    },
  }
}
