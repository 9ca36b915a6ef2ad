/** Access tokens that are JSON Web Tokens (RFC 9068), checked with the provider's keys. */
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { SIGNATURE_ALGORITHMS } from '../oidc/algorithms.ts'
import { isProviderError, ProviderError } from '../oidc/errors.ts'
import type { Provider } from '../oidc/provider.ts'
import { InvalidToken } from './invalid-token.ts'

/** Seconds that the clocks may be apart. */
const CLOCK_TOLERANCE_S = 5

/** Whether a token is a signed JWT by its looks; such a one is never anything else. */
export function looksLikeJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token) && token.startsWith('ey')
}

/**
 * The claims of a token of this provider that is for one of the audiences.
 * @throws InvalidToken saying which check failed, ProviderError when there are no keys
 */
export async function verifyJwt(
  token: string,
  provider: Provider,
  audiences: readonly string[],
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, provider.keys, {
      algorithms: SIGNATURE_ALGORITHMS,
      issuer: [...provider.issuers],
      audience: [...audiences],
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_S,
    })
    checkKind(protectedHeader, payload)
    return payload
  } catch (error) {
    if (error instanceof InvalidToken || isProviderError(error)) throw error
    if (error instanceof errors.JOSEError) throw new InvalidToken(reasonOf(error))
    throw new ProviderError('UNAVAILABLE', 'The token cannot be checked now', { cause: error })
  }
}

/**
 * Refuses what is signed by the same key for another purpose: an ID token is for a client to read,
 * and one bound to a key (RFC 9449, RFC 8705) is worth nothing without the proof.
 */
function checkKind({ typ }: JWTHeaderParameters, claims: JWTPayload): void {
  if (claims.cnf !== undefined) throw new InvalidToken('it is bound to a key of its client')
  const headerSays = typ?.toLowerCase().replace(/^application\//, '')
  // Keycloak says it in a claim: Bearer, ID, Refresh, Logout ...
  const claimSays = claims.typ ?? claims.token_use
  if (claimSays !== undefined && !/^(bearer|access)$/i.test(String(claimSays))) {
    throw new InvalidToken('it is not an access token')
  }
  if (headerSays === 'at+jwt' || claimSays !== undefined) return
  const isUnmarked = headerSays === undefined || headerSays === 'jwt'
  // Without a mark of its own, an access token is known by its scopes: an ID token has none.
  const hasScopes = claims.scope !== undefined || claims.scp !== undefined
  const isForAClient = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'].some(
    name => claims[name] !== undefined,
  )
  if (!isUnmarked || !hasScopes || isForAClient) {
    throw new InvalidToken('it is not an access token')
  }
}

/** Which check failed, in words that hold nothing of the token. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `it has no ${claimName(error.claim)}`
    if (error.claim === 'aud') return 'it is not for this server (aud)'
    if (error.claim === 'iss') return 'it is of another issuer (iss)'
    if (error.claim === 'nbf') return 'it is not valid yet'
    return `its ${claimName(error.claim)} is wrong`
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'the provider has no such key'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not accepted'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  return 'it is malformed'
}

function claimName(claim: string): string {
  return ['aud', 'exp', 'iss', 'nbf', 'iat'].includes(claim) ? claim : 'claims'
}
