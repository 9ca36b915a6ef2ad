import { z } from 'zod'
import type { App } from '../../mcp/app.ts'
import type { Resource } from '../../mcp/resource.ts'
import { type SearchOptions, searchEverything } from './search-everything.ts'
import { getCurrentUser, searchPeopleTool } from './tools.ts'

const capabilities: Resource = {
  uri: 'nc://capabilities',
  name: 'capabilities',
  title: 'Capabilities of this Nextcloud',
  description: 'Version and what each app announces, as Nextcloud sends it',
  mimeType: 'application/json',
  scopes: [],
  async read({ session }) {
    const reply = await session.send({
      method: 'GET',
      path: '/ocs/v2.php/cloud/capabilities',
      headers: { accept: 'application/json' },
      subject: 'the capabilities',
    })
    return { json: reply.json(z.looseObject({ ocs: z.looseObject({}) })) }
  },
}

/** What every Nextcloud has: its capabilities, its people, and a search in all of its apps. */
export function createCoreApp(options: SearchOptions): App {
  return {
    id: 'core',
    title: 'Nextcloud',
    about: 'Who the user is, whom things can be shared with, a search in all apps',
    tools: [getCurrentUser, searchPeopleTool, searchEverything(options)],
    essential: ['nc_users_search', 'nc_search_everything'],
    resources: [capabilities],
  }
}
