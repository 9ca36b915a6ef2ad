/** How many requests to Nextcloud a tool makes, counted by a proxy between the two. */
import { startCountingProxy } from './counting-proxy.ts'
import { callTool, connectEndpoint } from './endpoint.ts'
import { startServer } from './processes.ts'
import { OURS, type Row } from './rows.ts'
import type { Subject } from './subject.ts'

type Arguments = Readonly<Record<string, unknown>>

interface Step {
  readonly name: string
  readonly tool: string
  readonly target: number
  arguments(): Arguments | Promise<Arguments>
}

/** Measures a server that has been in use: what it learns once per user is not counted. */
export async function measureRequests({ nextcloud, noteId }: Subject): Promise<Row[]> {
  const proxy = await startCountingProxy(nextcloud)
  const server = await startServer(proxy.url)
  try {
    const endpoint = await connectEndpoint(OURS, server.url)
    const call = (tool: string, args: Arguments) => callTool(endpoint, tool, args)
    const currentEtag = async () => (await call('nc_notes_get_note', { note_id: noteId })).etag

    const steps: readonly Step[] = [
      {
        name: 'read a note',
        tool: 'nc_notes_get_note',
        target: 1,
        arguments: () => ({ note_id: noteId }),
      },
      {
        name: 'list a folder',
        tool: 'nc_webdav_list_directory',
        target: 1,
        arguments: () => ({ path: '' }),
      },
      {
        name: 'create a note',
        tool: 'nc_notes_create_note',
        target: 1,
        arguments: () => ({ title: 'Counted', content: 'one', category: '' }),
      },
      {
        name: 'change a note',
        tool: 'nc_notes_update_note',
        target: 1,
        arguments: async () => ({ note_id: noteId, etag: await currentEtag(), content: 'two' }),
      },
      {
        name: 'append to a note',
        tool: 'nc_notes_append_content',
        target: 2,
        arguments: () => ({ note_id: noteId, content: 'three' }),
      },
      {
        name: 'search notes, none changed',
        tool: 'nc_notes_search_notes',
        target: 1,
        arguments: () => ({ query: 'two' }),
      },
    ]

    const rows: Row[] = []
    for (const step of steps) {
      await call(step.tool, await step.arguments())
      const args = await step.arguments()
      const requests = await proxy.during(() => call(step.tool, args))
      rows.push({
        name: `requests to ${step.name}`,
        unit: 'requests',
        target: { atMost: step.target },
        values: { [OURS]: requests.length },
        remark: requests.map(withoutQuery).join(', '),
      })
    }
    return rows
  } finally {
    await server.stop()
    await proxy.close()
  }
}

function withoutQuery(request: string): string {
  return request.replace(/\?\S*/, '')
}
