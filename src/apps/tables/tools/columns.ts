/** Creating and changing columns. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { needing, tables } from '../api.ts'
import { emptyColumn, REMOVABLE, settingsOf, wished } from '../column-settings.ts'
import { KINDS, PEOPLE } from '../columns.ts'
import { ColumnResult, columnResult } from '../results.ts'
import { scalar, tableId, title } from './arguments.ts'

export const saveColumn = defineTool({
  name: 'nc_tables_save_column',
  title: 'Create or change a column',
  description:
    'Creates a column in table_id, or changes what is given of column_id; its type stays.',
  scopes: ['tables:write'],
  effect: 'update',
  input: z.object({
    table_id: tableId.optional(),
    column_id: z.int().min(1).optional(),
    title: title.optional(),
    type: z.enum(KINDS).optional(),
    description: z.string().optional(),
    mandatory: z.boolean().optional(),
    default: scalar.optional().describe('Also now, today'),
    options: z.array(z.string()).optional().describe('All labels of a selection'),
    rename: z.record(z.string(), z.string()).optional().describe('Old labels to new'),
    min: z.number().optional(),
    max: z.number().optional(),
    decimals: z.int().min(0).optional(),
    prefix: z.string().optional(),
    suffix: z.string().optional(),
    max_length: z.int().optional(),
    pattern: z.string().optional(),
    unique: z.boolean().optional(),
    multiple: z.boolean().optional(),
    people: z.array(z.enum(PEOPLE)).optional(),
    remove: z.array(z.enum(REMOVABLE)).optional(),
  }),
  output: ColumnResult,
  async run({ session }, { table_id, column_id, type, remove = [], ...wishes }) {
    const api = tables(session)
    if (column_id === undefined) {
      if (table_id === undefined)
        throw badInput('Give table_id, or column_id of a column to change')
      if (wishes.title === undefined || type === undefined) {
        throw badInput('A new column needs title and type')
      }
      const { title: name } = wishes
      const settings = settingsOf(wished(emptyColumn(type), wishes, remove))
      const create = () => api.createColumn(table_id, name, settings)
      return columnResult(await needing(session, 'manage', () => table_id, create))
    }
    if (type !== undefined) {
      throw badInput(
        'type: the type of a column stays',
        'Create another column and copy the values.',
      )
    }
    if (remove.length === 0 && Object.values(wishes).every(value => value === undefined)) {
      throw badInput('Nothing to change')
    }
    return session.account.serialised(`tables/column/${column_id}`, async () => {
      const column = await api.column(column_id)
      if (table_id !== undefined && table_id !== column.tableId) {
        throw badInput(`column_id: column ${column_id} is in table ${column.tableId}`)
      }
      const settings = settingsOf(wished(column, wishes, remove))
      const update = () => api.updateColumn(column_id, settings)
      return columnResult(await needing(session, 'manage', () => column.tableId, update))
    })
  },
})
