import type { Credential } from '../nextcloud/credential.ts'
import type { Access } from './access.ts'

/** One configured user's app password, whoever calls (`single_user_basic`). */
export function appPasswordAccess(loginName: string, password: string): Access {
  const credential: Credential = { kind: 'basic', loginName, password }
  return { credentialFor: () => credential }
}
