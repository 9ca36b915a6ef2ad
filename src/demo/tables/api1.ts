import { authenticate } from '../auth.ts'
import {
  type Exchange,
  header,
  jsonReply,
  parameters,
  type Reply,
  reply,
  unknownRoute,
} from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import type { TablesCall } from './guard.ts'
import { Problem, statusOf } from './problem.ts'
import { rowRoutes } from './row-routes.ts'
import { structureRoutes } from './structure-routes.ts'

/** Where the first version of the API lies. */
export const tablesPrefix = '/index.php/apps/tables/'

const routes = [...structureRoutes, ...rowRoutes].map(({ method, path, run }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll('*', '([^/]+)')}$`),
  run,
}))

/** Answers a request to the Tables app, version 1 of its API. */
export function handleTables(instance: Instance, exchange: Exchange): Reply {
  const path = exchange.path.slice(`${tablesPrefix}api/1/`.length)
  const found = routes.find(
    ({ method, pattern }) => method === exchange.method && pattern.test(path),
  )
  const isApi = exchange.path.startsWith(`${tablesPrefix}api/1/`)
  if (!isEnabled(instance, 'tables') || !isApi || found === undefined) return unknownRoute()
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return jsonReply(429, { message: 'Reached maximum delay' })
  if (outcome === 'wrong') return jsonReply(401, { message: '' })
  if (outcome === 'none' || (outcome.bearer && header(exchange, 'ocs-apirequest') === undefined)) {
    return jsonReply(401, { message: 'Current user is not logged in' })
  }
  const matched = (found.pattern.exec(path) ?? []).slice(1)
  const call = callOf(instance, exchange, outcome.account.id)
  return answered(() => jsonReply(200, found.run(call, matched)))
}

/** A request as the routes of both versions see it. */
export function callOf({ state, settings }: Instance, exchange: Exchange, userId: string) {
  const call: TablesCall = {
    store: state.tables,
    directory: state.directory,
    userId,
    now: settings.now(),
    given: parameters(exchange),
  }
  return call
}

/** The answer, or what the first version makes of a problem. */
function answered(run: () => Reply): Reply {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.early || error.kind === 'crash'
      ? bare(error)
      : jsonReply(statusOf[error.kind], { message: error.message })
  }
}

/** A problem that is told by its status: without a body, or with a page about an error of PHP. */
export function bare({ kind }: Problem): Reply {
  const page =
    kind === 'crash' ? '<!DOCTYPE html>\n<html><body>Internal Server Error</body></html>' : ''
  return reply(statusOf[kind], { 'Content-Type': 'text/html; charset=UTF-8' }, page)
}
