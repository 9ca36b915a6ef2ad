import { createHash } from 'node:crypto'
import type { LocalMail, Mail, MailAccount, Mailbox, MailPart, MailStore, Tag } from './store.ts'
import { htmlBody, plainBody, preview } from './text.ts'

/** An account as the API gives it. */
export function accountJson(account: MailAccount): object {
  const idFor = (role: string) => account.mailboxes.find(box => box.role === role)?.id ?? null
  return {
    id: account.id,
    accountId: account.id,
    name: account.name,
    order: 1,
    emailAddress: account.email,
    imapHost: '127.0.0.1',
    imapPort: 1143,
    imapUser: account.owner,
    imapSslMode: 'none',
    signature: '',
    editorMode: 'plaintext',
    provisioningId: null,
    showSubscribedOnly: false,
    personalNamespace: null,
    draftsMailboxId: idFor('drafts'),
    sentMailboxId: idFor('sent'),
    trashMailboxId: idFor('trash'),
    archiveMailboxId: idFor('archive'),
    snoozeMailboxId: null,
    sieveEnabled: false,
    signatureAboveQuote: false,
    signatureMode: 0,
    smimeCertificateId: null,
    quotaPercentage: null,
    trashRetentionDays: null,
    junkMailboxId: idFor('junk'),
    searchBody: false,
    outOfOfficeFollowsSystem: false,
    debug: false,
    smtpHost: '127.0.0.1',
    smtpPort: 1025,
    smtpUser: '',
    smtpSslMode: 'none',
    aliases: account.aliases.map(alias => ({
      ...alias,
      signature: null,
      provisioned: false,
      signatureMode: 0,
      smimeCertificateId: null,
    })),
  }
}

/** A mailbox of the list. */
export function mailboxJson(account: MailAccount, mailbox: Mailbox): object {
  const { id, name, role } = mailbox
  return {
    databaseId: id,
    id: Buffer.from(name).toString('base64'),
    name,
    accountId: account.id,
    displayName: name,
    attributes: role === 'inbox' ? ['\\subscribed'] : role === undefined ? [] : [`\\${role}`],
    delimiter: '.',
    specialUse: role === undefined ? [] : [role],
    specialRole: role ?? 0,
    mailboxes: [],
    syncInBackground: false,
    unread: statsJson(mailbox).unread,
    myAcls: null,
    shared: false,
    cacheBuster: createHash('md5')
      .update(`${id}/${lastKnown(mailbox)}`)
      .digest('hex'),
  }
}

/** What a sync has seen of a mailbox. */
function lastKnown({ mails }: Mailbox): string {
  return mails.flatMap(({ databaseId }) => databaseId ?? []).join()
}

/** How many mails are in a mailbox, as the mail server says. */
export function statsJson({ mails }: Mailbox): { total: number; unread: number } {
  return { total: mails.length, unread: mails.filter(({ flags }) => !flags.has('seen')).length }
}

const envelopeFlags =
  'seen flagged answered deleted draft forwarded hasAttachments important $junk $notjunk $mdnsent'
const messageFlags =
  'seen flagged answered deleted draft forwarded hasAttachments $mdnsent important'

function flagsJson(mail: Mail, names: string): object {
  const has = (name: string) =>
    name === 'hasAttachments' ? attachmentsOf(mail).length > 0 : mail.flags.has(name)
  return Object.fromEntries(names.split(' ').map(name => [name, has(name)]))
}

/** Whoever lists mails is to look pictures of senders up; who opens one is not. */
export function envelopeJson(
  store: MailStore,
  mailbox: Mailbox,
  mail: Mail,
  fetchAvatarFromClient = false,
): object {
  const tags = store.tags.filter(({ imapLabel }) => mail.tags.has(imapLabel))
  return {
    databaseId: mail.databaseId,
    uid: mail.uid,
    subject: mail.subject,
    dateInt: mail.date,
    flags: flagsJson(mail, envelopeFlags),
    // PHP writes an empty map as a list.
    tags:
      tags.length === 0 ? [] : Object.fromEntries(tags.map(tag => [tag.imapLabel, tagJson(tag)])),
    from: [mail.from],
    to: mail.to,
    cc: mail.cc,
    bcc: mail.bcc,
    mailboxId: mailbox.id,
    messageId: `<${mail.messageId}>`,
    inReplyTo: mail.inReplyTo === '' ? null : `<${mail.inReplyTo}>`,
    references: mail.inReplyTo === '' ? [] : [`<${mail.inReplyTo}>`],
    threadRootId: `<${mail.inReplyTo === '' ? mail.messageId : mail.inReplyTo}>`,
    imipMessage: false,
    previewText: preview(mail),
    summary: null,
    encrypted: false,
    mentionsMe: 0,
    avatar: null,
    fetchAvatarFromClient,
  }
}

