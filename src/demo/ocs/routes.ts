import { authenticate, type Outcome } from '../auth.ts'
import { collectivesRoutes } from '../collectives/routes.ts'
import { onComment, onComments } from '../deck/comments.ts'
import { deckShareType, shareWithCard } from '../deck/shares.ts'
import { formsRoutes } from '../forms/routes.ts'
import {
  type Exchange,
  header,
  integer,
  jsonReply,
  parameters,
  type Reply,
  reply,
} from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import * as mail from '../mail/ocs.ts'
import { notificationRoutes } from '../notifications/routes.ts'
import { pollsRoutes } from '../polls/routes.ts'
import { searchRoutes } from '../search/routes.ts'
import * as sharing from '../shares/api.ts'
import { statusRoutes } from '../status/routes.ts'
import { talkRoutes } from '../talk/routes.ts'
import { teamRoutes } from '../teams/routes.ts'
import { createAppPassword, deleteAppPassword } from './app-passwords.ts'
import { anonymousCapabilities, userCapabilities } from './capabilities.ts'
import { createDirectLink } from './direct-links.ts'
import {
  earlyOcsReply,
  type OcsCall,
  type OcsResult,
  ocsCode,
  ocsData,
  ocsFailure,
  ocsReply,
  unknownRoute,
} from './envelope.ts'
import { OcsFault, OcsRefusal } from './failures.ts'
import { navigation } from './navigation.ts'
import * as provisioning from './provisioning.ts'
import { type Route, route } from './route.ts'
import { autocomplete, recommended, sharees } from './sharees.ts'

const routes: readonly Route[] = [
  route('GET', 'cloud/user', provisioning.ownUser),
  route('GET', 'cloud/users', provisioning.listUsers),
  route('POST', 'cloud/users', provisioning.createUser),
  route('GET', 'cloud/users/details', provisioning.listUserDetails),
  route('GET', 'cloud/users/*', provisioning.getUser),
  route('PUT', 'cloud/users/*', provisioning.editUser),
  route('DELETE', 'cloud/users/*', provisioning.deleteUser),
  route('GET', 'cloud/users/*/groups', provisioning.listGroupsOfUser),
  route('POST', 'cloud/users/*/groups', provisioning.addToGroup),
  route('DELETE', 'cloud/users/*/groups', provisioning.removeFromGroup),
  route('GET', 'cloud/groups', provisioning.listGroups),
  route('GET', 'cloud/groups/*/users', provisioning.listMembers),
  route('GET', 'core/autocomplete/get', autocomplete),
  route('GET', 'core/navigation/apps', navigation),
  route('GET', 'core/getapppassword', createAppPassword),
  route('DELETE', 'core/apppassword', deleteAppPassword),
  route('POST', 'apps/dav/api/v1/direct', createDirectLink),
  sharingRoute('GET', 'sharees', sharees),
  sharingRoute('GET', 'sharees_recommended', recommended),
  sharingRoute('GET', 'shares', sharing.listShares),
  sharingRoute('POST', 'shares', postShare),
  sharingRoute('GET', 'shares/*', sharing.getShare),
  sharingRoute('PUT', 'shares/*', sharing.putShare),
  sharingRoute('DELETE', 'shares/*', sharing.deleteShare),
  route('GET', 'apps/deck/api/v1.0/cards/*/comments', onComments, 'deck'),
  route('POST', 'apps/deck/api/v1.0/cards/*/comments', onComments, 'deck'),
  route('PUT', 'apps/deck/api/v1.0/cards/*/comments/*', onComment, 'deck'),
  route('DELETE', 'apps/deck/api/v1.0/cards/*/comments/*', onComment, 'deck'),
  ...talkRoutes,
  ...formsRoutes,
  ...pollsRoutes,
  route('GET', 'apps/mail/account/list', mail.listAccounts, 'mail'),
  route('POST', 'apps/mail/message/send', mail.sendMessage, 'mail'),
  route('GET', 'apps/mail/message/*', mail.getMessage, 'mail'),
  route('GET', 'apps/mail/message/*/raw', mail.getRaw, 'mail'),
  route('GET', 'apps/mail/message/*/attachment/*', mail.getAttachment, 'mail'),
  ...teamRoutes,
  ...collectivesRoutes,
  ...notificationRoutes,
  ...statusRoutes,
  ...searchRoutes,
]

function sharingRoute(method: string, path: string, run: Route['run']): Route {
  return route(method, `apps/files_sharing/api/v1/${path}`, run, 'files_sharing')
}

/** A card is one of those that files are shared with; what becomes of that is Deck's to say. */
function postShare(call: OcsCall): OcsResult {
  const isForCard = integer(call.parameters.shareType) === deckShareType
  return isForCard && isEnabled(call.instance, 'deck')
    ? shareWithCard(call)
    : sharing.postShare(call)
}

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
    return candidates.length > 0 ? methodNotAllowed() : unknownRoute(version)
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
