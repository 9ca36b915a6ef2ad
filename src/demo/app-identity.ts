import { authenticate, type Identity } from './auth.ts'
import { type Exchange, header, jsonReply, type Reply } from './http.ts'
import type { Instance } from './instance.ts'

/**
 * Who calls the API of an app that checks origins (`CORS`), or what the caller is answered.
 *
 * @param anonymous answer to a request without credentials; most apps say it as JSON
 */
export function identifyForApp(
  instance: Instance,
  exchange: Exchange,
  anonymous: Reply = jsonReply(401, { message: 'CORS requires basic auth' }),
): Identity | Reply {
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return jsonReply(429, { message: 'Reached maximum delay' })
  if (outcome === 'wrong') return jsonReply(401, { message: '' })
  if (outcome === 'none') return anonymous
  // Nextcloud's CORS check knows basic authentication only; a token needs the OCS header too.
  if (outcome.bearer && header(exchange, 'ocs-apirequest') === undefined) {
    return jsonReply(401, { message: 'CORS requires basic auth' })
  }
  return outcome
}
