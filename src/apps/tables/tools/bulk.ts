/** Tools for many rows at once. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { deleteRows, type Report, writeRows } from '../bulk.ts'
import { rowId, tableId } from './arguments.ts'

/** Each costs a request or two, one after the other. */
const MOST_ROWS = 200

const dryRun = z.boolean().default(false).describe('Only check and tell')

const Reports = z.object({
  dry_run: z.boolean().optional(),
  done_count: z.int(),
  failed_count: z.int().describe('Rows that failed, were not tried, or whose outcome is unknown'),
  results: z.array(
    z.object({
      index: z.int().describe('Place in the call'),
      status: z.string(),
      row_id: z.int().optional(),
      error: z.string().optional(),
    }),
  ),
})

export const writeRowsTool = defineTool({
  name: 'nc_tables_write_rows',
  title: 'Insert or change many rows',
  description: `Inserts up to ${MOST_ROWS} rows; changes those with row_id. Writes nothing if one is wrong; reports each.`,
  scopes: ['tables:write'],
  effect: 'update',
  input: z.object({
    table_id: tableId,
    rows: z
      .array(
        z.object({
          row_id: rowId.optional(),
          data: z.record(z.string(), z.unknown()),
        }),
      )
      .min(1)
      .max(MOST_ROWS),
    dry_run: dryRun,
  }),
  output: Reports,
  run: async (context, { table_id, rows, dry_run }) =>
    counted(await writeRows(context, table_id, rows, dry_run), dry_run),
})

export const deleteRowsTool = defineTool({
  name: 'nc_tables_delete_rows',
  title: 'Delete many rows',
  description: `Deletes up to ${MOST_ROWS} rows of a table for good. Use dry_run first; reports each.`,
  scopes: ['tables:write'],
  effect: 'delete',
  input: z.object({
    table_id: tableId,
    row_ids: z.array(rowId).min(1).max(MOST_ROWS),
    dry_run: dryRun,
  }),
  output: Reports,
  run: async (context, { table_id, row_ids, dry_run }) =>
    counted(await deleteRows(context, table_id, row_ids, dry_run), dry_run),
})

function counted(results: Report[], dryRun: boolean): z.input<typeof Reports> {
  const failedCount = results.filter(({ error }) => error !== undefined).length
  return {
    ...(dryRun ? { dry_run: true } : {}),
    done_count: dryRun ? 0 : results.length - failedCount,
    failed_count: failedCount,
    results,
  }
}
