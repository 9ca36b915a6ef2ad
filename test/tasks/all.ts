/** All tasks, in the order in which people read of them. */
import { calendar } from './calendar.ts'
import { deck } from './deck.ts'
import { files } from './files.ts'
import type { Task, TaskGroup } from './kit/task.ts'
import { notes } from './notes.ts'
import { sharing } from './sharing.ts'
import { todos } from './todos.ts'

export const taskGroups: readonly TaskGroup[] = [notes, files, sharing, calendar, todos, deck]

export const allTasks: readonly Task[] = taskGroups.flatMap(({ tasks }) => tasks)
