/** On whose behalf Nextcloud is reached: from a caller to a credential that is really theirs. */
import type { BearerCaller, Caller } from '../identity/caller.ts'
import type { Scope } from '../identity/scopes.ts'
import type { Credential } from '../nextcloud/credential.ts'
import { CodedError } from '../nextcloud/errors.ts'

/** A source of credentials; one file in this folder for each. */
export interface Access {
  /**
   * The credential for what this caller does.
   * @param scopes what the operation needs, so that a credential can be no more than that
   * @throws CodedError `UNAUTHORIZED`, `FORBIDDEN`, `NOT_PROVISIONED` or `UNREACHABLE` when there
   *   is none
   */
  credentialFor(caller: Caller, scopes: readonly Scope[]): Credential | Promise<Credential>
  /** What the user allowed on top of the token; undefined: nothing less than that. */
  readonly grantedTo?: (caller: Caller) => Promise<ReadonlySet<Scope> | undefined>
}

/** The caller as one with a token; this mode lets no other in. */
export function bearerOnly(caller: Caller): BearerCaller {
  if (caller.kind === 'bearer') return caller
  throw new CodedError('UNAUTHORIZED', 'The request carries no access token')
}

/** Names a user among those of all providers. */
export function ownerOf({ issuer, userId }: BearerCaller): string {
  return JSON.stringify([issuer, userId])
}
