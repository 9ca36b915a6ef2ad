/** The stdio face: one client, one connection, stdout for the protocol alone. */
import { serveStdio as serve } from '@modelcontextprotocol/server/stdio'
import type { Composition } from './compose.ts'

const SHUTDOWN_LIMIT_MS = 30_000

/** A stdio connection. */
export interface StdioServer {
  /** Lets running calls finish, then closes. */
  close(): Promise<void>
}

/** Speaks MCP on stdin and stdout. */
export function serveStdio({ factory, log, activity }: Composition): StdioServer {
  const handle = serve(factory, {
    onerror: error => log.debug({ error: error.message }, 'rejected message'),
  })
  return {
    async close() {
      await activity.settled(SHUTDOWN_LIMIT_MS)
      await handle.close()
    },
  }
}
