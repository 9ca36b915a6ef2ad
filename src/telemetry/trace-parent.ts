/** Traces across processes: https://www.w3.org/TR/trace-context/ */
import {
  createTraceState,
  isSpanContextValid,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api'

/** The caller's span; undefined where the header names none, or cannot be read. */
export function parseTraceParent(
  header: string | null,
  state: string | null,
): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(header?.trim() ?? '') ?? []
  // Later versions may say more, this one may not (section 4.3).
  if (version === undefined || version === 'ff' || (version === '00' && more)) return undefined
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(state === null ? {} : { traceState: createTraceState(state) }),
  }
  return isSpanContextValid(context) ? context : undefined
}

/** The headers that tell the next process of a span. */
export function traceHeaders(context: SpanContext): Record<string, string> {
  const { traceId, spanId, traceFlags, traceState } = context
  const state = traceState?.serialize() ?? ''
  const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(state === '' ? {} : { tracestate: state }),
  }
}
