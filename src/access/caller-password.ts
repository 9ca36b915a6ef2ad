import { CodedError } from '../nextcloud/errors.ts'
import type { Access } from './access.ts'

/** The caller's own login name and app password, passed on and kept nowhere (`multi_user_basic`). */
export const callerPasswordAccess: Access = {
  credentialFor(caller) {
    if (caller.kind !== 'basic') {
      throw new CodedError('UNAUTHORIZED', 'The request carries no Nextcloud credentials')
    }
    return { kind: 'basic', loginName: caller.loginName, password: caller.password }
  },
}
