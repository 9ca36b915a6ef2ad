/** Spans of what this server does; loaded only where traces are sent. Without arguments or contents. */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { parseTraceParent, traceHeaders } from './trace-parent.ts'

/** A span to be. */
export interface SpanOptions {
  /** Out of a small set, as metric labels are. */
  readonly name: string
  readonly kind: 'server' | 'internal' | 'client'
  readonly attributes?: Attributes
  /** Headers of the request that it answers, which may name a span of the caller's. */
  readonly from?: Headers
}

/** What is told of a span while it lasts. */
export interface RunningSpan {
  /** Tells the next process of it (`traceparent`). */
  readonly headers: Readonly<Record<string, string>>
  attribute(name: string, value: string | number): void
  /** The work went wrong, by a code; that it throws is noticed without. */
  failed(code: string): void
}

/** Makes spans, each below the one it is made in. */
export interface Tracing {
  /** Runs work in a span, which ends with it. */
  span<T>(options: SpanOptions, work: (span: RunningSpan) => Promise<T>): Promise<T>
  /** Fields for a line of the log; none outside of spans. */
  fields(): { trace_id?: string; span_id?: string }
}

const KINDS = {
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
} as const

/** Tracing with whatever makes spans. */
export function createTracing(tracer: Tracer): Tracing {
  const current = new AsyncLocalStorage<Context>()
  return {
    async span({ name, kind, attributes = {}, from }, work) {
      const parent = current.getStore() ?? callerOf(from)
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent)
      const failed = (code: string) => {
        span.setAttribute('error.type', code)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      try {
        return await current.run(trace.setSpan(parent, span), () =>
          work({
            headers: traceHeaders(span.spanContext()),
            attribute: (key, value) => span.setAttribute(key, value),
            failed,
          }),
        )
      } catch (error) {
        // Its message may hold what a user wrote: the code must do.
        failed(codeOf(error))
        throw error
      } finally {
        span.end()
      }
    },
    fields() {
      const span = trace.getSpan(current.getStore() ?? ROOT_CONTEXT)
      if (span === undefined) return {}
      const { traceId, spanId } = span.spanContext()
      return { trace_id: traceId, span_id: spanId }
    },
  }
}

function callerOf(headers: Headers | undefined): Context {
  const { traceparent = null, tracestate = null } = {
    traceparent: headers?.get('traceparent'),
    tracestate: headers?.get('tracestate'),
  }
  const caller = parseTraceParent(traceparent, tracestate)
  return caller === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, caller)
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'INTERNAL'
}
