/** What is going on: logs each call when it ends, and knows when all have. */
import type { ObservedCall } from '../mcp/server.ts'
import { CodedError } from '../nextcloud/errors.ts'
import type { Logger } from '../telemetry/log.ts'

/** Running calls. */
export interface Activity {
  observe(call: ObservedCall): (error: unknown) => void
  /** Resolves when no call runs, or after `limitMs`. */
  settled(limitMs: number): Promise<void>
}

/** Counts calls from here on. */
export function createActivity(log: Logger): Activity {
  let running = 0
  let waiting: (() => void)[] = []
  return {
    observe({ kind, name }) {
      running++
      const started = performance.now()
      return error => {
        running--
        const ms = Math.round(performance.now() - started)
        if (error === undefined) log.debug({ [kind]: name, ms }, 'call')
        else logFailure(log, { [kind]: name, ms }, error)
        if (running > 0) return
        for (const resolve of waiting) resolve()
        waiting = []
      }
    },
    settled(limitMs) {
      if (running === 0) return Promise.resolve()
      return new Promise(resolve => {
        const timer = setTimeout(resolve, limitMs)
        waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    },
  }
}

/** A coded error is the caller's matter; anything else is a fault of this server. */
function logFailure(log: Logger, fields: object, error: unknown): void {
  if (error instanceof CodedError) {
    const { code, message, details } = error
    log.info({ ...fields, code, status: details.status }, `call failed: ${message}`)
  } else {
    log.error({ ...fields, error: error instanceof Error ? error.stack : String(error) }, 'fault')
  }
}
