/** One user's MCP client: speaks one era, with tokens that are renewed, and judges each answer. */
import { type Endpoint, legacyEndpoint, modernEndpoint } from '../endpoint.ts'
import { type HttpResponse, requestBytes } from '../http.ts'
import { judge, type Outcome } from './answer.ts'
import type { Connections } from './connections.ts'
import type { Tokens } from './tokens.ts'

/** The revision that clients speak. */
export type Era = 'modern' | 'legacy'

/** A request of a session. */
export interface SessionRequest {
  readonly method: 'tools/list' | 'tools/call'
  readonly params?: Readonly<Record<string, unknown>>
  /** Whether a right answer holds something of the user's. */
  readonly showsOwner: boolean
}

/** The session of one user. */
export interface Session {
  /** Resolves with what came of it; a failure of any kind is an outcome and not an exception. */
  ask(request: SessionRequest): Promise<Outcome>
}

/** What a session is made of. */
export interface SessionOptions {
  readonly url: URL
  readonly era: Era
  readonly userId: string
  readonly tokens: Tokens
  /** What is sent along for a user with this token. */
  readonly headers: (token: string) => Readonly<Record<string, string>>
  readonly connections: Connections
}

/** Begins a session; with the older era that is a handshake. @throws Error when it is refused */
export async function beginSession(options: SessionOptions): Promise<Session> {
  const { url, era, userId, tokens, headers, connections } = options
  const endpoint: Endpoint =
    era === 'modern'
      ? modernEndpoint(userId, url, {})
      : await legacyEndpoint(userId, url, headers(await tokens.current()))
  let id = 0

  const post = (message: ReturnType<Endpoint['message']>, token: string): Promise<HttpResponse> =>
    connections.send(
      requestBytes('POST', url, { ...message.headers, ...headers(token) }, message.body(++id)),
    )

  return {
    async ask({ method, params, showsOwner }) {
      const message = endpoint.message(method, params)
      try {
        const token = await tokens.current()
        let response = await post(message, token)
        if (response.status === 401) response = await post(message, await tokens.after(token))
        return judge(response, userId, showsOwner)
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error)
        return { failure: 'no answer', detail }
      }
    },
  }
}
