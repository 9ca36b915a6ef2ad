import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openHome } from '../../../src/apps/files/home.ts'
import { createExclusion, hiddenPaths } from '../../../src/nextcloud/dav/exclusion.ts'
import type { Session } from '../../../src/nextcloud/session.ts'

/** A session that knows its user and cannot make a request. */
function sessionOf(userId: string, basePath = ''): Session {
  const account = {
    key: 'test',
    state: <T>(_: string, make: () => T) => make(),
    forget: () => {},
    cached: async <T>() => ['principals', 'users', userId] as T,
    serialised: <T>(_: string, task: () => Promise<T>) => task(),
  }
  const refuse = () => Promise.reject(new Error('no request expected'))
  const session: Session = {
    baseUrl: `https://cloud.example.org${basePath}`,
    basePath,
    account,
    signal: undefined,
    send: refuse,
    stream: refuse,
    detached: () => session,
  }
  return session
}

const names = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom('100%', '%41', 'a#b', 'a+b c', '.hidden', '😀', 'u\u0308', 'ü', 'a?b&c', '..a'),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what no name may have
  .filter(name => !/[/\\\u0000-\u001F\u007F]/.test(name) && name !== '.' && name !== '..')
const paths = fc.array(names, { minLength: 1, maxLength: 4 })

describe('paths', () => {
  test('reach the request and come back from an href byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        paths,
        names,
        fc.constantFrom('', '/nextcloud'),
        async (path, user, base) => {
          const home = await openHome(sessionOf(user, base), createExclusion([]))
          const place = home.place(path.join('/'))
          expect(place.path).toBe(path.join('/'))
          expect(place.url).toMatch(/^\/remote\.php\/dav\/files\/[\w.~%/-]+$/)
          expect(home.pathOf(base + place.url)).toBe(place.path)
          expect(home.pathOf(`https://cloud.example.org${base}${place.url}/`)).toBe(place.path)
        },
      ),
    )
  })

  test('never leave the home', async () => {
    const home = await openHome(sessionOf('alice'), createExclusion([]))
    for (const path of [
      '..',
      'a/../b',
      '/../bob',
      'a/..',
      './a',
      'a\\b',
      'a\0b',
      'a\nb',
      '\ud800',
    ]) {
      expect(() => home.place(path), path).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
    }
    expect(home.pathOf('/remote.php/dav/files/bob/x')).toBeUndefined()
    expect(home.pathOf('/remote.php/dav/trashbin/alice/x')).toBeUndefined()
  })

  test('slashes at the ends and in a row do not count', async () => {
    const home = await openHome(sessionOf('alice'), createExclusion([]))
    expect(home.place('//Documents///a.txt/').path).toBe('Documents/a.txt')
    expect(home.place('/').path).toBe('')
  })
})

describe('what is hidden', () => {
  test('is the path and everything below it, and nothing else', () => {
    fc.assert(
      fc.property(paths, paths, (hidden, other) => {
        const { covers, isBelow } = hiddenPaths([hidden])
        expect(covers(hidden)).toBe(true)
        expect(covers([...hidden, ...other])).toBe(true)
        expect(isBelow(hidden.slice(0, -1))).toBe(true)
        expect(isBelow(hidden)).toBe(false)
        const same = (a: readonly string[], b: readonly string[]) =>
          a.join('/').normalize('NFC').toLowerCase() === b.join('/').normalize('NFC').toLowerCase()
        const isInside =
          hidden.length <= other.length && same(other.slice(0, hidden.length), hidden)
        expect(covers(other)).toBe(isInside)
      }),
    )
  })

  test('cannot be reached by another spelling of its name', () => {
    const { covers } = hiddenPaths([['Geheim', 'ü']])
    expect(covers(['geheim', 'Ü', 'a.txt'])).toBe(true)
    expect(covers(['Geheim', 'u\u0308'])).toBe(true)
    expect(covers(['Geheim'])).toBe(false)
  })

  test('is everything where the root carries the tag', () => {
    const { covers } = hiddenPaths([[]])
    expect(covers([])).toBe(true)
    expect(covers(['a'])).toBe(true)
  })
})
