/** Creating and changing views. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput, isCodedError, withDetails } from '../../../nextcloud/errors.ts'
import type { Session } from '../../../nextcloud/session.ts'
import { needing, tables } from '../api.ts'
import { ViewResult, viewResult } from '../results.ts'
import { forVersionOf, OPERATORS, type ViewWishes, viewData } from '../view-rules.ts'
import { emojiArgument, scalar, tableId, title, viewId } from './arguments.ts'

export const saveView = defineTool({
  name: 'nc_tables_save_view',
  title: 'Create or change a view',
  description:
    'Creates a view of table_id, or changes what is given of view_id. Columns by title, id, or as created_by, last_edit_at.',
  scopes: ['tables:write'],
  effect: 'update',
  input: z.object({
    table_id: tableId.optional(),
    view_id: viewId.optional(),
    title: title.optional(),
    emoji: emojiArgument.optional(),
    description: z.string().min(1).optional(),
    columns: z.array(z.string()).optional().describe('Default: all'),
    filter: z
      .array(
        z.array(
          z.object({
            column: z.string(),
            operator: z.enum(OPERATORS),
            value: scalar.optional(),
          }),
        ),
      )
      .optional()
      .describe('All rules of one of the groups hold; [] for all rows'),
    sort: z.array(z.string()).optional().describe('Columns; descending with - in front'),
  }),
  output: ViewResult,
  async run({ session }, { table_id, view_id, ...wishes }) {
    if (view_id !== undefined) {
      if (Object.values(wishes).every(value => value === undefined)) {
        throw badInput('Nothing to change')
      }
      return changeView(session, view_id, table_id, wishes)
    }
    if (table_id === undefined) throw badInput('Give table_id, or view_id of a view to change')
    if (wishes.title === undefined) throw badInput('title: a new view needs one')
    return createView(session, table_id, wishes.title, wishes)
  },
})

async function changeView(
  session: Session,
  id: number,
  expectedTable: number | undefined,
  wishes: ViewWishes,
) {
  const api = tables(session)
  const view = await api.view(id)
  if (expectedTable !== undefined && expectedTable !== view.tableId) {
    throw badInput(`view_id: view ${id} is of table ${view.tableId}`)
  }
  const columns = await api.columns({ kind: 'table', id: view.tableId })
  const data = forVersionOf(view, viewData(columns, wishes))
  const update = () => api.updateView(id, data)
  return viewResult(await needing(session, 'manage', () => view.tableId, update))
}

async function createView(session: Session, tableOf: number, name: string, wishes: ViewWishes) {
  const api = tables(session)
  const columns = await api.columns({ kind: 'table', id: tableOf })
  const all = columns.map(({ id }) => String(id))
  const data = viewData(columns, { ...wishes, columns: wishes.columns ?? all })
  const create = () => api.createView(tableOf, name, wishes.emoji)
  const made = await needing(session, 'manage', () => tableOf, create)
  // The app makes a view that shows nothing, and what it shows is a change of it.
  try {
    return viewResult(await api.updateView(made.id, forVersionOf(made, data)))
  } catch (error) {
    if (!isCodedError(error)) throw error
    throw withDetails(error, `The view was created with the id ${made.id}, but it is still empty`, {
      hint: `Repeat with view_id ${made.id} instead of table_id.`,
    })
  }
}
