/** Arguments that several tools take. */
import { z } from 'zod'
import { isEmoji } from '../../../nextcloud/emoji.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import type { Node } from '../api.ts'

export const tableId = z.int().min(1)
export const viewId = z.int().min(1)
export const rowId = z.int().min(1)
/** The database holds 200 characters. */
export const title = z
  .string()
  .trim()
  .refine(({ length }) => length > 0 && length <= 200, 'takes 1 to 200 characters')
/** Text, also where a model sends it as a number or a boolean. */
export const scalar = z.coerce.string()

export const emojiArgument = z.string().refine(isEmoji, 'is not a single emoji')

/** Values of a row. */
export const rowData = z
  .record(z.string(), z.unknown())
  .describe('Column title or id to value; selections by label, times as 2026-01-31T10:00')

/** What somebody saw of a row before changing it. */
export const lastEdit = z.string().optional().describe('lastEditAt as read')

/** The table or the view that is meant. @throws CodedError `BAD_INPUT` unless it is one of them */
export function nodeOf(args: {
  table_id?: number | undefined
  view_id?: number | undefined
}): Node {
  const { table_id, view_id } = args
  if (table_id !== undefined && view_id === undefined) return { kind: 'table', id: table_id }
  if (view_id !== undefined && table_id === undefined) return { kind: 'view', id: view_id }
  throw badInput('Give either table_id or view_id')
}
