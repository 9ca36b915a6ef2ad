/** A client that works without pause, asks again where nobody could answer, and keeps count. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectClient, type Person, type TestClient } from '../../support/connect.ts'
import { answerOf, message } from '../../support/oauth.ts'

/** What a client has seen. */
export interface BusyClient {
  /** Works until it is told to stop. @throws whatever was no clear answer */
  work(): Promise<void>
  stop(): void
  /** A call once more, at the end of all. */
  call(name: string, args: object): Promise<Record<string, unknown>>
  readonly seen: Seen
}

/** What came of it. */
export interface Seen {
  /** Notes that were acknowledged: id by title. */
  readonly notes: Map<string, number>
  /** Refresh tokens in the order in which they led on. */
  readonly refreshTokens: string[]
  calls: number
  /** Answers that told of a server that is not there, and connections that broke. */
  readonly failures: Map<string, number>
}

/** What a proxy answers for a server that has gone. */
const UNAVAILABLE = new Set([502, 503, 504])
const TRIES_MS = 30_000
const PAUSE_MS = 50

/** Signs a person in at a new client. */
export async function startBusyClient(
  h: { url: string },
  person: Person,
  name: string,
): Promise<BusyClient> {
  const scope = 'notes:read notes:write semantic:read offline_access'
  const connected = await connectClient(h, person, { scope })
  const client: TestClient = connected.client
  let tokens = connected.tokens
  const stopped = new AbortController()
  const seen: Seen = {
    notes: new Map(),
    refreshTokens: [tokens.refresh_token],
    calls: 0,
    failures: new Map(),
  }

  /** Asks until there is an answer; `undefined` stands for a server that was not there. */
  async function patiently<T>(ask: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + TRIES_MS
    for (;;) {
      const answer = await ask().catch((error: unknown) => {
        // fetch's word for a connection that broke or could not be made.
        if (error instanceof TypeError) return note('connection')
        throw error
      })
      if (answer !== undefined) return answer
      if (Date.now() > deadline) throw new Error('nobody answered for half a minute')
      await sleep(PAUSE_MS)
    }
  }

  function note(failure: string): undefined {
    seen.failures.set(failure, (seen.failures.get(failure) ?? 0) + 1)
  }

  const call = (tool: string, args: object): Promise<Record<string, unknown>> =>
    patiently(async () => {
      const response = await fetch(`${h.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          authorization: `Bearer ${tokens.access_token}`,
        },
        body: JSON.stringify(message('tools/call', { name: tool, arguments: args })),
        signal: AbortSignal.timeout(TRIES_MS),
      })
      if (UNAVAILABLE.has(response.status)) return note(`${response.status}`)
      if (!response.ok) throw new Error(`${tool}: ${response.status} ${await response.text()}`)
      const { result, error } = await answerOf(response)
      if (error !== undefined || result?.isError === true) {
        throw new Error(`${tool}: ${JSON.stringify(error ?? result)}`)
      }
      seen.calls++
      return result?.structuredContent ?? {}
    })

  async function refresh(): Promise<void> {
    tokens = await patiently(async () => {
      const answer = await client.refresh(tokens.refresh_token)
      if (UNAVAILABLE.has(answer.status)) return note(`refresh ${answer.status}`)
      if (answer.status !== 200) throw new Error(`refresh: ${JSON.stringify(answer)}`)
      return answer
    })
    seen.refreshTokens.push(tokens.refresh_token)
  }

  return {
    seen,
    call,
    stop() {
      stopped.abort()
    },
    async work() {
      for (let round = 0; !stopped.signal.aborted; round++) {
        const title = `${name} ${round}`
        const created = await call('nc_notes_create_note', {
          title,
          content: `What ${name} thinks of in round ${round}`,
          category: 'Fleet',
        })
        seen.notes.set(title, Number(created.id))
        await call('nc_notes_get_note', { note_id: created.id })
        await call('nc_semantic_search', { query: 'what somebody thinks of', limit: 3 })
        await refresh()
      }
    },
  }
}
