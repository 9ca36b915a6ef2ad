/** Who calls, once it has been established. */
import type { Scope } from './scopes.ts'

/** The caller of one request. What it carries to prove itself is for `access/` only. */
export type Caller =
  /** Nobody to check: stdio, or HTTP on loopback in `single_user_basic`. */
  | { readonly kind: 'local' }
  /** HTTP Basic credentials of a Nextcloud user; Nextcloud itself checks them. */
  | { readonly kind: 'basic'; readonly loginName: string; readonly password: string }

/** The scopes the caller holds; undefined means that scopes do not apply and all is granted. */
export function scopesOf(_caller: Caller): ReadonlySet<Scope> | undefined {
  return undefined
}

/** Whether `granted` (undefined: everything) covers all of `needed`. */
export function covers(granted: ReadonlySet<Scope> | undefined, needed: readonly Scope[]): boolean {
  return granted === undefined || needed.every(scope => granted.has(scope))
}

/** Finds out who sent an HTTP request, or answers it with a challenge. */
export interface Identity {
  identify(request: Request): Caller | Response | Promise<Caller | Response>
}
