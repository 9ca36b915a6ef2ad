/** Each task leads from a person's words to its outcome, with all tools listed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allTasks } from './all.ts'
import { stopClock } from './kit/clock.ts'
import { replay } from './kit/replay.ts'

let startClock = () => {}
beforeAll(() => {
  startClock = stopClock()
})
afterAll(() => startClock())

test.each(allTasks.map(task => [task.says, task] as const))('%s', (_, task) =>
  replay(task, 'listed'),
)

const steps = allTasks.flatMap(task => task.steps)

test('the tasks are many, a quarter of them with an error on the way', () => {
  expect(allTasks.length).toBeGreaterThanOrEqual(40)
  const erring = allTasks.filter(task => task.steps.some(({ fails }) => fails !== undefined))
  expect(erring.length).toBeGreaterThanOrEqual(allTasks.length / 4)
})

test('the tasks infer little', () => {
  const inferred = steps.flatMap(({ infers = {} }) => Object.keys(infers))
  expect(inferred.length / steps.length).toBeLessThan(0.08)
})
