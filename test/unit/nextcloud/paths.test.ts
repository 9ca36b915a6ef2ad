import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodePath,
  normalPath,
  segmentsBelow,
  segmentsOf,
} from '../../../src/nextcloud/dav/paths.ts'

/** Any name that Nextcloud can hold, with all that means something in a URL. */
const name = fc
  .string({
    unit: fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom(..."%#+? &;=@:!$'()*,~.é😀"),
      fc.constant('e\u0301'),
    ),
    minLength: 1,
    maxLength: 20,
  })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what Nextcloud refuses
  .filter(text => !/[/\\\u0000-\u001F\u007F]/.test(text) && text !== '.' && text !== '..')
  .filter(text => text.isWellFormed())
const path = fc.array(name, { maxLength: 5 })

test('a path survives the way out and back, byte for byte', () => {
  fc.assert(
    fc.property(path, path, (root, below) => {
      const href = encodePath([...root, ...below])
      expect(segmentsBelow(href, root)).toEqual(below)
      expect(segmentsBelow(`https://cloud.example.org${href}/`, root)).toEqual(below)
    }),
  )
})

test('an encoded path is the same to a URL parser, and stays below its root', () => {
  fc.assert(
    fc.property(path, segments => {
      const href = `/dav${encodePath(segments)}`
      const url = new URL(href, 'http://h')
      expect(url.pathname).toBe(href)
      expect(url.search + url.hash).toBe('')
    }),
  )
})

test('NFC and NFD stay apart', () => {
  expect(encodePath(['\u00e9'])).toBe('/%C3%A9')
  expect(encodePath(['e\u0301'])).toBe('/e%CC%81')
})

describe('what people write', () => {
  test.each([
    ['', ''],
    ['/', ''],
    ['/a//b/', 'a/b'],
    ['.hidden/..x', '.hidden/..x'],
    ['100% #1+2?', '100% #1+2?'],
  ])('%j is %j', (written, expected) => {
    expect(normalPath(written)).toBe(expected)
  })

  test.each(['..', 'a/../b', './a', 'a\\b', 'a\u0000b', 'line\nbreak', '\ud800'])(
    '%j is refused',
    written => {
      expect(() => segmentsOf(written)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
    },
  )

  test('nothing written can climb out', () => {
    fc.assert(
      fc.property(fc.string(), written => {
        try {
          const { pathname } = new URL(`/root/home${encodePath(segmentsOf(written))}`, 'http://h')
          expect(pathname.startsWith('/root/home')).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_INPUT' })
        }
      }),
    )
  })
})

test('an href of somebody else is not below the root', () => {
  expect(
    segmentsBelow('/remote.php/dav/files/bob/x', ['remote.php', 'dav', 'files', 'alice']),
  ).toBeUndefined()
  expect(segmentsBelow('/x/%E9', ['x'])).toEqual(['%E9'])
})
