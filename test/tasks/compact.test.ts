/** Each task once more in compact mode, where every tool must be found by what it does. */
import { afterAll, beforeAll, test } from 'vitest'
import { allTasks } from './all.ts'
import { stopClock } from './kit/clock.ts'
import { replay } from './kit/replay.ts'

let startClock = () => {}
beforeAll(() => {
  startClock = stopClock()
})
afterAll(() => startClock())

test.each(allTasks.map(task => [task.says, task] as const))('%s', (_, task) =>
  replay(task, 'compact'),
)
