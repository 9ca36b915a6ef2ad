/** What may become of a mail: it is sent once, or it is said that it was not, or that nobody knows. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { type MailUser, mailUser } from '../support/mail.ts'
import type { Fault } from '../support/proxy.ts'

let h: Harness
let alice: MailUser

beforeEach(async () => {
  h = await startHarness({
    backend: await demoBackend(),
    environment: { NEXTCLOUD_TIMEOUT_SECONDS: '0.5' },
  })
  alice = await mailUser(h)
})
afterEach(() => h.close())

const mail = (more: Record<string, unknown> = {}) => ({
  account_id: alice.accountId,
  to: 'bob@example.org',
  subject: 'Once',
  body: 'and no more',
  ...more,
})
const send = (more: Record<string, unknown> = {}) => h.call('nc_mail_send_message', mail(more))

/** Asks the demo itself, past the proxy. */
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
async function direct(path: string, user = 'alice', init: RequestInit = {}): Promise<any> {
  const response = await fetch(`${h.backend.url}/index.php/apps/mail/api${path}`, {
    ...init,
    headers: {
      authorization: `Basic ${btoa(`${user}:${user}-demo`)}`,
      'ocs-apirequest': 'true',
      'content-type': 'application/json',
    },
  })
  return response.json()
}

async function arrived(): Promise<number> {
  const [{ id }] = await direct('/accounts', 'bob')
  const { mailboxes } = await direct(`/mailboxes?accountId=${id}`, 'bob')
  const inbox = mailboxes.find((box: { name: string }) => box.name === 'INBOX').databaseId
  const body = JSON.stringify({ ids: [], init: true })
  const { newMessages } = await direct(`/mailboxes/${inbox}/sync`, 'bob', { method: 'POST', body })
  return newMessages.filter(({ subject }: { subject: string }) => subject === 'Once').length
}

async function drafts() {
  h.proxy.plan(undefined)
  return (await h.ok('nc_mail_list_messages', { mailbox_id: alice.boxes.drafts })).results
}

/** Sends what is refused, and finds it in the outbox; gives the hint. */
async function refusedIntoOutbox(more: Record<string, unknown> = {}): Promise<string> {
  const { error } = await send(more)
  const [left] = await outbox()
  expect(error).toMatchObject({
    code: 'UPSTREAM_ERROR',
    message: 'Not sent: the mail server refused it',
    subject: `outbox message ${left.id}`,
    hint: expect.stringMatching(/^It is kept unsent in the outbox/),
  })
  expect(error).not.toHaveProperty('outcome_unknown')
  expect(await arrived()).toBe(0)
  return String(error?.hint)
}

const toDrafts = /^POST \/index\.php\/apps\/mail\/api\/accounts\/\d+\/draft$/
const outbox = async () => (await direct('/outbox')).data.messages
const toOutbox = /^POST \/index\.php\/apps\/mail\/api\/outbox$/
const fromOutbox = /^POST \/index\.php\/apps\/mail\/api\/outbox\/\d+$/

/** Breaks the answers to some requests. */
function breaking(which: RegExp, fault: Fault): void {
  h.proxy.plan(({ method, path }) => (which.test(`${method} ${path}`) ? fault : undefined))
}

