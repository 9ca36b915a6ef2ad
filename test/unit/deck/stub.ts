/** A session whose Nextcloud answers at once, with what a test says. */

import type { ToolContext } from '../../../src/mcp/tool.ts'
import { Reply } from '../../../src/nextcloud/reply.ts'
import type { HttpRequest } from '../../../src/nextcloud/request.ts'
import type { Session } from '../../../src/nextcloud/session.ts'

/** Runs a tool against `answer`; a string is sent as it is, anything else as JSON. */
export function stubContext(answer: (request: HttpRequest) => unknown): ToolContext {
  const states = new Map<string, unknown>()
  const session: Session = {
    baseUrl: 'https://cloud.example.org',
    basePath: '',
    account: {
      key: 'stub',
      state<T>(key: string, make: () => T): T {
        if (!states.has(key)) states.set(key, make())
        return states.get(key) as T
      },
      cached: (_key, _ttl, load) => load(),
      forget: () => {},
      serialised: (_key, task) => task(),
    },
    signal: undefined,
    async send(request) {
      const value = answer(request)
      const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
      return new Reply(200, { 'content-type': 'application/json' }, body)
    },
    stream: () => Promise.reject(new Error('nothing is streamed')),
    detached: () => session,
  }
  return {
    user: undefined,
    tools: async () => [],
    granted: async () => undefined,
    session,
    signal: new AbortController().signal,
    progress: () => {},
  }
}
