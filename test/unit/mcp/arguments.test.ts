import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseArguments } from '../../../src/mcp/arguments.ts'
import { inputSchema } from '../../../src/mcp/schema.ts'

const input = z.object({
  text: z.string().optional(),
  list: z.array(z.string()).optional(),
  map: z.record(z.string(), z.unknown()).optional(),
})
const parse = (sent: unknown) => parseArguments(input, inputSchema(input), sent)

test.each([
  ['text', { text: 'cut \ud83d' }],
  ['text', { text: '\ude00 cut' }],
  ['list', { list: ['whole', '\ud83d'] }],
  ['map', { map: { deep: { er: ['\ud83d'] } } }],
  ['map', { map: { '\ud83d': 1 } }],
  ['list', { list: '["\\ud83d"]' }],
])('half a character in %s is refused: %j', (name, sent) => {
  expect(() => parse(sent)).toThrow(
    expect.objectContaining({
      code: 'BAD_INPUT',
      message: `Invalid arguments: ${name}: it contains half a surrogate pair`,
    }),
  )
})

test('whole ones pass, and null and other things are left to the schema', () => {
  const sent = { text: '😀 \0 \ufeff', list: ['👩‍👩‍👧'], map: { a: null, b: [1, { c: true }] } }
  expect(parse(sent)).toEqual(sent)
  expect(parse({ text: null })).toEqual({})
})