describe('when the mail server', () => {
  test('refuses it, it is kept as a draft, and the error says so', async () => {
    h.backend.demo?.setMailServers('alice', { smtp: 'refuses' })
    const { error } = await send()
    const [draft] = await drafts()
    expect(error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: 'Not sent: the mail server refused it',
      subject: `draft ${draft.databaseId}`,
      hint: expect.stringMatching(/^It is kept as a draft in the Drafts mailbox/),
    })
    expect(error).not.toHaveProperty('outcome_unknown')
    const { message } = await h.ok('nc_mail_get_message', { message_id: draft.databaseId })
    expect(message).toMatchObject({ subject: 'Once', body: 'and no more' })
    expect(message.to).toEqual([{ label: 'bob@example.org', email: 'bob@example.org' }])
    expect(await outbox()).toEqual([])
    expect(await arrived()).toBe(0)
  })

  test.each([
    { bcc: 'carol@example.org' },
    { references: '<question@example.org>' },
    { from: 'alice@garden-club.example' },
    { attachments: ['once.md'] },
  ])('refuses what a draft would not keep whole, it waits in the outbox: %j', async more => {
    await h.ok('nc_webdav_write_file', { path: 'once.md', content: 'x' })
    h.backend.demo?.setMailServers('alice', { smtp: 'refuses' })
    await refusedIntoOutbox(more)
    expect(await drafts()).toEqual([])
  })

  test.each(['reset', 'delay', 'html', 'empty', 403, 429, 500] as const)(
    'refuses it and it cannot be made a draft (%s), it waits in the outbox',
    async fault => {
      h.backend.demo?.setMailServers('alice', { smtp: 'refuses' })
      breaking(toDrafts, fault)
      const hint = await refusedIntoOutbox()
      const isOpen = ['reset', 'delay', 'html', 'empty', '500'].includes(String(fault))
      expect(hint.includes('may be in the Drafts mailbox')).toBe(isOpen)
    },
  )

  test.each(['reset', 'html', 403, 500] as const)(
    'refuses it and it stays in the outbox beside the draft (%s), both are named',
    async fault => {
      h.backend.demo?.setMailServers('alice', { smtp: 'refuses' })
      breaking(/^DELETE /, fault)
      const { error } = await send()
      const [draft] = await drafts()
      expect(error).toMatchObject({
        subject: `draft ${draft.databaseId}`,
        hint: expect.stringContaining('in the outbox as well'),
      })
    },
  )

  test('leaves it open, nobody knows, and it is not sent again', async () => {
    h.backend.demo?.setMailServers('alice', { smtp: 'breaks' })
    const requests = await h.requestsOf(async () => {
      const { error } = await send()
      const [left] = await outbox()
      expect(await drafts()).toEqual([])
      expect(error).toMatchObject({
        message: 'Nobody knows whether the mail was sent',
        subject: `outbox message ${left.id}`,
        outcome_unknown: true,
        hint: expect.stringMatching(/Do not send it again.*Sent mailbox/),
      })
    })
    expect(requests.filter(request => fromOutbox.test(request))).toHaveLength(1)
  })

  test('keeps no copy, it was sent all the same', async () => {
    h.backend.demo?.setMailServers('alice', { smtp: 'keeps no copy' })
    const { data } = await send()
    expect(data).toMatchObject({ in_sent_mailbox: false, message: expect.stringMatching(/^Sent,/) })
    expect(await arrived()).toBe(1)
  })
})

describe('when the answer to the sending is lost', () => {
  test.each(['truncated'] as const)('%s: the outbox tells that it was sent', async fault => {
    breaking(fromOutbox, fault)
    const { data } = await send()
    expect(data).toMatchObject({ message: 'Sent.', in_sent_mailbox: true })
    expect(await arrived()).toBe(1)
  })

  test.each(['reset', 'delay', 'html', 'empty', 500, 503] as const)(
    '%s: where it never got there, nobody knows, and it is not sent again',
    async fault => {
      breaking(fromOutbox, fault)
      const requests = await h.requestsOf(async () => {
        expect((await send()).error).toMatchObject({ outcome_unknown: true })
      })
      expect(requests.filter(request => fromOutbox.test(request))).toHaveLength(1)
      h.proxy.plan(undefined)
      expect(await arrived()).toBe(0)
      expect(await outbox()).toHaveLength(1)
    },
  )

  test('taken out by somebody else before it was sent, nobody knows', async () => {
    h.proxy.plan(async ({ method, path }) => {
      if (!fromOutbox.test(`${method} ${path}`)) return undefined
      await direct(`/outbox/${path.split('/').at(-1)}`, 'alice', { method: 'DELETE' })
      return undefined
    })
    const { error } = await send()
    expect(error).toMatchObject({
      outcome_unknown: true,
      message: expect.stringMatching(/^Nobody/),
    })
    expect(await drafts()).toEqual([])
  })

  test('and the outbox cannot be asked either, nobody knows', async () => {
    h.proxy.plan(({ method, path }) => {
      if (fromOutbox.test(`${method} ${path}`)) return 'truncated'
      return method === 'GET' && path.includes('/outbox/') ? 404 : undefined
    })
    expect((await send()).error).toMatchObject({ outcome_unknown: true })
    h.proxy.plan(undefined)
    expect(await arrived()).toBe(1)
  })

  test.each([423, 429] as const)('%s is an answer: not sent, and not tried again', async fault => {
    breaking(fromOutbox, fault)
    const requests = await h.requestsOf(async () => {
      const { error } = await send()
      expect(error?.code).toBe(fault === 429 ? 'RATE_LIMITED' : 'LOCKED')
      expect(error?.message).toMatch(/^Not sent/)
      expect(error).not.toHaveProperty('outcome_unknown')
    })
    expect(requests.filter(request => fromOutbox.test(request))).toHaveLength(1)
    h.proxy.plan(undefined)
    expect(await arrived()).toBe(0)
  })
})

test.each(['truncated', 'reset', 'delay', 'html', 429, 500] as const)(
  '%s before it is in the outbox: nothing is sent, and that is said',
  async fault => {
    breaking(toOutbox, fault)
    const requests = await h.requestsOf(async () => {
      const { error } = await send()
      expect(error?.message).toMatch(/^Not sent/)
      expect(error).not.toHaveProperty('outcome_unknown')
    })
    expect(requests.filter(request => toOutbox.test(request))).toHaveLength(1)
    expect(requests.some(request => fromOutbox.test(request))).toBe(false)
    h.proxy.plan(undefined)
    expect(await arrived()).toBe(0)
  },
)

