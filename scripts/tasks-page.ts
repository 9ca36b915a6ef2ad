/** The page of what can be asked: the tasks that the tests replay. */
import { taskGroups } from '../test/tasks/all.ts'
import type { Step, Task } from '../test/tasks/kit/task.ts'

/** `docs/reference/tasks.md`. */
export function taskPage(): string {
  const count = taskGroups.flatMap(({ tasks }) => tasks).length
  const lines = [
    '# What can I ask?',
    '',
    `${count} tasks in plain words, each with the calls that do it. The tests replay all of them:`,
    'every id, etag and path in a call must come from an answer before it, and every tool must be',
    'found by what it does. Where a call fails on purpose, its error is behind it, and the next call',
    'follows from what that error says.',
    '',
  ]
  for (const { title, tasks } of taskGroups) {
    lines.push(`## ${title}`, '')
    for (const task of tasks) lines.push(`- ${task.says}<br>${way(task)}`)
    lines.push('')
  }
  return lines.join('\n')
}

function way({ steps }: Task): string {
  return steps.map(call).join(' → ')
}

function call({ tool, fails }: Step): string {
  return fails === undefined ? `\`${tool}\`` : `\`${tool}\` (${fails})`
}
