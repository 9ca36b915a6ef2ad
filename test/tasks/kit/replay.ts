/** Replays a task and proves that each call leads to the next one. */
import { demoBackend } from '../../support/backend.ts'
import type { ToolAnswer } from '../../support/harness.ts'
import { startForTwo } from '../../support/two-users.ts'
import { NOW, passSecond, resetClock } from './clock.ts'
import { unjustified } from './origin.ts'
import { type Described, type Mode, type Surface, surfaceOf } from './surface.ts'
import type { Answer, Arguments, Step, Task } from './task.ts'
import { isLeaf, type Leaf, witnessed } from './witness.ts'
import { type World, worldOf } from './world.ts'

/** What happened so far. */
interface Course {
  readonly said: string[]
  readonly answers: Answer[]
  readonly called: Set<string>
  /** The error that the last step ran into, with what it was called with. */
  failed: { error: string; args: readonly Arguments[] } | undefined
}

/**
 * Does a task from its words to its outcome in a Nextcloud of its own.
 * @throws Error that names the step and what does not lead on: a tool that is not found, a value
 *   from nowhere, an error that tells nothing of what comes next
 */
export async function replay(task: Task, mode: Mode): Promise<void> {
  resetClock()
  const two = await startForTwo(await demoBackend(), {
    MCP_COMPACT: String(mode === 'compact'),
  })
  try {
    const surface = surfaceOf(two.h.client, mode)
    const world = worldOf(two, surface, surfaceOf(two.bob, mode))
    await task.given?.(world)
    const answers = await replaySteps(task, surface, world)
    await task.outcome(world, ...answers)
  } finally {
    await two.h.close()
  }
}

async function replaySteps(
  { says, steps }: Task,
  surface: Surface,
  world: World,
): Promise<Answer[]> {
  const course: Course = { said: [says], answers: [], called: new Set(), failed: undefined }
  for (const [index, step] of steps.entries()) {
    try {
      passSecond()
      await step.meanwhile?.(world)
      passSecond()
      await take(step, course, surface)
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error)
      throw new Error(`step ${index + 1}, ${step.tool}: ${told}`, { cause: error })
    }
  }
  if (course.failed) throw new Error('the last step fails: an error must lead somewhere')
  return course.answers
}

async function take(step: Step, course: Course, surface: Surface): Promise<void> {
  if (step.hears !== undefined) course.said.push(step.hears)
  const described = await reach(step, course, surface)
  const seen = new Set<Leaf>()
  const made = step.with(...course.answers.map(answer => witnessed(answer, seen)))
  // Reads all of what is passed on as a whole, and takes the witness off.
  const calls: Arguments[] = [JSON.parse(JSON.stringify(made))].flat()
  if (calls.length === 0) throw new Error('there is nothing to do it with')
  const known = { words: course.said.join('\n'), seen, now: NOW, infers: step.infers ?? {} }
  for (const args of calls) {
    const strange = unjustified(args, described, known)
    if (strange.length > 0) throw new Error(strange.join('; '))
  }
  if (course.failed) followError(step, calls, course.failed)

  const given: ToolAnswer[] = []
  for (const args of calls) given.push(await surface.call(step.tool, args))
  course.called.add(step.tool)
  course.answers.push(Array.isArray(made) ? given.map(({ data }) => data) : given[0]?.data)
  course.failed = undefined
  for (const { error } of given) {
    if (error?.code !== step.fails) {
      throw new Error(`${step.fails ?? 'success'} was expected, it gave ${JSON.stringify(error)}`)
    }
    if (error !== undefined) course.failed = { error: JSON.stringify(error), args: calls }
  }
}

/** How the tool of a step is come by. */
async function reach(step: Step, course: Course, surface: Surface): Promise<Described> {
  const { tool, seeking } = step
  if (seeking !== undefined) {
    if (/_/.test(seeking)) throw new Error(`"${seeking}" is not in plain words`)
    return surface.find(seeking, tool)
  }
  const isNamed = course.answers.some(answer => names(JSON.stringify(answer), tool))
  if (!isNamed && !course.called.has(tool)) {
    throw new Error('no earlier answer names it, and it was not looked for')
  }
  return surface.find(tool, tool)
}

/** An error leads on where it names the next tool, or tells a value that the next call has anew. */
function followError(
  { tool }: Step,
  calls: readonly Arguments[],
  { error, args }: NonNullable<Course['failed']>,
): void {
  if (names(error, tool)) return
  const before = new Set(args.flatMap(valuesOf))
  const told = calls.flatMap(valuesOf).filter(leaf => !before.has(leaf))
  const isTold = (leaf: Leaf) =>
    `${leaf}`.length > 1 && error.includes(JSON.stringify(leaf).replace(/^"|"$/g, ''))
  if (told.some(isTold)) return
  throw new Error(`the error before names neither the tool nor a new value: ${error}`)
}

/** Whether a text names a tool, and not only one whose name begins alike. */
function names(text: string, tool: string): boolean {
  return text.split(/\W+/).includes(tool)
}

function valuesOf(args: Arguments): Leaf[] {
  return Object.values(args).flatMap(leavesOf)
}

/** What is in a value, with the keys of records. */
function leavesOf(value: unknown): Leaf[] {
  if (isLeaf(value)) return [value]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  if (typeof value !== 'object' || value === null) return []
  return [...Object.keys(value), ...Object.values(value).flatMap(leavesOf)]
}