describe('a draft', () => {
  const save = () => h.call('nc_mail_save_draft', { subject: 'Kept', body: 'x' })

  test('that is stored while the mailbox cannot be looked into may be there', async () => {
    h.backend.demo?.setMailServers('alice', { syncing: true })
    expect((await save()).error).toMatchObject({
      code: 'LOCKED',
      outcome_unknown: true,
      message: expect.stringMatching(/^Nobody knows whether the draft was saved/),
      hint: 'List the Drafts mailbox before saving it again.',
    })
    h.backend.demo?.setMailServers('alice', { syncing: false })
    expect(await drafts()).toMatchObject([{ subject: 'Kept' }])
  })

  test.each([500, 503, 'html', 'truncated'] as const)('%s: may be there', async fault => {
    breaking(toDrafts, fault)
    expect((await save()).error).toMatchObject({ outcome_unknown: true })
  })

  test.each([403, 429] as const)('%s: is not there', async fault => {
    breaking(toDrafts, fault)
    expect((await save()).error).not.toHaveProperty('outcome_unknown')
    expect(await drafts()).toEqual([])
  })
})

test('what is wrong is refused before anything is sent', async () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ to: '' }, /^to:/],
    [{ to: ' , ; ' }, /^to:/],
    [{ to: 'bob' }, /to: "bob"/],
    [{ to: 'bob@example' }, /to: "bob@example"/],
    [{ to: 'bob@example.org, nobody' }, /to: "nobody"/],
    [{ to: 'Bob bob@example.org' }, /to: /],
    [{ to: 'Bob <bob@example.org' }, /to: /],
    [{ to: 'Last, First <bob@example.org>' }, /to: "Last"/],
    [{ to: 'b\r\nBcc: eve@example.org <bob@example.org>' }, /to: /],
    [{ cc: 'bob@-example.org' }, /cc: /],
    [{ bcc: 'böb@example.org' }, /bcc: /],
    [{ subject: 'one\r\nBcc: eve@example.org' }, /subject: must be one line/],
    [{ subject: 'x'.repeat(256) }, /subject/],
    [{ references: 'not an id' }, /references/],
    [{ references: '<a@b>\r\nBcc: eve@example.org' }, /references/],
    [{ account_id: 0 }, /account_id/],
  ]
  const requests = await h.requestsOf(async () => {
    for (const [more, message] of wrong) {
      const { error } = await send(more)
      expect(error?.code, JSON.stringify(more)).toBe('BAD_INPUT')
      expect(error?.message, JSON.stringify(more)).toMatch(message)
    }
  })
  expect(requests).toEqual([])
  expect(await outbox()).toEqual([])
})

test('an account that is missing, and none at all', async () => {
  expect((await send({ account_id: 999 })).error).toMatchObject({
    code: 'NOT_FOUND',
    subject: 'mail account 999',
  })
  const lonely = await startHarness({
    backend: await demoBackend({
      users: [{ id: 'carol', displayName: 'Carol', password: 'carol-secret' }],
    }),
  })
  const { error } = await lonely.call('nc_mail_send_message', {
    to: 'bob@example.org',
    subject: '',
    body: '',
  })
  expect(error).toMatchObject({ code: 'NOT_FOUND', message: 'The user has no mail account' })
  await lonely.close()
})

test('the domain of an address may be in any script', async () => {
  const { data } = await send({ to: 'Jürg <jm@müller.example>, bob@example.org' })
  expect(data.recipients).toBe(2)
  const { results } = await h.ok('nc_mail_list_messages', { mailbox_id: alice.boxes.sent })
  expect(results[0].to[0]).toEqual({ label: 'Jürg', email: 'jm@xn--mller-kva.example' })
})

test('the sender is the first address, or the one that is asked for', async () => {
  const first = await send({ account_id: undefined })
  expect(first.data).toMatchObject({ from: 'alice@example.org', account_id: alice.accountId })
  const from = 'Alice@Garden-Club.example'
  const alias = await send({ account_id: undefined, from, subject: 'From the club' })
  expect(alias.data).toMatchObject({ from: 'alice@garden-club.example' })
  const { results } = await h.ok('nc_mail_list_messages', {
    mailbox_id: alice.boxes.sent,
    search_filter: 'subject:club',
  })
  expect(results[0].from).toEqual([
    { label: 'Alice of the club', email: 'alice@garden-club.example' },
  ])
  expect((await send({ from: 'elsewhere@example.org' })).error).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('elsewhere@example.org'),
    hint: expect.stringContaining('alice@garden-club.example'),
  })
})
