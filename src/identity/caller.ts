/** Who calls, once it has been established. */
import type { Scope } from './scopes.ts'

/** The caller of one request. What it carries to prove itself is for `access/` only. */
export type Caller =
  /** Nobody to check: stdio, or HTTP on loopback in `single_user_basic`. */
  | { readonly kind: 'local' }
  /** HTTP Basic credentials of a Nextcloud user; Nextcloud itself checks them. */
  | { readonly kind: 'basic'; readonly loginName: string; readonly password: string }
  /** A user with an OAuth access token that was checked. */
  | BearerCaller

/** What an access token says, once it was checked. */
export interface AccessToken {
  /** Who issued it. */
  readonly issuer: string
  /** The user as the provider knows them: `sub`, else `preferred_username`. */
  readonly userId: string
  /** The claim `sub`; undefined where the token has none. */
  readonly subject: string | undefined
  /** What the user allowed, of the scopes that this server knows. */
  readonly scopes: ReadonlySet<Scope>
  /** Whether the provider spells scopes with a dot. */
  readonly dottedScopes: boolean
  /** For whom the token is; empty where the provider does not say. */
  readonly audience: readonly string[]
  /** The OAuth client it was issued to, where known. */
  readonly clientId: string | undefined
  /** Milliseconds since 1970; undefined where the token does not say. */
  readonly issuedAt: number | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A user with an OAuth access token that was checked. */
export interface BearerCaller extends AccessToken {
  readonly kind: 'bearer'
  readonly token: string
}

/** The scopes the caller holds; undefined means that scopes do not apply and all is granted. */
export function scopesOf(caller: Caller): ReadonlySet<Scope> | undefined {
  return caller.kind === 'bearer' ? caller.scopes : undefined
}

/** Whether `granted` (undefined: everything) covers all of `needed`. */
export function covers(granted: ReadonlySet<Scope> | undefined, needed: readonly Scope[]): boolean {
  return granted === undefined || needed.every(scope => granted.has(scope))
}

/** Finds out who sent an HTTP request, or answers it with a challenge. */
export interface Identity {
  /** @param asked the scopes that the request seems to need, for the challenge */
  identify(
    request: Request,
    asked?: readonly Scope[],
  ): Caller | Response | Promise<Caller | Response>
  /** The answer to a caller who lacks one of these scopes (RFC 6750 3.1). */
  refuse(needed: readonly Scope[]): Response
}

/** {@link Identity.refuse} where callers hold every scope. */
export function neverRefuse(): never {
  throw new Error('scopes do not apply to these callers')
}
