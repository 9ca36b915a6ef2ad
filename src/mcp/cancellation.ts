/**
 * Cancelling for HTTP clients of the 2025 revisions. They cancel by a notification in a request
 * of its own, which a stateless server cannot tell apart from a stranger's: so each client gets a
 * random session id that stands for nothing else, and a call is known by session and request id
 * while it runs. (Current clients just close the connection.)
 */
export interface Cancellations {
  /** Announces a running call. `release` must follow when it has ended. */
  register(session: string, requestId: string | number): { signal: AbortSignal; release(): void }
  /** Cancels a call, if it runs in this process. */
  cancel(session: string, requestId: string | number): void
}

/** An empty register of running calls. */
export function createCancellations(): Cancellations {
  const running = new Map<string, AbortController>()
  // JSON tells the id 1 from the id "1", as the protocol does.
  const keyOf = (session: string, requestId: string | number) =>
    JSON.stringify([session, requestId])
  return {
    register(session, requestId) {
      const key = keyOf(session, requestId)
      const controller = new AbortController()
      running.set(key, controller)
      return {
        signal: controller.signal,
        release() {
          if (running.get(key) === controller) running.delete(key)
        },
      }
    },
    cancel: (session, requestId) => running.get(keyOf(session, requestId))?.abort(),
  }
}
