import type { OcsCall, OcsResult } from './envelope.ts'

/** A route of OCS, and what answers it. */
export interface Route {
  method: string
  pattern: RegExp
  run: (call: OcsCall) => OcsResult
  /** App without which the route does not exist. */
  app?: string
}

/** A route by its path below `/ocs/v2.php/`, in which `*` stands for one segment. */
export function route(method: string, path: string, run: Route['run'], app?: string): Route {
  const pattern = new RegExp(`^${path.replaceAll('*', '([^/]+)')}/?$`)
  return app === undefined ? { method, pattern, run } : { method, pattern, run, app }
}
