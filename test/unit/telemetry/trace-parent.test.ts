import { expect, test } from 'vitest'
import { parseTraceParent, traceHeaders } from '../../../src/telemetry/trace-parent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('what was read is passed on as it was', () => {
  const context = parseTraceParent(`00-${TRACE}-${SPAN}-01`, 'a=1,b=2')
  expect(context).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true })
  expect(context && traceHeaders(context)).toEqual({
    traceparent: `00-${TRACE}-${SPAN}-01`,
    tracestate: 'a=1,b=2',
  })
})

test('of the flags only the one that is known is passed on', () => {
  const context = parseTraceParent(`00-${TRACE}-${SPAN}-fe`, null)
  expect(context && traceHeaders(context)).toEqual({ traceparent: `00-${TRACE}-${SPAN}-00` })
})

test('a later version may say more', () => {
  expect(parseTraceParent(`01-${TRACE}-${SPAN}-01-more`, null)?.traceId).toBe(TRACE)
})

test.each([
  null,
  '',
  'nonsense',
  `00-${TRACE}-${SPAN}-01-more`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
])('%s names no span', header => {
  expect(parseTraceParent(header, null)).toBeUndefined()
})
