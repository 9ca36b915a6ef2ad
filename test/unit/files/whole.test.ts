import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readWhole } from '../../../src/apps/files/content.ts'
import type { Place } from '../../../src/nextcloud/files/home.ts'

/** A file whose transfer is seen. */
function placeOf(headers: Record<string, string>, chunks: readonly string[]) {
  let given = 0
  const body = Readable.from(
    (function* () {
      for (const chunk of chunks) {
        given += chunk.length
        yield Buffer.from(chunk)
      }
    })(),
    { highWaterMark: 1 },
  )
  const session = {
    stream: async () => ({ status: 200, headers: { etag: '"e"', ...headers }, body }),
  }
  const place = { path: 'x.pdf', url: '/x.pdf', home: { session } } as unknown as Place
  return { place, body, given: () => given }
}
const atMost = (most: number) => (size: number) => size <= most

test('a file that is too large by what the server says is not transferred', async () => {
  const { place, body, given } = placeOf({ 'content-length': '12' }, ['a'.repeat(12)])
  expect(await readWhole(place, atMost(11))).toBeUndefined()
  expect(given()).toBe(0)
  expect(body.destroyed).toBe(true)
})

test('one of which the server says nothing is let go as soon as it is too large', async () => {
  const { place, given } = placeOf(
    {},
    Array.from({ length: 10 }, () => '1234'),
  )
  expect(await readWhole(place, atMost(11))).toBeUndefined()
  expect(given()).toBeLessThan(40)
})

test('any other is read whole', async () => {
  const { place } = placeOf({ 'content-type': 'application/pdf' }, ['ab', 'c'])
  expect(await readWhole(place, atMost(3))).toEqual({
    bytes: Buffer.from('abc'),
    contentType: 'application/pdf',
    etag: 'e',
    lastModified: undefined,
  })
})
