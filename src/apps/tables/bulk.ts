/** Many rows: checked as a whole before anything is written, then one after the other. */
import { errorBody } from '../../mcp/result.ts'
import type { ToolContext } from '../../mcp/tool.ts'
import { badInput, CodedError, unlessMissing } from '../../nextcloud/errors.ts'
import { type Cells, needing, tables } from './api.ts'
import { type CheckedRow, checkChanges, checkNewRow, clockFor } from './row-data.ts'

/** After these the next request can only fail in the same way. */
const HOPELESS: readonly string[] = [
  'UNAUTHORIZED',
  'NOT_PROVISIONED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'UNREACHABLE',
  'CANCELLED',
]
/** Most problems that one error tells. */
const MOST_PROBLEMS = 50
/** Requests at a time while nothing is written yet. */
const AT_ONCE = 4

/** A row to write: an existing one where `row_id` is given. */
export interface Wanted {
  readonly row_id?: number | undefined
  readonly data: Cells
}

/** What became of one row; `index` is its place in the call. */
export interface Report {
  index: number
  status: string
  row_id?: number
  error?: string
}

/** Inserts and changes rows of a table; with `dryRun` only says what would be done. */
export async function writeRows(
  context: ToolContext,
  tableId: number,
  rows: readonly Wanted[],
  dryRun: boolean,
): Promise<Report[]> {
  const { session } = context
  const api = tables(session)
  requireDistinct(rows.flatMap(({ row_id }) => row_id ?? []))
  const columns = await api.columns({ kind: 'table', id: tableId })
  const now = await clockFor(session, columns)
  const checked = rows.map(({ row_id, data }) =>
    row_id === undefined ? checkNewRow(columns, data, now) : checkChanges(columns, data),
  )
  refuseProblems(checked)
  const doing = rows.map(({ row_id }) => (row_id === undefined ? 'inserted' : 'updated'))
  if (dryRun) return doing.map((done, index) => row(index, `would be ${done}`, rows[index]?.row_id))
  return oneByOne(
    context,
    rows.length,
    async index => {
      const id = rows[index]?.row_id
      const cells = checked[index]?.cells ?? {}
      if (id === undefined) {
        const insert = () => api.createRow(tableId, cells)
        const made = await needing(session, 'create', () => tableId, insert)
        return row(index, 'inserted', made.id)
      }
      await needing(
        session,
        'update',
        () => tableId,
        () => api.updateRow(id, cells),
      )
      return row(index, 'updated', id)
    },
    index => rows[index]?.row_id,
  )
}

/**
 * Deletes rows of one table. All are looked at before: one of another table refuses the call,
 * one that is not there is only told.
 */
export async function deleteRows(
  context: ToolContext,
  tableId: number,
  ids: readonly number[],
  dryRun: boolean,
): Promise<Report[]> {
  const { session } = context
  const api = tables(session)
  requireDistinct(ids)
  const missing = new Set<number>()
  const foreign: string[] = []
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE).map(async (id, offset) => {
        const found = await unlessMissing(api.row(id))
        if (found === undefined) missing.add(id)
        else if (found.tableId !== tableId) foreign.push(`${at + offset}: row ${id}`)
      }),
    )
  }
  if (foreign.length > 0) {
    throw badInput(
      `row_ids: not in table ${tableId}: ${foreign.join(', ')}`,
      'Nothing was deleted.',
    )
  }
  const gone = new CodedError('NOT_FOUND', 'Not found')
  if (missing.size === ids.length) {
    throw new CodedError('NOT_FOUND', 'None of the rows is there', { subject: `table ${tableId}` })
  }
  if (dryRun) {
    return ids.map((id, index) =>
      missing.has(id) ? failed(index, gone, id) : row(index, 'would be deleted', id),
    )
  }
  return oneByOne(
    context,
    ids.length,
    async index => {
      const id = ids[index] ?? 0
      if (missing.has(id)) throw gone
      await needing(
        session,
        'delete',
        () => tableId,
        () => api.deleteRow(id),
      )
      return row(index, 'deleted', id)
    },
    index => ids[index],
  )
}

/** So that what was done and what was not is certain whatever happens. */
async function oneByOne(
  { progress }: ToolContext,
  count: number,
  perform: (index: number) => Promise<Report>,
  idOf: (index: number) => number | undefined,
): Promise<Report[]> {
  const reports: Report[] = []
  let hopeless: string | undefined
  for (let index = 0; index < count; index++) {
    if (hopeless !== undefined) {
      reports.push({ ...row(index, 'not tried', idOf(index)), error: hopeless })
      continue
    }
    try {
      reports.push(await perform(index))
    } catch (error) {
      reports.push(failed(index, error, idOf(index)))
      const { code } = errorBody(error)
      if (HOPELESS.includes(code)) hopeless = `${code} at index ${index}`
    }
    progress(index + 1, count)
  }
  return reports
}

function row(index: number, status: string, id: number | undefined): Report {
  return { index, status, ...(id === undefined ? {} : { row_id: id }) }
}

function failed(index: number, error: unknown, id: number | undefined): Report {
  const { code, message, server_message, outcome_unknown } = errorBody(error)
  const said = [message, server_message].filter(Boolean).join(': ')
  const status = outcome_unknown ? 'unknown' : 'failed'
  return { ...row(index, status, id), error: `${code}: ${said}` }
}

function requireDistinct(ids: readonly number[]): void {
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  if (twice.length > 0)
    throw badInput(`Given more than once: row ${[...new Set(twice)].join(', ')}`)
}

function refuseProblems(checked: readonly CheckedRow[]): void {
  const problems = checked.flatMap(({ problems }, index) =>
    problems.map(problem => `rows.${index}: ${problem}`),
  )
  if (problems.length === 0) return
  const more = problems.length - MOST_PROBLEMS
  throw badInput(
    problems.slice(0, MOST_PROBLEMS).join('; ') + (more > 0 ? `; and ${more} more` : ''),
    'Nothing was written. nc_tables_get_schema tells the columns.',
  )
}
