/** Single rows: making, changing and deleting them. */
import { CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Cells, needing, tables } from './api.ts'
import { type RowResult, rowReader } from './results.ts'
import { checkChanges, checkNewRow, clockFor, wrongData } from './row-data.ts'
import type { ApiRow } from './shapes.ts'

/** Makes a row; told as it is stored, which may differ from what was sent. */
export async function insertRow(
  session: Session,
  tableId: number,
  data: Cells,
): Promise<RowResult> {
  const api = tables(session)
  const columns = await api.columns({ kind: 'table', id: tableId })
  const { cells, problems } = checkNewRow(columns, data, await clockFor(session, columns))
  if (problems.length > 0) throw wrongData(problems)
  const insert = () => api.createRow(tableId, cells)
  const made = await needing(session, 'create', () => tableId, insert)
  // Who may add rows need not be able to read them; the row is there all the same.
  const stored = await api.row(made.id).catch(() => made)
  return rowReader(columns)(stored)
}

/**
 * Changes cells of a row and leaves the others alone. The API knows no condition: `lastEdit` is
 * compared with what is read right before writing, to the second, and so leaves a gap of a moment.
 */
export async function updateRow(
  session: Session,
  id: number,
  data: Cells,
  lastEdit: string | undefined,
): Promise<RowResult> {
  const api = tables(session)
  return exclusively(session, id, async () => {
    const row = await api.row(id)
    requireUnchanged(row, lastEdit)
    const columns = await api.columns({ kind: 'table', id: row.tableId })
    const { cells, problems } = checkChanges(columns, data)
    if (problems.length > 0) throw wrongData(problems)
    const update = () => api.updateRow(id, cells)
    const updated = await needing(session, 'update', () => row.tableId, update)
    // The answer tells the edit before this one.
    const unknown = { ...updated, lastEditBy: null, lastEditAt: null }
    const stored = await api.row(id).catch(() => unknown)
    return rowReader(columns)(stored)
  })
}

/** Deletes a row for good; `lastEdit` as in {@link updateRow}. One request without it. */
export async function deleteRow(
  session: Session,
  id: number,
  lastEdit: string | undefined,
): Promise<ApiRow> {
  const api = tables(session)
  return exclusively(session, id, async () => {
    if (lastEdit !== undefined) requireUnchanged(await api.row(id), lastEdit)
    const tableOf = () =>
      api.row(id).then(
        ({ tableId }) => tableId,
        () => undefined,
      )
    return needing(session, 'delete', tableOf, () => api.deleteRow(id))
  })
}

function exclusively<T>(session: Session, id: number, task: () => Promise<T>): Promise<T> {
  return session.account.serialised(`tables/row/${id}`, task)
}

function requireUnchanged(row: ApiRow, lastEdit: string | undefined): void {
  if (lastEdit === undefined || lastEdit === row.lastEditAt) return
  throw new CodedError('CONFLICT', 'The row has been changed since it was read', {
    subject: `row ${row.id}`,
    hint: `It was last edited at ${row.lastEditAt} by ${row.lastEditBy}. Read it again and merge.`,
  })
}
