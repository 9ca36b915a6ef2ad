/** What can be wrong with a configuration, all of it told at once. */

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Name of the variable. */
  name: string
  /** What is wrong and what to do about it. */
  message: string
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a fault' : `${problems.length} faults`}:\n${problems
        .map(({ name, message }) => `  ${name}: ${message}`)
        .join('\n')}`,
    )
    this.problems = problems
  }
}
