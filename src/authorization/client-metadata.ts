/** What is made of the metadata that clients give of themselves, by registering or in a document. */
import { errors } from 'oidc-provider'
import { isDocumentId, redirectTarget } from './clients.ts'

/** Metadata of a client (RFC 7591 2) as far as it matters here; nothing of it is sure to be there. */
export interface ClientMetadata {
  client_id?: string
  client_name?: string
  redirect_uris?: unknown
  application_type?: string
  grant_types?: string[]
  response_types?: string[]
  response_modes?: string[]
  token_endpoint_auth_method?: string
  scope?: string
}

const GRANT_TYPES = ['authorization_code', 'refresh_token']

/**
 * Brings metadata into the one shape that this server gives clients: the code flow with refresh
 * tokens. Clients leave out or get wrong what they do not care for (`application_type`,
 * `grant_types`), and register the scopes of one moment as if they were all that they will need.
 * @throws errors.InvalidClientMetadata for redirect addresses that are none, or not safe
 */
export function normaliseClient(metadata: ClientMetadata): void {
  const uris = metadata.redirect_uris
  if (!Array.isArray(uris) || uris.length === 0 || uris.length > 20) {
    throw new errors.InvalidClientMetadata('redirect_uris must list 1 to 20 addresses')
  }
  const targets = uris.map(uri => {
    const target = redirectTarget(uri)
    if (target !== undefined) return target
    throw new errors.InvalidRedirectUri(
      'redirect_uris must be https, http on loopback, or of a private scheme',
    )
  })
  // Only a native client may come back to any port of loopback, or to a scheme of its own.
  const isWeb = targets.every(({ scheme, isLoopback }) => scheme === undefined && !isLoopback)
  metadata.application_type = isWeb ? 'web' : 'native'
  metadata.grant_types = [...GRANT_TYPES]
  metadata.response_types = ['code']
  // In the address: a fragment or a form that sends itself has no use for a code.
  metadata.response_modes = ['query']
  delete metadata.scope
  if (isDocumentId(metadata.client_id ?? '')) {
    // A document has no place for a secret.
    const method = metadata.token_endpoint_auth_method ?? ''
    if (!/^(none|private_key_jwt)$/.test(method)) metadata.token_endpoint_auth_method = 'none'
  }
}
