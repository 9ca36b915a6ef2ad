/** All tasks, in the order in which people read of them. */
import { across } from './across.ts'
import { asking } from './asking.ts'
import { calendar } from './calendar.ts'
import { collectives } from './collectives.ts'
import { contacts } from './contacts.ts'
import { cookbook } from './cookbook.ts'
import { changing } from './deck-changing.ts'
import { moving } from './deck-moving.ts'
import { files } from './files.ts'
import type { Task, TaskGroup } from './kit/task.ts'
import { mail } from './mail.ts'
import { news } from './news.ts'
import { notes } from './notes.ts'
import { sharing } from './sharing.ts'
import { tables } from './tables.ts'
import { talk } from './talk.ts'
import { todos } from './todos.ts'

export const taskGroups: readonly TaskGroup[] = [
  notes,
  files,
  sharing,
  calendar,
  todos,
  contacts,
  { title: 'Boards', tasks: [...moving, ...changing] },
  tables,
  mail,
  talk,
  collectives,
  asking,
  cookbook,
  news,
  across,
]

export const allTasks: readonly Task[] = taskGroups.flatMap(({ tasks }) => tasks)