/** What both ways to open a mail have in common. */
export function messageJson(mail: Mail, url: string, attachments: object[]): object {
  const warnings = ['Contacts', ...(mail.undated ? [] : ['Date'])]
  return {
    uid: mail.uid,
    messageId: `<${mail.messageId}>`,
    from: [mail.from],
    to: mail.to,
    replyTo: [mail.from],
    cc: mail.cc,
    bcc: mail.bcc,
    subject: mail.subject,
    dateInt: mail.date,
    flags: flagsJson(mail, messageFlags),
    hasHtmlBody: mail.html !== undefined,
    dispositionNotificationTo: '',
    hasDkimSignature: false,
    phishingDetails: {
      checks: (mail.html === undefined ? warnings : [...warnings, 'Link']).map(type => ({
        type,
        isPhishing: false,
        message: '',
        additionalData: [],
      })),
      warning: false,
    },
    unsubscribeUrl: null,
    isOneClickUnsubscribe: false,
    unsubscribeMailto: null,
    scheduling: [],
    isPgpMimeEncrypted: false,
    attachments,
    ...(mail.html === undefined
      ? plainBody(mail.text ?? '')
      : { body: htmlBody(mail.html, mail, url) }),
    isSenderTrusted: false,
    smime: { isSigned: false, signatureIsValid: null, isEncrypted: false },
  }
}

/** The parts to list: what the HTML shows is not among them. */
export function attachmentsOf({ parts, html }: Mail): MailPart[] {
  return parts.filter(({ cid }) => cid === undefined || html === undefined)
}

/** A part in the list of a mail; the size is that of its encoded form, roughly. */
export function attachmentJson(mail: Mail, part: MailPart, downloadUrl: string): object {
  return {
    id: part.id,
    messageId: mail.uid,
    fileName: part.name,
    mime: part.type,
    size: Math.floor((part.content.toString('base64').length * 3) / 4),
    cid: part.cid ?? null,
    disposition: part.name === null ? '' : 'attachment',
    downloadUrl,
  }
}

export function tagJson({ id, userId, displayName, imapLabel, color }: Tag): object {
  return { id, userId, displayName, imapLabel, color, isDefaultTag: false }
}

/** A mail that was written here. One that was just made has no status yet. */
export function localJson(mail: LocalMail, status: number | null = mail.status): object {
  const people = (kind: 'to' | 'cc' | 'bcc', type: number) =>
    mail.recipients
      .filter(recipient => recipient.kind === kind)
      .map(({ id, address }) => ({
        id,
        messageId: null,
        localMessageId: mail.id,
        type,
        ...address,
      }))
  return {
    id: mail.id,
    type: mail.type === 'outbox' ? 0 : 1,
    accountId: mail.accountId,
    aliasId: mail.aliasId,
    sendAt: null,
    updatedAt: mail.updatedAt,
    subject: mail.subject,
    bodyPlain: mail.bodyPlain,
    bodyHtml: mail.bodyHtml,
    editorBody: mail.editorBody,
    isHtml: mail.isHtml,
    isPgpMime: false,
    inReplyToMessageId: mail.inReplyTo,
    attachments: mail.attachments.map(({ id, name, type }) => ({
      id,
      type: 'local',
      fileName: name,
      mimeType: type,
      createdAt: 0,
      localMessageId: mail.id,
    })),
    from: [],
    to: people('to', 1),
    cc: people('cc', 2),
    bcc: people('bcc', 3),
    failed: false,
    smimeCertificateId: null,
    smimeSign: false,
    smimeEncrypt: false,
    status,
    raw: null,
    requestMdn: false,
  }
}
