import { mintAppPassword, revokeAppPassword } from '../auth.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from './envelope.ts'

/** GET core/getapppassword: works once, with the login password. */
export function createAppPassword({ instance, identity }: OcsCall): OcsResult {
  if (identity.appPassword !== undefined) {
    return ocsFailure(403, 'You cannot request an new apppassword with an apppassword')
  }
  const { account, loginName } = identity
  return ocsData({ apppassword: mintAppPassword(instance.credentials, account, loginName) })
}

/** DELETE core/apppassword: revokes the one in use. */
export function deleteAppPassword({ instance, identity }: OcsCall): OcsResult {
  if (identity.appPassword === undefined) return ocsFailure(403, 'no app password in use')
  revokeAppPassword(instance.credentials, identity.appPassword)
  return ocsData([])
}
