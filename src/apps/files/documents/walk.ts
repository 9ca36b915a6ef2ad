/**
 * Looks through a user's folders, but only into those whose ETags have changed: Nextcloud gives
 * every folder above a change another one, in the homes of those it is shared with as well.
 */
import { isGeneral } from '../../../nextcloud/errors.ts'
import type { Home } from '../../../nextcloud/files/home.ts'
import { inParallel } from '../../../nextcloud/parallel.ts'
import type { ListedDocument, ListingSink } from '../../../search/source.ts'
import type { Entry } from '../entry.ts'
import { type Contents, contentsOf, type Subfolder } from './contents.ts'
import { emptyFolder, type Folder, idsIn } from './tree.ts'

const AT_A_TIME = 4
/** Documents that are told at once. */
const BATCH = 500
/** With more folders that cannot be read, something is wrong with more than them. */
const MOST_UNREAD = 5

/** What to look for, and what is known. */
export interface WalkOptions {
  /** Of the listing before; undefined: there was none. */
  readonly known: Folder | undefined
  /** Whether foreign folders are looked through whatever their ETags say. */
  readonly throughForeign: boolean
  /** The document that a file is; undefined for one that is none. */
  readonly documentOf: (file: Entry) => ListedDocument | undefined
  readonly sink: ListingSink
}

/** What was seen. */
export interface Walk {
  readonly root: Folder
  /** Whether every folder could be read, and everything in them. */
  readonly isWhole: boolean
}

/** A folder to be read. */
interface Task {
  readonly path: string
  readonly folder: Folder
  /** As it was. */
  readonly known: Folder | undefined
  readonly parent: Task | undefined
}

/**
 * Walks from the root, and tells of every file. One request for each folder that is read.
 * @returns undefined where nothing has changed, which one request shows
 * @throws CodedError where the root cannot be read, or many folders cannot
 */
export async function walk(home: Home, options: WalkOptions): Promise<Walk | undefined> {
  const { known, sink } = options
  const top: Task = { path: '', folder: emptyFolder(), known, parent: undefined }
  const first = await contentsOf(home, '')
  if (known !== undefined && !mustRead(known, first, options)) return undefined
  const waiting = await take(top, first, options)
  let unread = 0
  let isWhole = first.isWhole
  for (;;) {
    const tasks = waiting.splice(-AT_A_TIME)
    if (tasks.length === 0) return { root: top.folder, isWhole }
    const answers = await inParallel(tasks, AT_A_TIME, task => read(home, task.path))
    for (const [at, task] of tasks.entries()) {
      const answer = answers[at]
      if (answer !== undefined && 'files' in answer) {
        waiting.push(...(await take(task, answer, options)))
        isWhole &&= answer.isWhole
        continue
      }
      if (++unread > MOST_UNREAD) throw answer?.failure
      isWhole = false
      await keepAsKnown(task, sink)
    }
  }
}

/** What a folder holds, or why that cannot be told. */
async function read(home: Home, path: string): Promise<Contents | { failure: unknown }> {
  try {
    return await contentsOf(home, path)
  } catch (failure) {
    if (isGeneral(failure)) throw failure
    return { failure }
  }
}

/** Takes in what a folder holds; gives the folders in it that are to be read. */
async function take(task: Task, contents: Contents, options: WalkOptions): Promise<Task[]> {
  const { folder, known } = task
  folder.etag = contents.etag
  if (!contents.isWhole) toBeReadAgain(task)
  const documents = contents.files.flatMap(file => options.documentOf(file) ?? [])
  folder.files = documents.map(({ id }) => id)
  for (const batch of batches(documents)) await options.sink.found(batch)
  const tasks: Task[] = []
  for (const below of contents.folders) {
    const before = known?.folders.get(below.name)
    if (below.isForeign || before?.isForeign) markForeign(task)
    if (before !== undefined && !mustRead(before, below, options)) {
      folder.folders.set(below.name, before)
      await tellUnchanged(before, options.sink)
      continue
    }
    const fresh = { ...emptyFolder(), isForeign: below.isForeign }
    folder.folders.set(below.name, fresh)
    tasks.push({ path: below.path, folder: fresh, known: before, parent: task })
  }
  return tasks
}

function mustRead(
  known: Folder,
  now: Pick<Subfolder, 'etag'>,
  { throughForeign }: Pick<WalkOptions, 'throughForeign'>,
): boolean {
  return known.etag === '' || known.etag !== now.etag || (throughForeign && known.isForeign)
}

/** Where a folder cannot be read now, what was in it is taken to be there still. */
async function keepAsKnown(task: Task, sink: ListingSink): Promise<void> {
  task.folder.files = task.known?.files ?? []
  task.folder.folders = task.known?.folders ?? new Map()
  toBeReadAgain(task)
  await tellUnchanged(task.folder, sink)
}

/** Without their ETags, the folders on the way are read the next time. */
function toBeReadAgain(task: Task): void {
  for (const each of wayUp(task)) each.folder.etag = ''
}

function markForeign(task: Task): void {
  for (const each of wayUp(task)) each.folder.isForeign = true
}

function* wayUp(task: Task): Generator<Task> {
  for (let at: Task | undefined = task; at !== undefined; at = at.parent) yield at
}

async function tellUnchanged(folder: Folder, sink: ListingSink): Promise<void> {
  for (const ids of batches(idsIn(folder))) await sink.unchanged(ids)
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH)
}
