/** What a task is: a person's words, the calls that do what they say, and a look at the outcome. */
import type { ErrorCode } from '../../../src/nextcloud/errors.ts'
import type { ToolAnswer } from '../../support/harness.ts'
import type { World } from './world.ts'

/** An answer's structured content; of a step that makes several calls, a list of them. */
export type Answer = ToolAnswer['data']

export type Arguments = Record<string, unknown>

/** One call, or the same call for each of several things. */
export interface Step {
  readonly tool: string
  /**
   * What an assistant looks for, in plain words: the search for tools must give the tool for them.
   * Left out where an earlier answer or error names the tool, or where it was called before.
   */
  readonly seeking?: string
  /** What others do before this step. */
  readonly meanwhile?: (world: World) => Promise<unknown>
  /** What the person says before this step, when an answer left the choice to them. */
  readonly hears?: string
  /**
   * The arguments, made of the answers to the earlier steps, in their order; a list of them for
   * a call each. Every value is traced: see origin.ts.
   */
  readonly with: (...earlier: Answer[]) => Arguments | Arguments[]
  /** The error it runs into, by its code. The next step must be what the error leads to. */
  readonly fails?: ErrorCode
  /** By name of an argument: why its value is right, although no answer and nobody said it. */
  readonly infers?: Readonly<Record<string, string>>
}

/** A task. */
export interface Task {
  /** The person's words. */
  readonly says: string
  /** What is there beside the samples of the demo. */
  readonly given?: (world: World) => Promise<unknown>
  readonly steps: readonly Step[]
  /** Looks at Nextcloud itself, past the server under test; `answers` are those of the steps. */
  readonly outcome: (world: World, ...answers: Answer[]) => Promise<unknown> | unknown
}

/** The tasks of some apps, under a heading for people. */
export interface TaskGroup {
  readonly title: string
  readonly tasks: readonly Task[]
}
