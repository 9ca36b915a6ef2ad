/**
 * Each task leads from a person's words to its outcome, once with all tools listed and once in
 * compact mode, where every tool must be found by what it does.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allTasks } from './all.ts'
import { stopClock } from './kit/clock.ts'
import { replay } from './kit/replay.ts'

let startClock = () => {}
beforeAll(() => {
  startClock = stopClock()
})
afterAll(() => startClock())

describe.each(['listed', 'compact'] as const)('%s', mode => {
  test.each(allTasks)('$says', task => replay(task, mode))
})

describe('the tasks', () => {
  const steps = allTasks.flatMap(task => task.steps)

  test('are many, a quarter of them with an error on the way', () => {
    expect(allTasks.length).toBeGreaterThanOrEqual(40)
    const erring = allTasks.filter(task => task.steps.some(({ fails }) => fails !== undefined))
    expect(erring.length).toBeGreaterThanOrEqual(allTasks.length / 4)
  })

  test('infer little', () => {
    const inferred = steps.flatMap(({ infers = {} }) => Object.keys(infers))
    expect(inferred.length / steps.length).toBeLessThan(0.2)
  })
})
