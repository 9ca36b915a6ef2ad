/** Stands in for OpenTelemetry's SDK and keeps the spans that it is given. */
import { randomBytes } from 'node:crypto'
import {
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** A span as a collector would have it. */
export interface RecordedSpan {
  name: string
  context: SpanContext
  parent: SpanContext | undefined
  attributes: Attributes
  /** Other spans that it has to do with. */
  links: SpanContext[]
  status: SpanStatus | undefined
  ended: boolean
}

/** In the order in which they began. */
export const spans: RecordedSpan[] = []

const tracer: Pick<Tracer, 'startSpan'> = {
  startSpan(name: string, options: SpanOptions = {}, context?: Context): Span {
    const parent = context && trace.getSpanContext(context)
    const record: RecordedSpan = {
      name,
      context: {
        traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        traceFlags: 1,
        ...(parent?.traceState === undefined ? {} : { traceState: parent.traceState }),
      },
      parent,
      attributes: { ...options.attributes },
      links: (options.links ?? []).map(link => link.context),
      status: undefined,
      ended: false,
    }
    spans.push(record)
    const span: Partial<Span> = {
      spanContext: () => record.context,
      setAttribute(key, value) {
        record.attributes[key] = value
        return this as Span
      },
      setStatus(status) {
        record.status = status
        return this as Span
      },
      end() {
        record.ended = true
      },
    }
    return span as Span
  },
}

/** What this server uses of the package. */
export class NodeSDK {
  start(): void {
    trace.setGlobalTracerProvider({ getTracer: () => tracer as Tracer })
  }

  async shutdown(): Promise<void> {
    trace.disable()
  }
}
