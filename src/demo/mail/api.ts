import { authenticate } from '../auth.ts'
import {
  type Exchange,
  header,
  integer,
  jsonReply,
  parameters,
  type Reply,
  reply,
  text,
  unknownRoute,
} from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import type { Account } from '../users.ts'
import { type MailCall, notFound, serverError } from './call.ts'
import { saveDraft } from './drafts.ts'
import { accountJson, localJson, mailboxJson } from './json.ts'
import { listMessages, syncMailbox } from './mailboxes.ts'
import { onMessage } from './messages.ts'
import { sendLocal, writeLocal } from './outbox.ts'
import { accountsOf, addMailbox, type LocalMail, type MailAccount } from './store.ts'
import { createTag, deleteTag } from './tags.ts'

/** Where the API of the Mail app lies. */
export const mailPrefix = '/index.php/apps/mail/'

/** Answers a request to the Mail app. */
export function handleMail(instance: Instance, exchange: Exchange): Reply {
  const path = exchange.path.slice(mailPrefix.length)
  if (!isEnabled(instance, 'mail') || !path.startsWith('api/')) return unknownRoute()
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return jsonReply(429, { message: 'Reached maximum delay' })
  if (outcome === 'wrong') return jsonReply(401, { message: '' })
  // The app expects somebody to be there, and fails where nobody is.
  if (outcome === 'none') return reply(500, { 'Content-Type': 'text/html; charset=UTF-8' }, page)
  if (header(exchange, 'ocs-apirequest') === undefined) {
    return jsonReply(412, { message: 'CSRF check failed' })
  }
  const call: MailCall = {
    instance,
    exchange,
    user: outcome.account,
    given: parameters(exchange),
    store: instance.state.mail,
  }
  const [, resource = '', ...rest] = decodeURIComponent(path).split('/')
  return route(call, resource, rest) ?? unknownRoute()
}

const page =
  '<!DOCTYPE html>\n<html><body><h2>Internal Server Error</h2><p>The server was unable to complete your request.</p></body></html>\n'

function route(call: MailCall, resource: string, rest: string[]): Reply | undefined {
  const { exchange, given, user, store } = call
  const [id, ...more] = rest
  const on = `${exchange.method} ${resource}${id === undefined ? '' : '/*'}${more.map(part => `/${part}`).join('')}`
  switch (on) {
    case 'GET accounts':
      return jsonReply(200, accountsOf(store, user).map(accountJson))
    case 'POST accounts/*/draft':
      return withAccount(call, account => saveDraft(call, account), integer(id))
    case 'GET mailboxes':
      return withAccount(call, account =>
        jsonReply(200, {
          id: account.id,
          email: account.email,
          mailboxes: account.mailboxes.map(mailbox => mailboxJson(account, mailbox)),
          delimiter: '.',
        }),
      )
    case 'POST mailboxes':
      return withAccount(call, account =>
        jsonReply(
          200,
          mailboxJson(account, addMailbox(store, account, text(given.name) ?? 'Mailbox')),
        ),
      )
    case 'POST mailboxes/*/sync':
      return syncMailbox(call, Number(id))
    case 'GET messages':
      return listMessages(call)
    case 'POST tags':
      return createTag(call)
    case 'POST drafts':
      return withAccount(call, account =>
        created(writeLocal(call.instance.state, account, 'draft', given), 0),
      )
    case 'POST outbox':
      return withAccount(call, account =>
        created(writeLocal(call.instance.state, account, 'outbox', given), null),
      )
    case 'GET outbox': {
      const messages = store.local.filter(
        ({ owner, type }) => owner === user.id && type === 'outbox',
      )
      return success(200, { messages: messages.map(mail => localJson(mail)) })
    }
    case 'GET outbox/*':
    case 'POST outbox/*':
    case 'DELETE outbox/*':
      return onOutbox(call, Number(id))
  }
  if (on.startsWith('DELETE tags/*/delete/')) return deleteTag(call, Number(more[1]))
  return resource === 'messages' && id !== undefined ? onMessage(call, Number(id), more) : undefined
}

function withAccount(
  call: MailCall,
  run: (account: MailAccount) => Reply,
  id = integer(call.given.accountId),
): Reply {
  const account = accountOf(call, call.user, id)
  return account === undefined
    ? notFound(`Account ${id} does not exist or you don\\'t have permission to access it`)
    : run(account)
}

function accountOf(
  { store }: MailCall,
  user: Account,
  id: number | undefined,
): MailAccount | undefined {
  return accountsOf(store, user).find(account => account.id === id)
}

function onOutbox(call: MailCall, id: number): Reply {
  const { exchange, user, store, instance } = call
  const mail = store.local.find(
    other => other.id === id && other.owner === user.id && other.type === 'outbox',
  )
  if (mail === undefined) return jsonReply(404, { status: 'fail', data: [] })
  if (exchange.method === 'GET') return success(200, localJson(mail))
  if (exchange.method === 'DELETE') {
    store.local = store.local.filter(other => other !== mail)
    return success(202, 'Message deleted')
  }
  const account = accountOf(call, user, mail.accountId)
  // What may have been sent already is never sent again.
  if (account === undefined || mail.status === 13) return serverError()
  if (sendLocal(store, instance.state.directory, account, mail) === 12) {
    return success(202, 'Message sent')
  }
  const message = 'Could not send message'
  return jsonReply(500, { status: 'error', message, data: [localJson(mail)], code: 0 })
}

function created(mail: LocalMail, status: number | null): Reply {
  return success(201, localJson(mail, status))
}

function success(status: number, data: unknown): Reply {
  return jsonReply(status, { status: 'success', data })
}
