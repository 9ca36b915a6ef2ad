import { integer, jsonReply, type Reply, reply } from '../http.ts'
import { forbidden, type MailCall, notFound, serverError } from './call.ts'
import { attachmentJson, attachmentsOf, envelopeJson, messageJson } from './json.ts'
import {
  findMail,
  findMailbox,
  type Mail,
  type MailAccount,
  type Mailbox,
  mailboxFor,
  moveMail,
} from './store.ts'
import { onTagOfMessage } from './tags.ts'
import { htmlBody, sourceOf } from './text.ts'

interface Place {
  mail: Mail
  mailbox: Mailbox
  account: MailAccount
}

/** Answers to `messages/<id>` and what is below it. */
export function onMessage(call: MailCall, id: number, rest: string[]): Reply | undefined {
  const { store, user, exchange, instance } = call
  const place = findMail(store, user.id, id)
  if (place === undefined) return forbidden()
  const { mail, mailbox, account } = place
  const [what = '', argument = ''] = rest
  switch (`${exchange.method} ${what}`) {
    case 'GET ':
      return jsonReply(200, envelopeJson(store, mailbox, mail))
    case 'GET thread':
      return jsonReply(200, [envelopeJson(store, mailbox, mail)])
    case 'PUT tags':
    case 'DELETE tags':
      return account.servers.imap ? onTagOfMessage(call, mail, argument) : serverError()
  }
  // Everything from here on asks the mail server.
  if (!account.servers.imap) return serverError()
  switch (`${exchange.method} ${what}`) {
    case 'GET body':
      return jsonReply(200, {
        ...messageJson(mail, instance.url, attachmentList(mail, instance.url)),
        accountId: account.id,
        mailboxId: mailbox.id,
        databaseId: id,
      })
    case 'GET html':
      return reply(
        200,
        { 'Content-Type': 'text/html; charset=UTF-8' },
        mail.html === undefined ? '' : htmlBody(mail.html, mail, instance.url),
      )
    case 'GET export':
      return download(sourceOf(mail), `${mail.subject}.eml`, 'message/rfc822')
    case 'GET attachment':
      return attachment(mail, argument)
    case 'PUT flags':
      return setFlags(place, call.given.flags)
    case 'POST move':
      return move(call, place)
    case 'DELETE ': {
      const trash = mailboxFor(account, 'trash')
      moveMail(mail, mailbox, mailbox === trash ? undefined : trash)
      return jsonReply(200, [])
    }
  }
  return undefined
}

function attachmentList(mail: Mail, url: string): object[] {
  return attachmentsOf(mail).map(part => ({
    ...attachmentJson(
      mail,
      part,
      `${url}/apps/mail/api/messages/${mail.databaseId}/attachment/${part.id}`,
    ),
    mimeUrl: '/apps/theming/img/core/filetypes/text.svg?v=5562060e',
    isImage: part.type.startsWith('image/'),
    isCalendarEvent: part.type === 'text/calendar',
  }))
}

/** A part that is not there is an empty file, and what is no number is not found. */
function attachment(mail: Mail, id: string): Reply {
  if (!/^[\d.]+$/.test(id)) return jsonReply(404, { status: 'fail', data: [] })
  const part = mail.parts.find(other => other.id === id)
  return download(
    part?.content ?? Buffer.alloc(0),
    part?.name ?? `Embedded message ${id}.eml`,
    'application/octet-stream',
  )
}

function download(content: Buffer, name: string, type: string): Reply {
  const quoted = name.replaceAll(/["\\]/g, '\\$&')
  // PHP sends UTF-8 as it is; Node writes headers as Latin-1.
  const sent = Buffer.from(quoted, 'utf8').toString('latin1')
  // PHP leaves out a header with a line break.
  const disposition = /[\r\n\0]/.test(sent)
    ? {}
    : { 'Content-Disposition': `attachment; filename="${sent}"` }
  return reply(200, { 'Content-Type': type, ...disposition }, content)
}

/** Where there is a mailbox for it, what is marked as junk goes there, and back to the inbox. */
function setFlags({ mail, mailbox, account }: Place, given: unknown): Reply {
  for (const [flag, value] of Object.entries({ ...(given as object) })) {
    const isSet = value === true || value === 'true' || value === 1
    if (isSet) mail.flags.add(flag)
    else mail.flags.delete(flag)
    const junk = account.mailboxes.find(({ role }) => role === 'junk')
    if (flag !== '$junk' || junk === undefined) continue
    if (isSet && mailbox !== junk) moveMail(mail, mailbox, junk)
    else if (!isSet && mailbox.role !== 'inbox') {
      moveMail(mail, mailbox, mailboxFor(account, 'inbox'))
    }
  }
  return jsonReply(200, [])
}

function move({ store, user, given }: MailCall, { mail, mailbox, account }: Place): Reply {
  const id = integer(given.destFolderId) ?? 0
  const target = findMailbox(store, user.id, id)
  if (target === undefined) return notFound(`Mailbox ${id} does not exist`)
  if (target.account !== account) return serverError()
  moveMail(mail, mailbox, target.mailbox)
  return jsonReply(200, [])
}
