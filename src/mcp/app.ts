import type { Resource } from './resource.ts'
import type { Tool } from './tool.ts'

/** One Nextcloud app as this server offers it. */
export interface App {
  /** Name in `--enable-app` and in the documentation: `notes`, `files`. */
  readonly id: string
  readonly title: string
  /** What can be done with it, in a few words for people. */
  readonly about?: string
  /** Other names that `--enable-app` takes. */
  readonly aliases?: readonly string[]
  /**
   * The id under which an instance announces the app; its tools are not listed where it is
   * missing. Undefined for what every Nextcloud has.
   */
  readonly requires?: string
  /**
   * True for what everything else depends on: it is offered whichever apps are chosen, and where
   * only reading is allowed.
   */
  readonly always?: boolean
  /**
   * Does once in a process what would make the first answer slow, some 20 ms at most. Called while
   * a tool waits for Nextcloud: a server that nobody asks for this app spends nothing on it.
   */
  readonly warmUp?: () => void
  readonly tools: readonly Tool[]
  /** Names of those that are listed in compact mode too; the others are found when needed. */
  readonly essential?: readonly string[]
  /**
   * Which tool tells what nobody knows by heart, ids above all: names of arguments to names of
   * tools. A call that lacks such an argument, or has a name in its place, is told that tool. Under
   * `read_only`: which one tells what may be changed.
   */
  readonly toldBy?: Readonly<Record<string, string>>
  readonly resources?: readonly Resource[]
}
