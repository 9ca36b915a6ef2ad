import { integer } from '../http.ts'
import type { OcsCall, OcsResult } from '../ocs/envelope.ts'
import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import { type Route, route } from '../ocs/route.ts'
import { canEdit, levelOf } from './manage.ts'
import type { PageCall } from './pages.ts'
import type { Collective } from './store.ts'

const root = 'apps/collectives/api/v1.0/collectives'

/** A route below the collectives. */
export function on(method: string, path: string, run: (call: OcsCall) => OcsResult): Route {
  return route(method, root + path, run, 'collectives')
}

/** An emoji, `''` to take it away, null for what was not given. */
export function checkedEmoji(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return value === '' ? '' : null
  const [first, ...others] = new Intl.Segmenter().segment(value)
  const single = first !== undefined && others.length === 0
  if (!single || !/\p{Extended_Pictographic}/u.test(value) || [...value].length > 8) {
    throw new OcsFault()
  }
  return value
}

/** What the collective in the path and the caller make up. */
export function reading(call: OcsCall): PageCall {
  const { state } = call.instance
  return { state, collective: collectiveOf(call), userId: call.identity.account.id }
}

/** The same, for those who may change its pages. */
export function editing(call: OcsCall): PageCall {
  const found = reading(call)
  if (canEdit(found.state, found.collective, found.userId)) return found
  throw new OcsRefusal(403, 'Not allowed to edit collective')
}

/** The collective in the path. */
export function collectiveOf({ instance, identity, matched }: OcsCall): Collective {
  const id = integer(matched[0]) ?? 0
  const collective = instance.state.collectives.collectives.get(id)
  if (collective === undefined || collective.trashTimestamp !== null) {
    throw new OcsRefusal(404, `Collective not found: ${String(id)}`)
  }
  if (levelOf(instance.state, collective, identity.account.id) > 0) return collective
  throw new OcsRefusal(404, 'Circle not found')
}
