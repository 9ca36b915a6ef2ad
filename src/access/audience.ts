/** Whether a token is for Nextcloud. */
import { decodeJwt } from 'jose'

/** Whether one of the audiences that a token names is one of those; a slash at the end aside. */
export function namesAudience(named: readonly string[], accepted: readonly string[]): boolean {
  const values = new Set(accepted.map(withoutSlash))
  return named.some(audience => values.has(withoutSlash(audience)))
}

/**
 * The same for a token as it came. One that is opaque tells nothing, and whoever gets it finds out;
 * one that could tell and does not is for nobody.
 */
export function isForAudience(token: string, accepted: readonly string[]): boolean {
  try {
    const { aud } = decodeJwt(token)
    return aud !== undefined && namesAudience([aud].flat(), accepted)
  } catch {
    return true
  }
}

function withoutSlash(audience: string): string {
  return audience.replace(/\/$/, '')
}
