import { authenticate, type Identity } from './auth.ts'
import { type Exchange, header, jsonReply, type Reply } from './http.ts'
import type { Instance } from './instance.ts'

/** Who sends a request to the API of an app, or what Nextcloud answers to nobody. */
export function identifyForApp(instance: Instance, exchange: Exchange): Identity | Reply {
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return jsonReply(429, { message: 'Reached maximum delay' })
  if (outcome === 'wrong') return jsonReply(401, { message: '' })
  // Nextcloud's CORS check knows basic authentication only; a token needs the OCS header too.
  const csrfSafe = header(exchange, 'ocs-apirequest') !== undefined
  if (outcome === 'none' || (outcome.bearer && !csrfSafe)) {
    return jsonReply(401, { message: 'CORS requires basic auth' })
  }
  return outcome
}
