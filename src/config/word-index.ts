/** Which Node.js can keep the index of semantic search in a file of its own. */
import type { ConfigProblem } from './problems.ts'

/** The first of each line whose SQLite has FTS5, the index of words; 23 never had it. */
const FIRST: Readonly<Record<number, number>> = { 22: 16, 23: Number.POSITIVE_INFINITY }

/** Whether the SQLite of a Node.js, such as `22.13.0`, has no index of words. */
export function lacksWordIndex(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return minor < (FIRST[major] ?? 0)
}

/** What is wrong with an index in a file under this Node.js, if anything. */
export function wordIndexProblems(qdrantUrl: string | undefined, version: string): ConfigProblem[] {
  if (qdrantUrl !== undefined || !lacksWordIndex(version)) return []
  const message = `needs Node.js 22.16, 24 or newer (this is ${version}), or QDRANT_URL: the SQLite of older ones has no index of words`
  return [{ name: 'ENABLE_SEMANTIC_SEARCH', message }]
}
