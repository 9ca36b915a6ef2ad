/** What is remembered for each user must cost each user only what there is to remember. */
import { LRUCache } from 'lru-cache'

/**
 * A cache of at most `most` things, the least recently used forgotten first, which takes memory for
 * those that are in it. Bounded by `max`, lru-cache sets room for all aside at once: 22 bytes for
 * each thing that may come, a megabyte for each user where that is 50,000.
 */
export function recentlyUsed<K extends {}, V extends {}>(most: number): LRUCache<K, V> {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1 })
}
