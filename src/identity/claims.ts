/** From the claims of a token, wherever they come from, to what this server makes of them. */
import type { AccessToken } from './caller.ts'
import { InvalidToken } from './invalid-token.ts'
import { parseScope, type Scope } from './scopes.ts'

/** Claims of a JWT, an introspection or a userinfo answer. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * What the claims say. Nothing is checked here but that they name a user.
 * @param claims with `exp` in seconds
 * @throws InvalidToken without a user
 */
export function accessTokenOf(claims: Claims, issuer: string): AccessToken {
  const subject = text(claims.sub)
  const userId = subject ?? text(claims.preferred_username)
  if (userId === undefined) throw new InvalidToken('it names no user (sub)')
  const words = [claims.scope, claims.scp].flatMap(wordsIn)
  return {
    issuer,
    userId,
    subject,
    scopes: new Set(words.map(parseScope).filter((scope): scope is Scope => scope !== undefined)),
    dottedScopes: words.some(word => word.includes('.') && parseScope(word) !== undefined),
    audience: [claims.aud].flat().filter(one => typeof one === 'string'),
    clientId: text(claims.client_id) ?? text(claims.azp),
    issuedAt: typeof claims.iat === 'number' ? claims.iat * 1_000 : undefined,
    expiresAt: Number(claims.exp) * 1_000,
  }
}

/** Scopes come in one string (RFC 9068, RFC 7662), or as a list where a provider likes that more. */
function wordsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(wordsIn)
  return typeof value === 'string' ? value.split(/\s+/).filter(word => word !== '') : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
