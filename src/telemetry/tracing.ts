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
  /** What the caller said of its own span; that is then above this one, wherever it is made. */
  readonly from?: TraceCarrier | undefined
}

/** A span of another process, as https://www.w3.org/TR/trace-context/ writes it; may be anything. */
export interface TraceCarrier {
  readonly traceparent: string | null
  readonly tracestate: string | null
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
      const around = current.getStore()
      const caller = callerOf(from)
      const parent = caller ?? around ?? ROOT_CONTEXT
      const linked = caller && around && trace.getSpanContext(around)
      const links = linked === undefined ? [] : [{ context: linked }]
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes, links }, parent)
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

function callerOf(from: TraceCarrier | undefined): Context | undefined {
  const caller = from && parseTraceParent(from.traceparent, from.tracestate)
  return caller && trace.setSpanContext(ROOT_CONTEXT, caller)
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'INTERNAL'
}
