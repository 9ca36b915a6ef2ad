import { authenticate } from '../auth.ts'
import { type Exchange, header, jsonReply, type Reply } from '../http.ts'
import type { Instance } from '../instance.ts'
import { earlyOcsReply, ocsCode, ocsData, ocsReply, unknownRoute } from '../ocs/envelope.ts'
import { bare, callOf } from './api1.ts'
import type { TablesCall } from './guard.ts'
import * as guard from './guard.ts'
import { tellColumn, tellTable, tellView } from './present.ts'
import { Problem, statusOf } from './problem.ts'
import { makeRow } from './row-routes.ts'
import { columnTypes, onTable, onView } from './store.ts'
import { createColumn, updateTable } from './structure.ts'
import {
  listColumns,
  listTables,
  makeTable,
  removeTable,
  route,
  type TablesRoute,
} from './structure-routes.ts'

/** Where the second version of the API lies. */
export const tablesOcsPrefix = '/ocs/v2.php/apps/tables/api/2/'

const routes = [
  route('GET', 'init', call => ({ tables: listTables(call), views: listSharedViews(call) })),
  route('GET', 'tables', listTables),
  route('POST', 'tables', makeTable),
  route('GET', 'tables/*', (call, [id = '']) => tellTable(call, guard.table(call, 'see', id))),
  route('PUT', 'tables/*', (call, [id = '']) => {
    const table = guard.table(call, 'manage', id)
    updateTable(call, table, call.given)
    return tellTable(call, table)
  }),
  route('DELETE', 'tables/*', (call, [id = '']) => removeTable(call, id)),
  route('GET', 'columns/table/*', (call, [id = '']) => listColumns(call, id)),
  ...columnTypes.map(
    (type): TablesRoute =>
      route('POST', `columns/${type}`, call => {
        const table = guard.table(call, 'manage', String(call.given.baseNodeId))
        const column = createColumn(call, table, { ...call.given, type })
        return tellColumn(call.directory, column, true)
      }),
  ),
  route('POST', 'tables/*/rows', (call, [id = '']) => makeRow(call, 'tables', id)),
  route('POST', 'views/*/rows', (call, [id = '']) => makeRow(call, 'views', id)),
].map(({ method, path, run }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll('*', '([^/]+)')}$`),
  run,
}))

/** Answers a request to version 2 of the API. */
export function handleTablesOcs(instance: Instance, exchange: Exchange): Reply {
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return earlyOcsReply(2, 429, 429, 'Reached maximum delay')
  if (outcome === 'wrong') {
    return earlyOcsReply(2, 401, ocsCode.unauthorised, 'Unauthorised', {
      'WWW-Authenticate': 'Basic realm="Authorisation Required"',
    })
  }
  const path = exchange.path.slice(tablesOcsPrefix.length)
  const found = routes.find(
    ({ method, pattern }) => method === exchange.method && pattern.test(path),
  )
  if (found === undefined) return unknownRoute(2)
  if (header(exchange, 'ocs-apirequest') === undefined) {
    return jsonReply(412, { message: 'CSRF check failed' })
  }
  // Without a user the app ends in an error of PHP that is told as a success.
  if (outcome === 'none') {
    return { status: 200, headers: { 'Content-Type': 'text/html; charset=UTF-8' }, body: '' }
  }
  const matched = (found.pattern.exec(path) ?? []).slice(1)
  const call = callOf(instance, exchange, outcome.account.id)
  return answered(exchange, () => found.run(call, matched))
}

function answered(exchange: Exchange, run: () => unknown): Reply {
  try {
    return ocsReply(exchange, 2, ocsData(run()))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { kind, message, early } = error
    if (kind === 'missing' && early) return bare(error)
    const said = kind === 'bad' ? message : 'More details can be found in the logs.'
    const envelope = early ? { message, data: [] } : { message: '', data: { message: said } }
    return ocsReply(exchange, 2, { statuscode: statusOf[kind], ...envelope })
  }
}

/** The views that are shared with the user while their tables are not. */
function listSharedViews(call: TablesCall): object[] {
  const { store, directory, userId } = call
  return [...store.views.values()]
    .filter(
      ({ id, tableId }) =>
        onTable(store, directory, userId, tableId) === undefined &&
        onView(store, directory, userId, id) !== undefined,
    )
    .map(view => tellView(call, view))
}
