import { authenticate, type Outcome } from '../auth.ts'
import { collectivesRoutes } from '../collectives/routes.ts'
import { type Exchange, header, jsonReply, parameters, type Reply, reply } from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import { notificationRoutes } from '../notifications/routes.ts'
import { searchRoutes } from '../search/routes.ts'
import { statusRoutes } from '../status/routes.ts'
import { teamRoutes } from '../teams/routes.ts'
import { createAppPassword, deleteAppPassword } from './app-passwords.ts'
import { anonymousCapabilities, userCapabilities } from './capabilities.ts'
import { createDirectLink } from './direct-links.ts'
import {
  earlyOcsReply,
  ocsCode,
  ocsData,
  ocsFailure,
  ocsReply,
  unknownOcsRoute,
} from './envelope.ts'
import { OcsFault, OcsRefusal } from './failures.ts'
import { navigation } from './navigation.ts'
import * as provisioning from './provisioning.ts'
import { type OcsRoute, ocsRoute } from './route.ts'
import { autocomplete, sharees } from './sharees.ts'

const routes: readonly OcsRoute[] = [
  ocsRoute('GET', 'cloud/user', provisioning.ownUser),
  ocsRoute('GET', 'cloud/users', provisioning.listUsers),
  ocsRoute('POST', 'cloud/users', provisioning.createUser),
  ocsRoute('GET', 'cloud/users/details', provisioning.listUserDetails),
  ocsRoute('GET', 'cloud/users/*', provisioning.getUser),
  ocsRoute('PUT', 'cloud/users/*', provisioning.editUser),
  ocsRoute('DELETE', 'cloud/users/*', provisioning.deleteUser),
  ocsRoute('GET', 'cloud/users/*/groups', provisioning.listGroupsOfUser),
  ocsRoute('POST', 'cloud/users/*/groups', provisioning.addToGroup),
  ocsRoute('DELETE', 'cloud/users/*/groups', provisioning.removeFromGroup),
  ocsRoute('GET', 'cloud/groups', provisioning.listGroups),
  ocsRoute('GET', 'cloud/groups/*/users', provisioning.listMembers),
  ocsRoute('GET', 'core/autocomplete/get', autocomplete),
  ocsRoute('GET', 'core/navigation/apps', navigation),
  ocsRoute('GET', 'core/getapppassword', createAppPassword),
  ocsRoute('DELETE', 'core/apppassword', deleteAppPassword),
  ocsRoute('POST', 'apps/dav/api/v1/direct', createDirectLink),
  ocsRoute('GET', 'apps/files_sharing/api/v1/sharees', sharees, 'files_sharing'),
  ...teamRoutes,
  ...collectivesRoutes,
  ...notificationRoutes,
  ...statusRoutes,
  ...searchRoutes,
]

/** Answers a request below `/ocs/v1.php/` or `/ocs/v2.php/`. */
export function handleOcs(instance: Instance, exchange: Exchange, version: 1 | 2): Reply {
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return earlyOcsReply(version, 429, 429, 'Reached maximum delay')
  if (outcome === 'wrong') {
    return earlyOcsReply(version, 401, ocsCode.unauthorised, 'Unauthorised', {
      'WWW-Authenticate': 'Basic realm="Authorisation Required"',
    })
  }
  const path = exchange.path.slice('/ocs/v1.php/'.length)
  if (/^cloud\/capabilities\/?$/.test(path)) {
    if (exchange.method !== 'GET') return methodNotAllowed()
    return csrfFailure(exchange) ?? capabilities(instance, exchange, version, outcome)
  }

  const candidates = routes.filter(
    ({ pattern, app }) => pattern.test(path) && (app === undefined || isEnabled(instance, app)),
  )
  // `cloud/users/details` also matches `cloud/users/*`: the first route of a method wins.
  const found = candidates.find(({ method }) => method === exchange.method)
  if (found === undefined) {
    return candidates.length > 0 ? methodNotAllowed() : unknownOcsRoute(version)
  }
  if (outcome === 'none') {
    const failure = ocsFailure(ocsCode.unauthorised, 'Current user is not logged in')
    return ocsReply(exchange, version, failure)
  }
  const matched = (found.pattern.exec(path) ?? []).slice(1).map(decode)
  const forged = csrfFailure(exchange)
  if (forged !== undefined) return forged
  const call = { instance, exchange, identity: outcome, parameters: parameters(exchange), matched }
  try {
    return ocsReply(exchange, version, found.run(call))
  } catch (error) {
    if (error instanceof OcsRefusal) {
      return ocsReply(exchange, version, ocsFailure(error.statuscode, error.message))
    }
    if (!(error instanceof OcsFault)) throw error
    return earlyOcsReply(version, 500, ocsCode.serverError, 'Internal Server Error\n')
  }
}

function capabilities(
  instance: Instance,
  exchange: Exchange,
  version: 1 | 2,
  outcome: Outcome,
): Reply {
  const found =
    typeof outcome === 'object' ? userCapabilities(instance) : anonymousCapabilities(instance)
  return ocsReply(exchange, version, ocsData(found.data, { ETag: found.etag }))
}

/** Nextcloud accepts a request that no browser form can send; everything else might be forged. */
function csrfFailure(exchange: Exchange): Reply | undefined {
  if (header(exchange, 'ocs-apirequest') !== undefined) return undefined
  return jsonReply(412, { message: 'CSRF check failed' })
}

function methodNotAllowed(): Reply {
  return reply(405, { 'Content-Type': 'text/xml; charset=UTF-8' })
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
