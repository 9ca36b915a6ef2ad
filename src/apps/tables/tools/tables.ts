/** Tools for tables as a whole, and for what they consist of. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { capabilities } from '../../../nextcloud/capabilities.ts'
import { badInput, CodedError } from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { needing, tables } from '../api.ts'
import {
  ColumnResult,
  columnResult,
  TableResult,
  tableResult,
  ViewResult,
  viewResult,
} from '../results.ts'
import { emojiArgument, nodeOf, tableId, title, viewId } from './arguments.ts'

export const listTables = defineTool({
  name: 'nc_tables_list_tables',
  title: 'List tables',
  description: 'Lists the tables of the user and those shared with them, with their views.',
  scopes: ['tables:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({}),
  output: z.object({
    tables: z.array(TableResult),
    total_count: z.int(),
    shared_views: z.array(ViewResult).optional().describe('Shared without their tables'),
  }),
  async run({ session }) {
    const { tables: found, views } = await tables(session).everything()
    return {
      tables: found.map(tableResult),
      total_count: found.length,
      ...(views.length === 0 ? {} : { shared_views: views.map(view => viewResult(view)) }),
    }
  },
})

export const getSchema = defineTool({
  name: 'nc_tables_get_schema',
  title: 'Read the columns of a table',
  description:
    'Reads the columns of a table with their types, options and limits, and its views; or, with view_id, what a view shows.',
  scopes: ['tables:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ table_id: tableId.optional(), view_id: viewId.optional() }),
  output: z.object({
    title: z.string(),
    emoji: z.string().nullable(),
    columns: z.array(ColumnResult),
    views: z.array(ViewResult).describe('To those who may manage the table'),
    description: z.string(),
    tablesVersion: z.string().describe('Of the app'),
  }),
  async run({ session }, args) {
    const api = tables(session)
    const node = nodeOf(args)
    const version = versionOf(session)
    const columns = api.columns(node)
    if (node.kind === 'table') {
      const [table, found, tablesVersion] = await Promise.all([
        api.table(node.id),
        columns,
        version,
      ])
      return {
        title: table.title,
        emoji: table.emoji,
        columns: found.map(columnResult),
        views: table.views.map(view => viewResult(view)),
        description: table.description,
        tablesVersion,
      }
    }
    const [view, found, tablesVersion] = await Promise.all([api.view(node.id), columns, version])
    return {
      title: view.title,
      emoji: view.emoji,
      columns: found.map(columnResult),
      views: [viewResult(view)],
      description: view.description ?? '',
      tablesVersion,
    }
  },
})

/** Remembered with the rest of the capabilities; tables can be read without it. */
async function versionOf(session: Session): Promise<string> {
  const App = z.object({ version: z.string() })
  const found = await capabilities(session).catch(() => undefined)
  return App.safeParse(found?.capabilities.tables).data?.version ?? ''
}

export const saveTable = defineTool({
  name: 'nc_tables_save_table',
  title: 'Create or change a table',
  description: 'Creates an empty table, or changes what is given of the table table_id.',
  scopes: ['tables:write'],
  effect: 'update',
  input: z.object({
    table_id: tableId.optional(),
    title: title.optional(),
    emoji: emojiArgument.optional(),
    description: z.string().optional(),
    archived: z.boolean().optional(),
  }),
  output: TableResult,
  async run({ session }, { table_id, ...changes }) {
    const api = tables(session)
    if (table_id !== undefined) {
      if (Object.values(changes).every(value => value === undefined)) {
        throw badInput('Nothing to change', 'Give title, emoji, description or archived.')
      }
      const update = () => api.updateTable(table_id, changes)
      return tableResult(await needing(session, 'manage', () => table_id, update))
    }
    if (changes.title === undefined) throw badInput('title: a new table needs one')
    if (changes.archived) throw badInput('archived: a new table cannot be in the archive')
    return tableResult(await api.createTable(changes))
  },
})

const KINDS_TO_DELETE = ['table', 'view', 'column'] as const

export const deleteItem = defineTool({
  name: 'nc_tables_delete_item',
  title: 'Delete a table, view or column',
  description: 'Deletes a table with its rows, a column with its cells, or a view, for good.',
  scopes: ['tables:write'],
  effect: 'delete',
  input: z.object({
    kind: z.enum(KINDS_TO_DELETE),
    id: z.int().min(1),
    title: z.string().describe('Its exact title, as a check'),
  }),
  output: z.object({
    deleted_id: z.int(),
    kind: z.string(),
    title: z.string(),
    rows_deleted: z.int().optional().describe('Of a table'),
  }),
  async run({ session }, { kind, id, title: expected }) {
    const api = tables(session)
    const found = await api[kind](id)
    if (found.title.trim() !== expected.trim()) {
      throw badInput(
        `title: the ${kind} ${id} is called "${found.title}"`,
        'Nothing was deleted. Check the id, or give this title.',
      )
    }
    const ofTable = 'tableId' in found ? found.tableId : id
    await needing(
      session,
      'manage',
      () => ofTable,
      async () => {
        if (kind === 'table') await api.deleteTable(id)
        else if (kind === 'view') await api.deleteView(id)
        else {
          await requireNoLoneFilter(session, ofTable, id)
          await api.deleteColumn(id)
        }
      },
    )
    return {
      deleted_id: id,
      kind,
      title: found.title,
      ...('rowsCount' in found && kind === 'table' ? { rows_deleted: found.rowsCount } : {}),
    }
  },
})

/** A view whose filter loses its last rule with a column cannot be read any more. */
async function requireNoLoneFilter(session: Session, tableOf: number, column: number) {
  const { views } = await tables(session).table(tableOf)
  const broken = views.filter(({ filter }) =>
    filter.some(group => group.length > 0 && group.every(({ columnId }) => columnId === column)),
  )
  if (broken.length === 0) return
  const names = broken.map(({ id, title }) => `"${title}" (${id})`).join(', ')
  throw new CodedError('CONFLICT', `Views filter by this column alone: ${names}`, {
    subject: `column ${column}`,
    hint: 'They would break. Change their filter with nc_tables_save_view first.',
  })
}
