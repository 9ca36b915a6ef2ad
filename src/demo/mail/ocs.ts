import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { attachmentJson, attachmentsOf, messageJson } from './json.ts'
import { peopleIn, sendLocal, writeLocal } from './outbox.ts'
import { accountsOf, findMail, type Mail } from './store.ts'
import { sourceOf } from './text.ts'

/** GET apps/mail/account/list */
export function listAccounts({ instance, identity }: OcsCall): OcsResult {
  const accounts = accountsOf(instance.state.mail, identity.account)
  return ocsData(
    accounts.map(({ id, email, aliases }) => ({
      id,
      email,
      aliases: aliases.map(({ id, name, alias }) => ({ id, name, email: alias })),
    })),
  )
}

/** GET apps/mail/message/… */
export function getMessage(call: OcsCall): OcsResult {
  const found = place(call)
  if (found === undefined) return failure(404, 'Account not found.')
  if (!found.account.servers.imap) {
    return failure(500, 'Could not connect to IMAP server. Please check your logs.')
  }
  const { mail } = found
  const at = `${call.instance.url}/ocs/v2.php/apps/mail/message/${mail.databaseId}`
  const attachments = attachmentsOf(mail).map(part =>
    attachmentJson(mail, part, `${at}/attachment/${part.id}`),
  )
  return ocsData({
    ...messageJson(mail, call.instance.url, attachments),
    id: mail.databaseId,
    rawUrl: `${at}/raw`,
  })
}

/** GET apps/mail/message/…/raw */
export function getRaw(call: OcsCall): OcsResult {
  const mail = place(call)?.mail
  if (mail === undefined) return failure(404, 'Message, Account or Mailbox not found')
  return ocsData(sourceOf(mail).toString('utf8'))
}

/** GET apps/mail/message/…/attachment/… */
export function getAttachment(call: OcsCall): OcsResult {
  const mail: Mail | undefined = place(call)?.mail
  if (mail === undefined) return failure(404, 'Message, Account or Mailbox not found')
  const part = mail.parts.find(({ id }) => id === call.matched[1])
  if (part === undefined) return failure(404, 'Could not find attachment')
  return ocsData({
    name: part.name,
    mime: 'application/octet-stream',
    size: part.content.length,
    content: part.content.toString('utf8'),
  })
}

/** POST apps/mail/message/send */
export function sendMessage({ instance, identity, parameters: given }: OcsCall): OcsResult {
  const { mail: store, directory } = instance.state
  const id = integer(given.accountId)
  const account = accountsOf(store, identity.account).find(other => other.id === id)
  if (account === undefined) return failure(404, 'Account not found.')
  const from = text(given.fromEmail) ?? ''
  const alias = account.aliases.find(other => other.alias === from)
  if (from !== account.email && alias === undefined) {
    return failure(404, `Could not find alias ${from}. Please check the logs.`)
  }
  if (peopleIn(given.to).length === 0) return failure(400, 'Recipients cannot be empty.')
  const body = text(given.body) ?? ''
  const mail = writeLocal(instance.state, account, 'outbox', {
    ...given,
    aliasId: alias?.id,
    bodyPlain: given.isHtml === true ? undefined : body,
    bodyHtml: given.isHtml === true ? body : undefined,
    inReplyToMessageId: given.references,
  })
  if (sendLocal(store, directory, account, mail) === 12) return ocsData('')
  return failure(500, 'An error occured. Please check the logs.')
}

function place({ instance, identity, matched }: OcsCall) {
  return findMail(instance.state.mail, identity.account.id, Number(matched[0]))
}

function failure(statuscode: number, data: string): OcsResult {
  return { statuscode, message: '', data }
}
