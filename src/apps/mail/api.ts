/**
 * The API of the Mail app, that of its own pages and, to open a mail, its public one.
 * @see https://github.com/nextcloud/mail/tree/main/lib/Controller
 */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { type CodedError, hasCode, withDetails } from '../../nextcloud/errors.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Elements, elements } from '../../nextcloud/tolerant.ts'
import { ask, isMailServerError } from './refusals.ts'
import {
  Account,
  Anything,
  Envelope,
  MailboxList,
  type MarkedMailbox,
  MarkedMailboxList,
  Message,
  Tag,
} from './shapes.ts'

/** Path of the API below the instance. */
export const API = '/index.php/apps/mail/api'

/** A known id of no mail: a sync that is told none answers with every mail there is. */
const NOTHING_KNOWN = [0]

/** Which mails of a mailbox to list. */
export interface MessageQuery {
  mailboxId: number
  /** 1 to 100. */
  limit: number
  /** Seconds since 1970: only mails of before (of after, where the user sorts by oldest first). */
  cursor: number | undefined
  /** In the Mail app's own spelling. */
  filter: string | undefined
}

/** The flags a client may set, as the Mail app names them; set one after the other. */
export type FlagChanges = Partial<
  Record<'seen' | 'flagged' | 'answered' | '$junk' | '$notjunk', boolean>
>

/** The Mail app as one user. Every method can throw `NOT_FOUND` for what is somebody else's. */
export function mail(session: Session) {
  const send = (method: string, path: string, subject: string, more: Partial<HttpRequest> = {}) =>
    ask(session, {
      method,
      path: API + path,
      subject,
      ...more,
      headers: { accept: 'application/json', ...more.headers },
    })
  const write = (method: string, path: string, subject: string, value: unknown) =>
    send(method, path, subject, json(value))
  const aboutMessage = (id: number) => `message ${id}`
  const tagPath = (id: number, label: string) => `/messages/${id}/tags/${encodeSegment(label)}`

  const everyAccount = async (): Promise<Elements<Account>> =>
    (await send('GET', '/accounts', 'the mail accounts')).json(elements(Account))
  const page = async (asked: MessageQuery): Promise<Elements<Envelope>> => {
    const { mailboxId, limit, cursor, filter } = asked
    const query = { mailboxId, limit, view: 'singleton', cursor, filter }
    const reply = await send('GET', '/messages', `mailbox ${mailboxId}`, { query })
    return reply.json(elements(Envelope))
  }

  return {
    /** The accounts the user has set up, in their order. */
    async accounts(): Promise<Account[]> {
      return (await everyAccount()).items
    },

    /** As {@link accounts}, with the number of those that could not be understood. */
    accountsWithGaps: everyAccount,

    async mailboxes(accountId: number) {
      const subject = `mail account ${accountId}`
      const reply = await send('GET', '/mailboxes', subject, { query: { accountId } })
      return reply.json(MailboxList).mailboxes
    },

    /** Mailboxes with marks of what is in them, and the number of those that are none. */
    async markedMailboxes(accountId: number): Promise<Elements<MarkedMailbox>> {
      const subject = `mail account ${accountId}`
      const reply = await send('GET', '/mailboxes', subject, { query: { accountId } })
      return reply.json(MarkedMailboxList).mailboxes
    },

    /** Mails that Nextcloud knows of, each for itself and not by thread. */
    async messages(query: MessageQuery): Promise<Envelope[]> {
      return (await page(query)).items
    },

    /** As {@link messages}, with the number of those that could not be understood. */
    messagesWithGaps: page,

    /**
     * Fetches what is new on the mail server.
     * @param first also where Nextcloud has never looked into this mailbox
     * @returns `done`, `unknown` for a mailbox that Nextcloud has never looked into, `going on`
     *   where there is more to fetch than one request does
     */
    async sync(mailboxId: number, first: boolean): Promise<'done' | 'unknown' | 'going on'> {
      const reply = await send('POST', `/mailboxes/${mailboxId}/sync`, `mailbox ${mailboxId}`, {
        ...json({ ids: NOTHING_KNOWN, init: first }),
        expect: [200, 202, 428],
      })
      if (reply.status === 428) return 'unknown'
      reply.json(Anything)
      return reply.status === 202 ? 'going on' : 'done'
    },

    async envelope(id: number): Promise<Envelope> {
      return (await send('GET', `/messages/${id}`, aboutMessage(id))).json(Envelope)
    },

    /**
     * A mail with its text; read from the mail server. One request, two where that fails: Nextcloud
     * says of a mail that is gone there what it says of a server that is down.
     */
    async message(id: number): Promise<Message> {
      const reply = await ask(session, {
        method: 'GET',
        path: `/ocs/v2.php/apps/mail/message/${id}`,
        subject: aboutMessage(id),
        headers: { accept: 'application/json' },
      }).catch(async (error: unknown) => {
        if (!hasCode(error, 'UPSTREAM_ERROR')) throw error
        const known = await send('GET', `/messages/${id}`, aboutMessage(id)).catch(
          (second: unknown) => second,
        )
        throw hasCode(known, 'NOT_FOUND') ? known : error
      })
      return reply.json(z.object({ ocs: z.object({ data: Message }) })).ocs.data
    },

    async setFlags(id: number, flags: FlagChanges): Promise<void> {
      const reply = await write('PUT', `/messages/${id}/flags`, aboutMessage(id), { flags })
      reply.json(Anything)
    },

    /** Makes a tag, or gives the one that is there. */
    async createTag(displayName: string, color: string): Promise<Tag> {
      return (await write('POST', '/tags', `tag "${displayName}"`, { displayName, color })).json(
        Tag,
      )
    },

    async setTag(id: number, imapLabel: string): Promise<Tag> {
      const subject = `${aboutMessage(id)} or tag "${imapLabel}"`
      return (await write('PUT', tagPath(id, imapLabel), subject, {})).json(Tag)
    },

    async removeTag(id: number, imapLabel: string): Promise<Tag> {
      return (await send('DELETE', tagPath(id, imapLabel), aboutMessage(id))).json(Tag)
    },

    /**
     * The mail has another id afterwards, which a sync of the mailbox tells. Nextcloud says of a
     * mailbox of another account what it says of mail servers that are down.
     */
    async move(id: number, mailboxId: number): Promise<void> {
      const subject = `${aboutMessage(id)} or mailbox ${mailboxId}`
      const json = { destFolderId: mailboxId }
      const reply = await write('POST', `/messages/${id}/move`, subject, json).catch(
        (error: unknown) => {
          throw isMailServerError(error) ? otherAccount(error) : error
        },
      )
      reply.json(Anything)
    },

    /** To the trash; from the trash for good. */
    async delete(id: number): Promise<void> {
      const reply = await send('DELETE', `/messages/${id}`, aboutMessage(id))
      reply.json(Anything)
    },
  }
}

function otherAccount(error: CodedError): CodedError {
  const message = "Nextcloud failed; the mailbox may be another account's, or the mail server down"
  return withDetails(error, message, {
    hint: `A mail stays in its account: nc_mail_list_mailboxes lists the mailboxes there. ${error.details.hint ?? ''}`,
  })
}

/** A JSON body with its header. */
export function json(value: unknown): Pick<HttpRequest, 'body' | 'headers'> {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
