import { mintAppPassword, revokeAppPassword } from '../auth.ts'
import { userAgent } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from './envelope.ts'

/** GET core/getapppassword: works with the login password; named after the client that asks. */
export function createAppPassword({ instance, identity, exchange }: OcsCall): OcsResult {
  if (identity.appPassword !== undefined) {
    return ocsFailure(403, 'You cannot request an new apppassword with an apppassword')
  }
  const { account, loginName } = identity
  const minting = { name: userAgent(exchange), loginName }
  return ocsData({ apppassword: mintAppPassword(instance.credentials, account, minting) })
}

/** DELETE core/apppassword: revokes the one in use. */
export function deleteAppPassword({ instance, identity }: OcsCall): OcsResult {
  if (identity.appPassword === undefined) return ocsFailure(403, 'no app password in use')
  revokeAppPassword(instance.credentials, identity.appPassword)
  return ocsData([])
}
