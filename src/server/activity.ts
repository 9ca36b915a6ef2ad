/** What is going on: logs each call when it ends, and knows when all have. */
import { ProtocolError } from '@modelcontextprotocol/server'
import type { ObservedCall } from '../mcp/server.ts'
import { CodedError } from '../nextcloud/errors.ts'
import type { Logger } from '../telemetry/log.ts'
import { codeOf } from './observers.ts'
import type { Telemetry } from './telemetry.ts'

/** Running calls. */
export interface Activity {
  /** Runs a call. */
  observe<T>(call: ObservedCall, run: () => Promise<T>): Promise<T>
  /** Resolves when no call runs, or after `limitMs`. */
  settled(limitMs: number): Promise<void>
}

/** Counts calls from here on. */
export function createActivity({ log, meter, tracing }: Omit<Telemetry, 'requests'>): Activity {
  let running = 0
  let waiting: (() => void)[] = []

  async function logged<T>({ kind, name }: ObservedCall, run: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const fields = () => ({ [kind]: name, ms: Math.round(performance.now() - started) })
    try {
      const result = await run()
      log.debug(fields(), 'call')
      return result
    } catch (error) {
      logFailure(log, fields(), error)
      throw error
    }
  }

  return {
    async observe(call, run) {
      running++
      const ended = meter?.call(call)
      let code: string | undefined
      const work = () => logged(call, run)
      try {
        return await (tracing === undefined
          ? work()
          : tracing.span(
              { name: `${call.kind} ${call.name}`, kind: 'internal', from: call.trace },
              work,
            ))
      } catch (error) {
        code = codeOf(error)
        throw error
      } finally {
        ended?.(code)
        running--
        if (running === 0) {
          for (const resolve of waiting) resolve()
          waiting = []
        }
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
  if (error instanceof ProtocolError) {
    // Its message repeats what the caller sent.
    log.info({ ...fields, code: error.code }, 'call refused')
  } else if (error instanceof CodedError) {
    const { code, message, details } = error
    log.info({ ...fields, code, status: details.status }, `call failed: ${message}`)
  } else {
    log.error({ ...fields, error: error instanceof Error ? error.stack : String(error) }, 'fault')
  }
}
