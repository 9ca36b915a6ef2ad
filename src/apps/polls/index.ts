import type { App } from '../../mcp/app.ts'
import { getPollTool, listPollsTool, voteTool } from './tools.ts'

/** Nextcloud Polls: dates and other things to agree on. */
export const pollsApp: App = {
  id: 'polls',
  title: 'Polls',
  about: 'Polls: options, votes, results',
  requires: 'polls',
  tools: [listPollsTool, getPollTool, voteTool],
  toldBy: {
    poll_id: 'nc_polls_list_polls',
  },
}
