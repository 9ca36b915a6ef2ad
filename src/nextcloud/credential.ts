import { createHash } from 'node:crypto'
import type { CodedError } from './errors.ts'

/**
 * What a request to Nextcloud is authorised with. Only `access/` makes one and only
 * {@link authorization} reads one.
 */
export type Credential = (
  | {
      readonly kind: 'basic'
      /** Not the user id: they differ on LDAP instances. */
      readonly loginName: string
      /** An app password. */
      readonly password: string
    }
  | {
      readonly kind: 'bearer'
      readonly token: string
      /** Whose token it is, unique among all users: what is remembered is kept under it. */
      readonly owner: string
    }
) & {
  /**
   * Told when Nextcloud refuses the credential, so that it is not handed out again.
   * @returns the error to tell in place of Nextcloud's, for who knows what to do about it
   */
  readonly refused?: () => CodedError | undefined | Promise<CodedError | undefined>
}

/** The `Authorization` header's value (RFC 7617 in UTF-8, RFC 6750). */
export function authorization(credential: Credential): string {
  return credential.kind === 'bearer'
    ? `Bearer ${credential.token}`
    : `Basic ${Buffer.from(`${credential.loginName}:${credential.password}`).toString('base64')}`
}

/**
 * A key for what is remembered about the user behind the credential at one instance; it tells
 * nothing about either. Tokens live for minutes, so theirs is of the owner.
 */
export function fingerprint(credential: Credential, baseUrl: string): string {
  const identity =
    credential.kind === 'bearer' ? `Owner ${credential.owner}` : authorization(credential)
  return createHash('sha256').update(`${baseUrl}\n${identity}`).digest('base64url')
}
