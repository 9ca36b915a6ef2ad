/** On whose behalf Nextcloud is reached: from a caller to a credential that is really theirs. */
import type { Caller } from '../identity/caller.ts'
import type { Credential } from '../nextcloud/credential.ts'

/** A source of credentials; one file in this folder for each. */
export interface Access {
  /**
   * The credential for what this caller does.
   * @throws CodedError `UNAUTHORIZED` or `NOT_PROVISIONED` when there is none
   */
  credentialFor(caller: Caller): Credential | Promise<Credential>
}
