/**
 * The Tables app's HTTP interface: version 1, and version 2 (OCS) where the first one is worse.
 *
 * Version 1 has no scheme of a table without an emoji (it fails), and its update of a table
 * brings it back from the archive. Its messages say more than those of version 2.
 * @see https://github.com/nextcloud/tables/blob/main/openapi.json
 */
import { z } from 'zod'
import { CodedError, hasCode, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import { ocs } from '../../nextcloud/ocs.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list } from '../../nextcloud/tolerant.ts'
import { ApiColumn, ApiRow, ApiTable, ApiView } from './shapes.ts'

const V1 = '/index.php/apps/tables/api/1'
const V2 = '/apps/tables/api/2'

/** What a table may be given. */
export interface TableChanges {
  title?: string | undefined
  emoji?: string | undefined
  description?: string | undefined
  archived?: boolean | undefined
}

/** A table or a view. */
export interface Node {
  readonly kind: 'table' | 'view'
  readonly id: number
}

/** Values by the id of their column. */
export type Cells = Readonly<Record<string, unknown>>

const Everything = z.object({ tables: list(ApiTable), views: list(ApiView).catch([]) })

/** Tables as the user of `session`; each method is one request. */
export function tables(session: Session) {
  async function send<T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    subject: string,
    more: { body?: object; query?: HttpRequest['query'] } = {},
  ): Promise<T> {
    const { body, query } = more
    const request: HttpRequest = {
      method,
      path: V1 + path,
      subject,
      expect: [200],
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }
    try {
      return (await session.send(request)).json(schema)
    } catch (error) {
      throw isCodedError(error) ? explained(error) : error
    }
  }
  const sendTable = (method: string, path: string, subject: string, json: object) =>
    ocs(session, ApiTable, { method, path: `${V2}${path}`, subject, json })

  return {
    /** All tables the user may use, and the views that are shared without their tables. */
    everything: () =>
      ocs(session, Everything, { path: `${V2}/init`, subject: 'the tables' }).catch(listFailed),

    table: (id: number) => send(ApiTable, 'GET', `/tables/${id}`, named('table', id)),

    createTable: ({ title = '', ...rest }: TableChanges) =>
      sendTable('POST', '/tables', `the new table "${title}"`, { title, ...rest }),

    /** Changes what is given. */
    updateTable: (id: number, changes: TableChanges) =>
      sendTable('PUT', `/tables/${id}`, named('table', id), changes),

    deleteTable: (id: number) => send(ApiTable, 'DELETE', `/tables/${id}`, named('table', id)),

    view: (id: number) => send(ApiView, 'GET', `/views/${id}`, named('view', id)),

    createView: (tableId: number, title: string, emoji: string | undefined) =>
      send(ApiView, 'POST', `/tables/${tableId}/views`, named('table', tableId), {
        body: { title, ...(emoji === undefined ? {} : { emoji }) },
      }),

    /** Changes what `data` has; an empty list in it changes nothing. */
    updateView: (id: number, data: object) =>
      send(ApiView, 'PUT', `/views/${id}`, named('view', id), { body: { data } }),

    deleteView: (id: number) => send(ApiView, 'DELETE', `/views/${id}`, named('view', id)),

    /**
     * The columns of a table, in the order in which they were made, or those that a view shows.
     * @throws CodedError `NOT_FOUND` also for a table that is not shared with the user
     */
    async columns({ kind, id }: Node): Promise<ApiColumn[]> {
      const subject = named(kind, id)
      return send(list(ApiColumn), 'GET', `/${kind}s/${id}/columns`, subject).catch(notShared)
    },

    column: (id: number) => send(ApiColumn, 'GET', `/columns/${id}`, named('column', id)),

    createColumn: (tableId: number, title: string, settings: object) =>
      send(ApiColumn, 'POST', `/tables/${tableId}/columns`, named('table', tableId), {
        body: { title, ...settings },
      }),

    /** Changes a column; most settings that are left out are reset. */
    updateColumn: (id: number, settings: object) =>
      send(ApiColumn, 'PUT', `/columns/${id}`, named('column', id), { body: settings }),

    deleteColumn: (id: number) => send(ApiColumn, 'DELETE', `/columns/${id}`, named('column', id)),

    rows: ({ kind, id }: Node, limit: number, offset: number) =>
      send(list(ApiRow), 'GET', `/${kind}s/${id}/rows`, named(kind, id), {
        query: { limit, offset },
      }),

    row: (id: number) => send(ApiRow, 'GET', `/rows/${id}`, named('row', id)),

    /** Makes a row, told without who made it and when. Defaults are not filled in. */
    createRow: (tableId: number, data: Cells) =>
      send(ApiRow, 'POST', `/tables/${tableId}/rows`, named('table', tableId), { body: { data } }),

    /** Changes the given cells; told with who changed it before, and when. */
    updateRow: (id: number, data: Cells) =>
      send(ApiRow, 'PUT', `/rows/${id}`, named('row', id), { body: { data } }),

    /** Deletes a row for good; tells what it held. */
    deleteRow: (id: number) => send(ApiRow, 'DELETE', `/rows/${id}`, named('row', id)),
  }
}

