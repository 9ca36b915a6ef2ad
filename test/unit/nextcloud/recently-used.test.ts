/** Memory for each user is memory for what there is. */
import { expect, test } from 'vitest'
import { recentlyUsed } from '../../../src/nextcloud/recently-used.ts'

test('the least recently used goes first, and never more are kept than asked for', () => {
  const cache = recentlyUsed<string, number>(3)
  for (const [at, key] of ['a', 'b', 'c'].entries()) cache.set(key, at)
  cache.get('a')
  cache.set('d', 3)
  expect([...cache.keys()].toSorted()).toEqual(['a', 'c', 'd'])
  cache.set('c', 9)
  expect(cache.size).toBe(3)
  expect(cache.get('c')).toBe(9)
  for (let at = 0; at < 1_000; at++) cache.set(String(at), at)
  expect([...cache.keys()].toSorted()).toEqual(['997', '998', '999'])
})

test('with room for many, it takes memory for those that are there', () => {
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const caches = Array.from({ length: 100 }, () => recentlyUsed<string, string>(50_000))
  for (const cache of caches) cache.set('a', 'b')
  // Set aside at once it were a hundred megabytes.
  expect((used() - before) / caches.length).toBeLessThan(50_000)
  expect(caches).toHaveLength(100)
})
