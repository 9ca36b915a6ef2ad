import fc from 'fast-check'
import { expect, test } from 'vitest'
import { childOrder, reordered } from '../../../src/apps/collectives/order.ts'

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 })

test('one page changes its place, the others keep theirs', () => {
  fc.assert(
    fc.property(ids, fc.nat(), fc.nat(15), (order, pick, index) => {
      const id = order[pick % order.length] ?? 0
      const changed = reordered(order, id, index)
      expect(changed.indexOf(id)).toBe(Math.min(index, order.length - 1))
      expect(changed.filter(other => other !== id)).toEqual(order.filter(other => other !== id))
    }),
  )
})

const page = (id: number, title: string, parentId: number, subpageOrder: number[] = []) => ({
  id,
  title,
  parentId,
  subpageOrder,
  emoji: null,
  fileName: '',
  filePath: '',
  collectivePath: null,
  timestamp: 0,
  size: 0,
  lastUserId: null,
  lastUserDisplayName: null,
  isFullWidth: false,
  tags: [],
  trashTimestamp: null,
})

test('what was put into an order comes first, the others follow by title', () => {
  const pages = [
    page(1, 'Landing page', 0, [4, 99, 2]),
    page(2, 'A', 1),
    page(3, 'Z', 1),
    page(4, 'M', 1),
    page(5, 'é', 1),
    page(6, 'Below', 2),
  ]
  expect(childOrder(pages, 1)).toEqual([4, 2, 5, 3])
  expect(childOrder(pages, 2)).toEqual([6])
  expect(childOrder(pages, 6)).toEqual([])
})
