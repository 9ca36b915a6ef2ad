/** Which account and address a mail is sent from. */
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { mail } from './api.ts'

/** An address of the user. */
export interface Sender {
  accountId: number
  aliasId: number | null
  /** Undefined where the caller named the account and nobody asked for its address. */
  email: string | undefined
}

/**
 * The sender with an address, an account, or both; by default the first account. No request where
 * the account alone is given.
 * @throws CodedError `BAD_INPUT` for an address that is none of the user's, `NOT_FOUND` where the
 *   user has no account
 */
export async function senderOf(
  session: Session,
  accountId: number | undefined,
  from: string | undefined,
): Promise<Sender> {
  if (accountId !== undefined && from === undefined) {
    return { accountId, aliasId: null, email: undefined }
  }
  const accounts = (await mail(session).accounts()).filter(
    ({ id }) => accountId === undefined || id === accountId,
  )
  const senders = accounts.flatMap(({ id, emailAddress, aliases }): Sender[] => [
    { accountId: id, aliasId: null, email: emailAddress },
    ...aliases.map(({ id: aliasId, alias }) => ({ accountId: id, aliasId, email: alias })),
  ])
  const wanted = from?.trim().toLowerCase()
  const found = senders.find(({ email }) => wanted === undefined || email?.toLowerCase() === wanted)
  if (found !== undefined) return found
  if (senders.length === 0) {
    throw new CodedError(
      'NOT_FOUND',
      accountId === undefined ? 'The user has no mail account' : 'Not found, or not of this user',
      {
        subject: accountId === undefined ? 'mail accounts' : `mail account ${accountId}`,
        hint: "nc_mail_list_accounts lists them; the user sets them up in Nextcloud's Mail app.",
      },
    )
  }
  throw badInput(
    `from: "${from}" is not an address of this user`,
    `Use one of: ${senders.map(({ email }) => email).join(', ')}.`,
  )
}
