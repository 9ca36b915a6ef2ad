import { expect, test } from 'vitest'
import { inParallel } from '../../../src/nextcloud/parallel.ts'

const turn = () => new Promise(resolve => setImmediate(resolve))

test('never more at once than said, and results in order', async () => {
  let now = 0
  let most = 0
  const results = await inParallel([5, 4, 3, 2, 1], 2, async item => {
    most = Math.max(most, ++now)
    for (let left = item; left > 0; left--) await turn()
    now--
    return item * 10
  })
  expect(results).toEqual([50, 40, 30, 20, 10])
  expect(most).toBe(2)
  expect(await inParallel([], 3, async () => 1)).toEqual([])
})

test('after a failure nothing more is begun', async () => {
  const begun: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    await turn()
    if (item === 1) throw new Error('one')
  }
  await expect(inParallel([0, 1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('one')
  await turn()
  await turn()
  expect(begun).toEqual([0, 1, 2])
})
