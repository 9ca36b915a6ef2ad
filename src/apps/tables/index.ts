import type { App } from '../../mcp/app.ts'
import { deleteRowsTool, writeRowsTool } from './tools/bulk.ts'
import { saveColumn } from './tools/columns.ts'
import { deleteRowTool, insertRowTool, readTable, updateRowTool } from './tools/rows.ts'
import { deleteItem, getSchema, listTables, saveTable } from './tools/tables.ts'
import { saveView } from './tools/views.ts'

/** Nextcloud Tables: tables with typed columns, views of them, and rows. */
export const tablesApp: App = {
  id: 'tables',
  title: 'Tables',
  about: 'Tables with typed columns, views, rows one by one or in bulk',
  requires: 'tables',
  tools: [
    listTables,
    getSchema,
    readTable,
    insertRowTool,
    updateRowTool,
    deleteRowTool,
    writeRowsTool,
    deleteRowsTool,
    saveTable,
    saveColumn,
    saveView,
    deleteItem,
  ],
  essential: ['nc_tables_list_tables', 'nc_tables_read_table'],
  toldBy: {
    expected_last_edit_at: 'nc_tables_read_table',
    table_id: 'nc_tables_list_tables',
    view_id: 'nc_tables_list_tables',
    row_id: 'nc_tables_read_table',
    row_ids: 'nc_tables_read_table',
    column_id: 'nc_tables_get_schema',
  },
}
