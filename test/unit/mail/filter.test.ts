import { expect, test } from 'vitest'
import { apiFilter } from '../../../src/apps/mail/filter.ts'

test.each([
  ['', undefined],
  ['  ', undefined],
  ['subject:report', 'subject:report'],
  ['Subject:Report FROM:bob', 'subject:Report from:bob'],
  ['subject:"two words" is:unread', 'subject:two%20words is:unread'],
  ['subject:two%20words', 'subject:two%20words'],
  ['subject:Re:Re:x', 'subject:Re%3ARe%3Ax'],
  ['subject:100%', 'subject:100%25'],
  ['subject:c++&x=1', 'subject:c%2B%2B%26x%3D1'],
  ['is:seen not:flagged', 'is:read not:starred'],
  ['flags:unread,attachment', 'flags:unread%2Cattachments'],
  ['tags:1,22', 'tags:1%2C22'],
  ['start:1700000000', 'start:1700000000'],
  ['start:2026-03-01 end:2026-03-01', 'start:1772323200 end:1772409599'],
  ['start:2026-03-01T10:00 end:2026-03-01T10:00+02:00', 'start:1772359200 end:1772352000'],
  ['match:anyof from:a to:a', 'match:anyof from:a to:a'],
  ['mentions:true', 'mentions:true'],
])('%s', (given, expected) => {
  expect(apiFilter(given)).toBe(expected)
})

test.each([
  'word',
  'subject:two words',
  'subject:',
  'subject:""',
  'is:is_important',
  'is:constructor',
  'flags:unread,',
  'tags:work',
  'start:tomorrow',
  'end:2026-02-30T99:00',
  'match:all',
  'mentions:false',
  'label:x',
  '"subject:x"',
])('%s is refused', given => {
  expect(() => apiFilter(given)).toThrow(/cannot be understood/)
})
