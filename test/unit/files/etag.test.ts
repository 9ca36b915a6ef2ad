import { expect, test } from 'vitest'
import { bareEtag, quotedEtag, replyEtag } from '../../../src/nextcloud/dav/etag.ts'

test.each(['abc', '"abc"', 'W/"abc"', ' "abc" '])('%s is one etag', etag => {
  expect(bareEtag(etag)).toBe('abc')
  expect(quotedEtag(etag)).toBe('"abc"')
})

test.each(['', '""', 'a"b', 'a\r\nX-Evil: 1', 'ä', '"a", "b"'])('%j is none', etag => {
  expect(() => quotedEtag(etag)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
})

test('the one that proxies leave alone counts', () => {
  expect(replyEtag({ etag: '"abc-gzip"', 'oc-etag': '"abc"' })).toBe('abc')
  expect(replyEtag({ etag: 'W/"abc"' })).toBe('abc')
  expect(replyEtag({})).toBeUndefined()
})
