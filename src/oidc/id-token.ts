/** ID tokens (OIDC Core 2), which say who signed in; for this server's own client to read. */

import { errors, type JWTPayload, jwtVerify } from 'jose'
import { SIGNATURE_ALGORITHMS } from './algorithms.ts'
import { isProviderError, ProviderError } from './errors.ts'
import type { Provider } from './provider.ts'

/** Claims of an ID token that was checked. */
export interface IdToken extends JWTPayload {
  readonly sub: string
}

/** What an ID token has to be. */
export interface IdTokenChecks {
  /** Id of the client that it is for. */
  readonly clientId: string
  readonly nonce: string
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number
}

/** Seconds that the clocks may be apart. */
const CLOCK_TOLERANCE_S = 5

/**
 * The claims of an ID token (OIDC Core 3.1.3.7): signed by the provider, under any of its names,
 * for this client, of this sign-in, not expired, and of somebody.
 * @throws ProviderError `MISCONFIGURED` saying which check failed, `UNAVAILABLE` without keys
 */
export async function verifyIdToken(
  idToken: string | undefined,
  provider: Provider,
  { clientId, nonce, now }: IdTokenChecks,
): Promise<IdToken> {
  if (idToken === undefined) throw unacceptable('there is none')
  const claims = await verified(idToken, provider, clientId, now())
  const { sub, azp, aud } = claims
  if (claims.nonce !== nonce) throw unacceptable('it is of another sign-in (nonce)')
  if (azp !== undefined && azp !== clientId) throw unacceptable('it is for another client (azp)')
  if (azp === undefined && [aud].flat().length > 1) throw unacceptable('it names no client (azp)')
  if (typeof sub !== 'string' || sub === '') throw unacceptable('it names no user (sub)')
  return { ...claims, sub }
}

async function verified(
  idToken: string,
  provider: Provider,
  clientId: string,
  time: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(idToken, provider.keys, {
      algorithms: SIGNATURE_ALGORITHMS,
      issuer: [...provider.issuers],
      audience: clientId,
      requiredClaims: ['exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(time),
    })
    return payload
  } catch (error) {
    if (isProviderError(error)) throw error
    throw unacceptable(reasonOf(error))
  }
}

function unacceptable(reason: string): ProviderError {
  return new ProviderError('MISCONFIGURED', `The provider's ID token is not accepted: ${reason}`)
}

/** Which check failed, in words that hold nothing of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'it is not for this server (aud)'
    if (error.claim === 'iss') return 'it is of another issuer (iss)'
    return 'one of exp, iat and nbf is missing or wrong'
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return 'its algorithm is not accepted; have the provider sign with RS256'
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'the provider has no such key'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  return 'it is malformed'
}
