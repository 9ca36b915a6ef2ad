import type { App } from '../../mcp/app.ts'
import { searchNotesTool, searchTool } from './search-tools.ts'
import type { SearchServices } from './services.ts'
import { syncStatusTool } from './status-tool.ts'

export type { SearchServices } from './services.ts'

/** Search by meaning in what is indexed of notes, files, calendars, cards, news and mail. */
export function createSearchApp(services: SearchServices): App {
  return {
    id: 'semantic',
    title: 'Search by meaning',
    about: 'Finds notes, files, events, cards, news and mail by what they say',
    aliases: ['search'],
    essential: ['nc_semantic_search'],
    tools: [searchTool(services), searchNotesTool(services), syncStatusTool(services)],
  }
}
