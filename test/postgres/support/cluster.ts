/** One cluster for all files: each test makes a database of its own in it. */
import type { TestProject } from 'vitest/node'
import { lackingPostgres, type Postgres, startPostgres } from '../../support/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    cluster: { readonly port: number } | undefined
  }
}

/** Starts it before the first test and ends it after the last; without it all tests are skipped. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const why = lackingPostgres()
  let cluster: Postgres | undefined
  if (why === undefined) cluster = await startPostgres()
  else if (process.env.CI) throw new Error(why)
  else process.stderr.write(`Skipped: ${why}\n`)
  project.provide('cluster', cluster && { port: cluster.port })
  return async () => {
    await cluster?.stop()
  }
}
