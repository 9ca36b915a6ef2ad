/** Tools for rows, one at a time or a page of them. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { needing, tables } from '../api.ts'
import { RowResult, rowReader } from '../results.ts'
import { deleteRow, insertRow, updateRow } from '../rows.ts'
import { lastEdit, nodeOf, rowData, rowId, tableId, viewId } from './arguments.ts'

const ROWS = 100
/** What one call gives at most; there is `next_offset` for the rest. */
const MOST_ROWS = 1_000

export const readTable = defineTool({
  name: 'nc_tables_read_table',
  title: 'Read rows',
  description: `Reads rows of a table or, with view_id, those that a view shows, in its order; ${MOST_ROWS} at most.`,
  scopes: ['tables:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    table_id: tableId.optional(),
    view_id: viewId.optional(),
    limit: z.int().min(1).default(ROWS),
    offset: z.int().min(0).default(0),
  }),
  output: z.object({
    rows: z.array(RowResult),
    total: z.int().optional().describe('Once the last row is reached'),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, { limit, offset, ...args }) {
    const api = tables(session)
    const node = nodeOf(args)
    const wanted = Math.min(limit, MOST_ROWS)
    const read = () => Promise.all([api.columns(node), api.rows(node, wanted + 1, offset)])
    const tableOf = () => (node.kind === 'table' ? node.id : undefined)
    const [columns, rows] = await needing(session, 'read', tableOf, read)
    const end = offset + wanted
    // An offset behind the end says nothing about where the end is.
    const isTotalKnown = rows.length <= wanted && (rows.length > 0 || offset === 0)
    return {
      rows: rows.slice(0, wanted).map(rowReader(columns)),
      ...(isTotalKnown ? { total: offset + rows.length } : {}),
      ...(rows.length > wanted ? { next_offset: end } : {}),
    }
  },
})

export const insertRowTool = defineTool({
  name: 'nc_tables_insert_row',
  title: 'Insert a row',
  description: 'Inserts a row; columns that are not given get their default.',
  scopes: ['tables:write'],
  effect: 'create',
  input: z.object({ table_id: tableId, data: rowData }),
  output: RowResult,
  run: ({ session }, { table_id, data }) => insertRow(session, table_id, data),
})

export const updateRowTool = defineTool({
  name: 'nc_tables_update_row',
  title: 'Change a row',
  description: 'Changes the given columns of a row; the others stay.',
  scopes: ['tables:write'],
  effect: 'update',
  input: z.object({ row_id: rowId, data: rowData, expected_last_edit_at: lastEdit }),
  output: RowResult,
  run: ({ session }, { row_id, data, expected_last_edit_at }) =>
    updateRow(session, row_id, data, expected_last_edit_at),
})

export const deleteRowTool = defineTool({
  name: 'nc_tables_delete_row',
  title: 'Delete a row',
  description: 'Deletes a row for good.',
  scopes: ['tables:write'],
  effect: 'delete',
  input: z.object({ row_id: rowId, expected_last_edit_at: lastEdit }),
  output: RowResult,
  run: ({ session }, { row_id, expected_last_edit_at }) =>
    deleteRow(session, row_id, expected_last_edit_at),
})
