import { expect, test } from 'vitest'
import { matchTemplate } from '../../../src/mcp/resource.ts'

test.each([
  ['nc://Notes/{note_id}', 'nc://Notes/12', { note_id: '12' }],
  [
    'nc://Notes/{id}/attachments/{name}',
    'nc://Notes/1/attachments/a%20b%2Fc.png',
    { id: '1', name: 'a b/c.png' },
  ],
  ['notes://settings', 'notes://settings', {}],
  ['nc://Notes/{note_id}', 'nc://Notes/12/x', undefined],
  ['nc://Notes/{note_id}', 'nc://Notes/', undefined],
  ['nc://a.b/{x}', 'nc://aXb/1', undefined],
  ['nc://Notes/{note_id}', 'nc://Notes/%E0%A4%A', undefined],
])('%s and %s', (template, uri, expected) => {
  expect(matchTemplate(template, uri)).toEqual(expected)
})
