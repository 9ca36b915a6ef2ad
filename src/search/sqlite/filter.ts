/** Which documents count, as SQL. */
import type { SQLInputValue } from 'node:sqlite'
import { comparablePath } from '../index/path.ts'
import type { SearchFilter } from '../index/search-index.ts'

/** A condition on a row of `index_document` called `d`. */
export interface Condition {
  readonly text: string
  readonly values: readonly SQLInputValue[]
}

/**
 * The condition that documents of a partition have to meet; undefined where all of them do. Empty
 * lists are met by none.
 */
export function conditionOf(filter: SearchFilter): Condition | undefined {
  const { types, modifiedAfter, modifiedBefore, pathPrefixes } = filter
  const parts: Condition[] = []
  if (types !== undefined) {
    parts.push({ text: `d.type IN (${types.map(() => '?').join()})`, values: types })
  }
  if (modifiedAfter !== undefined) {
    parts.push({ text: 'd.modified_at >= ?', values: [modifiedAfter] })
  }
  if (modifiedBefore !== undefined) {
    parts.push({ text: 'd.modified_at <= ?', values: [modifiedBefore] })
  }
  if (pathPrefixes !== undefined) parts.push(anyOf(pathPrefixes.map(isBelow)))
  if (parts.length === 0) return undefined
  return {
    text: parts.map(({ text }) => `(${text})`).join(' AND '),
    values: parts.flatMap(({ values }) => values),
  }
}

function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { text: 'FALSE', values: [] }
  return {
    text: conditions.map(({ text }) => text).join(' OR '),
    values: conditions.flatMap(({ values }) => values),
  }
}

/** `0` follows `/`: what is between the two begins with the folder's path and a slash. */
function isBelow(folder: string): Condition {
  const path = comparablePath(folder)
  return {
    text: 'd.folded_path = ? OR (d.folded_path >= ? AND d.folded_path < ?)',
    values: [path, `${path}/`, `${path}0`],
  }
}