/** The interface, for what is handed on. */
export type TablesApi = ReturnType<typeof tables>

function named(kind: string, id: number): string {
  return `${kind} ${id}`
}

/** Failures of the app that say what is wrong in words only, some of them in SQL. */
function explained(error: CodedError): CodedError {
  const { serverMessage = '', serverMessage: _, ...details } = error.details
  if (/Row2Mapper - (findAll|getWantedRowIds)/.test(serverMessage)) {
    return new CodedError(error.code, 'The filter or the order of the view is broken', {
      ...details,
      hint: 'Set them anew with nc_tables_save_view; a column they name may be gone.',
    })
  }
  if (/Did expect one result but found none/.test(serverMessage)) {
    return new CodedError('NOT_FOUND', 'Not found', {
      ...details,
      hint: 'Check the id; it may have been deleted.',
    })
  }
  if (/is not part of (table|view)/.test(serverMessage)) {
    return new CodedError('CONFLICT', serverMessage, {
      ...details,
      hint: 'The row belongs to another table, or the column was deleted. Read the schema again.',
    })
  }
  if (/^(update|delete) column id = \d+ is not allowed/.test(serverMessage)) {
    return new CodedError('FORBIDDEN', 'Not allowed for this user', details)
  }
  return error
}

/** The app counts the rows of every view for its list, and one that it cannot count ends it. */
function listFailed(error: unknown): never {
  if (!hasCode(error, 'UPSTREAM_ERROR') || error.details.status !== 500) throw error
  throw withDetails(error, 'Tables could not list the tables', {
    hint: 'One broken view is enough for that, as one that filters by a deleted column. Single tables can still be read by their id.',
  })
}

/** Missing and foreign tables look alike, and that is all there is to say. */
function notShared(error: unknown): never {
  if (hasCode(error, 'FORBIDDEN') && /no read access/.test(error.details.serverMessage ?? '')) {
    const { serverMessage: _, ...details } = error.details
    throw new CodedError('NOT_FOUND', 'Not found, or not shared with this user', {
      ...details,
      hint: 'nc_tables_list_tables lists what there is.',
    })
  }
  throw error
}

/** Adds what a refused user may do instead; asks for it only then. */
export async function needing<T>(
  session: Session,
  permission: 'read' | 'create' | 'update' | 'delete' | 'manage',
  tableOf: () => number | undefined | Promise<number | undefined>,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!hasCode(error, 'FORBIDDEN')) throw error
    const id = await tableOf()
    const table =
      id === undefined
        ? undefined
        : await tables(session)
            .table(id)
            .catch(() => undefined)
    const held = Object.entries(table?.onSharePermissions ?? {})
      .filter(([, isHeld]) => isHeld === true)
      .map(([name]) => name)
    const owner = table?.ownerDisplayName ?? 'its owner'
    throw withDetails(error, `This needs the permission "${permission}" in the table`, {
      hint:
        table === undefined
          ? 'Ask the owner of the table for it.'
          : `You have: ${held.join(', ') || 'none'}. ${owner} can give more.`,
    })
  }
}
