/** Places for search databases, and what they refuse. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A path for a database in a folder of its own, and how that is removed. */
export function freshFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'search-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { path: join(folder, 'search.db'), remove }
}

/** The same, gone after the test. */
export function freshPath(): string {
  const { path, remove } = freshFolder()
  onTestFinished(remove)
  return path
}

/** What something rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise])
  if (result.status === 'rejected') return result.reason
  throw new Error('it did not fail')
}
