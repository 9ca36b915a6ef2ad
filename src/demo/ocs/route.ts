import type { OcsCall, OcsResult } from './envelope.ts'

/** One OCS route. */
export interface OcsRoute {
  method: string
  pattern: RegExp
  run: (call: OcsCall) => OcsResult
  /** App without which the route does not exist. */
  app?: string
}

/** A route below `/ocs/vX.php/`; each `*` stands for one segment. */
export function ocsRoute(
  method: string,
  path: string,
  run: OcsRoute['run'],
  app?: string,
): OcsRoute {
  const pattern = new RegExp(`^${path.replaceAll('*', '([^/]+)')}/?$`)
  return app === undefined ? { method, pattern, run } : { method, pattern, run, app }
}
