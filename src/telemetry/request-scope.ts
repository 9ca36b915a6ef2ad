/** Which request a piece of work belongs to, so that each line of the log can name it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

/** Knows the request that whoever asks works for. */
export interface RequestScope {
  /** Runs work that belongs to a request. */
  run<T>(requestId: string, work: () => T): T
  /** Fields for a line of the log; none outside of requests. */
  fields(): { requestId?: string }
}

/** A scope that nothing runs in yet. */
export function createRequestScope(): RequestScope {
  const current = new AsyncLocalStorage<string>()
  return {
    run: (requestId, work) => current.run(requestId, work),
    fields() {
      const requestId = current.getStore()
      return requestId === undefined ? {} : { requestId }
    },
  }
}

/** The id that a proxy in front gave a request, where it is fit for a log, or a new one. */
export function requestIdOf(given: string | null): string {
  return given !== null && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}
