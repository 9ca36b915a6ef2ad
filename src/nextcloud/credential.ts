import { createHash } from 'node:crypto'

/**
 * What a request to Nextcloud is authorised with. Only `access/` makes one and only
 * {@link authorization} reads one.
 */
export type Credential =
  /** A login name (not the user id: they differ on LDAP instances) and its app password. */
  | { readonly kind: 'basic'; readonly loginName: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

/** The `Authorization` header's value (RFC 7617 in UTF-8, RFC 6750). */
export function authorization(credential: Credential): string {
  return credential.kind === 'bearer'
    ? `Bearer ${credential.token}`
    : `Basic ${Buffer.from(`${credential.loginName}:${credential.password}`).toString('base64')}`
}

/** A cache key that stands for the credential at one instance and tells nothing about it. */
export function fingerprint(credential: Credential, baseUrl: string): string {
  return createHash('sha256')
    .update(`${baseUrl}\n${authorization(credential)}`)
    .digest('base64url')
}
