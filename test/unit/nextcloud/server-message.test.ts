import { expect, test } from 'vitest'
import { Reply } from '../../../src/nextcloud/reply.ts'
import { serverMessageOf } from '../../../src/nextcloud/translate.ts'

test.each([
  [
    'sabre',
    '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>X</s:exception><s:message>Not here</s:message></d:error>',
    'Not here',
  ],
  [
    'a precondition, as Radicale tells it',
    '<?xml version="1.0"?>\n<error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict /></error>',
    'no-uid-conflict',
  ],
  [
    'an exception alone',
    '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>X</s:exception></d:error>',
    undefined,
  ],
  ['a page', '<!DOCTYPE html><html><body><error><b/></error></body></html>', undefined],
])('%s', (_, body, message) => {
  expect(serverMessageOf(new Reply(409, {}, Buffer.from(body)))).toBe(message)
})
