/** Mail as others write it; in the demo, because no mail server would take all of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { type MailUser, mailUser } from '../support/mail.ts'

let h: Harness
let alice: MailUser

beforeAll(async () => {
  h = await startHarness({ backend: await demoBackend() })
  alice = await mailUser(h)
})
afterAll(() => h.close())

const list = (more: Record<string, unknown> = {}) =>
  h.ok('nc_mail_list_messages', { mailbox_id: alice.boxes.inbox, ...more })
const find = async (search_filter: string) => (await list({ search_filter })).results[0].databaseId

test('a newsletter: its words, and no request but to Nextcloud', async () => {
  const message_id = await find('from:news')
  const requests = await h.requestsOf(async () => {
    const { message } = await h.ok('nc_mail_get_message', { message_id })
    expect(message.body).toBe(
      '# Spring offers\n\nDear Alice, **20 % off** all [seeds](https://garden-shop.example/seeds?from=mail&id=7).\n\n| Seed | Price |\n| --- | --- |\n| Basil | 1.20 |\n\nSpring flowers',
    )
  })
  expect(requests).toEqual([`GET /ocs/v2.php/apps/mail/message/${message_id}`])
})

describe('attachments', () => {
  test('are listed, and read as they are', async () => {
    const message_id = await find('flags:attachments')
    const { message } = await h.ok('nc_mail_get_message', { message_id })
    expect(message.attachments).toMatchObject([
      { id: '2', fileName: 'plants.csv', mime: 'text/csv' },
      { id: '3', fileName: 'plan.png', mime: 'image/png' },
    ])
    let read: unknown
    const requests = await h.requestsOf(async () => {
      read = await h.ok('nc_mail_get_attachment', { message_id, attachment_id: '2' })
    })
    expect(requests).toHaveLength(1)
    expect(read).toEqual({
      untrusted_content: true,
      name: 'plants.csv',
      mime: 'application/octet-stream',
      size: 30,
      content: btoa('plant,number\nbasil,12\nthyme,6\n'),
      encoding: 'base64',
    })
  })

  test('are read in parts that fit together', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))
    h.backend.demo?.deliverMail('alice', {
      from: { label: 'Carol', email: 'carol@example.net' },
      subject: 'Large',
      html: '<p>Look: <img src="cid:p" alt="inline"></p>',
      parts: [
        { id: '2', name: 'Grün "1".bin', type: 'application/x-data', content },
        { id: '3', name: 'p.png', type: 'image/png', content: Buffer.from('png'), cid: 'p' },
        { id: '4', name: null, type: 'message/rfc822', content: Buffer.from('Subject: in\r\n') },
        { id: '5', name: 'empty.txt', type: 'text/plain', content: Buffer.alloc(0) },
      ],
    })
    const message_id = await find('subject:Large')
    const { message } = await h.ok('nc_mail_get_message', { message_id })
    expect(message.attachments.map(({ id }: { id: string }) => id)).toEqual(['2', '4', '5'])
    expect(message.body).toBe('Look: inline')
    const parts: Buffer[] = []
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const args = { message_id, attachment_id: '2', offset, max_bytes: 70_001 }
      const part = await h.ok('nc_mail_get_attachment', args)
      expect(part).toMatchObject({ name: 'Grün "1".bin', size: 300_000 })
      parts.push(Buffer.from(part.content, 'base64'))
      offset = part.next_offset
    }
    expect(parts.map(part => part.length)).toEqual([70_001, 70_001, 70_001, 70_001, 19_996])
    expect(Buffer.concat(parts).equals(content)).toBe(true)

    const read = (attachment_id: string, more = {}) =>
      h.call('nc_mail_get_attachment', { message_id, attachment_id, ...more })
    expect((await read('4')).data.name).toBe('Embedded message 4.eml')
    expect((await read('5')).data).toMatchObject({ name: 'empty.txt', size: 0, content: '' })
    expect((await read('9')).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: `attachment 9 of message ${message_id}`,
    })
    expect((await read('2', { offset: 300_000 })).error?.code).toBe('BAD_INPUT')
    const requests = await h.requestsOf(async () => {
      expect((await read('../html')).error?.code).toBe('BAD_INPUT')
      expect((await read('')).error?.code).toBe('BAD_INPUT')
      expect((await read('2', { max_bytes: 6_000_000 })).error?.code).toBe('BAD_INPUT')
    })
    expect(requests).toEqual([])
  })
})

test('the source of a mail in an old encoding is there, byte for byte', async () => {
  const message_id = await find('subject:日本')
  const { source, size } = await h.ok('nc_mail_get_message_source', { message_id })
  expect(source).toContain('Schöne Grüße, auch an Bob & Carol <3')
  expect(size).toBe(source.length)
  const { message } = await h.ok('nc_mail_get_message', { message_id })
  expect(message.body).toBe('Schöne Grüße, auch an Bob & Carol <3')
})

test('the source of a large mail comes in parts, and no character is cut', async () => {
  h.backend.demo?.deliverMail('alice', {
    from: { label: 'Carol', email: 'carol@example.net' },
    subject: 'Huge',
    messageId: 'huge@example.net',
    date: 1_700_000_000,
    text: '€😀ü'.repeat(40_000),
  })
  const message_id = await find('subject:Huge')
  let source = ''
  let offset: number | undefined = 0
  while (offset !== undefined) {
    const part = await h.ok('nc_mail_get_message_source', { message_id, offset })
    source += part.source
    offset = part.next_offset
  }
  expect(source.endsWith(`\r\n\r\n${'€😀ü'.repeat(40_000)}\r\n`)).toBe(true)
})

test.each([1, 2, 7, 20, 99, 100])(
  'sixty mails by %s, three in a second, each once',
  async limit => {
    const boxes = await h.ok('nc_mail_list_mailboxes', { account_id: alice.accountId })
    const builds = boxes.results.find((box: { name: string }) => box.name === 'Builds')
    const subjects: string[] = []
    let cursor: number | undefined
    do {
      const page = await list({
        mailbox_id: builds.databaseId,
        limit,
        ...(cursor === undefined ? {} : { cursor }),
      })
      expect(page.results.length).toBeLessThanOrEqual(Math.max(limit, 3))
      subjects.push(...page.results.map(({ subject }: { subject: string }) => subject))
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(subjects).toHaveLength(60)
    expect(new Set(subjects).size).toBe(60)
  },
)

test('each mail of a thread is listed', async () => {
  const { results } = await list({ search_filter: 'subject:"Garden house"' })
  expect(results.map(({ subject }: { subject: string }) => subject)).toEqual([
    'Re: Garden house: when do we start?',
    'Garden house: when do we start?',
  ])
})

test('a mailbox that Nextcloud never looked into is fetched first', async () => {
  const fresh = await startHarness({
    backend: await demoBackend({ sampleData: false }),
  })
  fresh.backend.demo?.deliverMail('alice', {
    from: { label: 'x', email: 'x@example.org' },
    subject: 'First',
  })
  const { boxes } = await mailUser(fresh)
  const behind = { mailbox_id: boxes.inbox, cursor: 1 }
  expect((await fresh.call('nc_mail_list_messages', behind)).error).toMatchObject({
    code: 'BAD_INPUT',
    server_message: `mailbox ${boxes.inbox} is not cached`,
  })
  const requests = await fresh.requestsOf(async () => {
    const page = await fresh.ok('nc_mail_list_messages', { mailbox_id: boxes.inbox })
    expect(page.results).toMatchObject([{ subject: 'First' }])
  })
  expect(requests.map(request => request.split('?')[0])).toEqual([
    `POST /index.php/apps/mail/api/mailboxes/${boxes.inbox}/sync`,
    `POST /index.php/apps/mail/api/mailboxes/${boxes.inbox}/sync`,
    'GET /index.php/apps/mail/api/messages',
  ])
  await fresh.close()
})

test('names with line breaks, which no header can have, keep nobody from reading', async () => {
  h.backend.demo?.deliverMail('alice', {
    from: { label: 'Eve', email: 'eve@example.org' },
    subject: 'Broken\r\nX-Line: yes',
    text: 'x',
    parts: [
      { id: '2', name: 'a\nb.txt', type: 'text/plain', content: Buffer.from('inside') },
      { id: '3', name: '../../etc/passwd', type: 'text/plain', content: Buffer.from('root') },
    ],
  })
  const message_id = await find('subject:Broken')
  const { source } = await h.ok('nc_mail_get_message_source', { message_id })
  expect(source).toContain('X-Line')
  const read = (attachment_id: string) =>
    h.ok('nc_mail_get_attachment', { message_id, attachment_id })
  expect(await read('2')).toMatchObject({ name: null, size: 6, content: btoa('inside') })
  expect(await read('3')).toMatchObject({ name: '../../etc/passwd', content: btoa('root') })
})

test('a mail that is gone on the mail server is not found', async () => {
  h.backend.demo?.deliverMail('alice', {
    from: { label: 'Eve', email: 'eve@example.org' },
    subject: 'Fleeting',
    text: 'x',
  })
  const message_id = await find('subject:Fleeting')
  const ocs = `/ocs/v2.php/apps/mail/message/${message_id}`
  const requests = await h.requestsOf(async () => {
    h.proxy.plan(({ path }) =>
      path.startsWith(ocs) ? 500 : path.includes('/api/') ? 403 : undefined,
    )
    // Whatever else a 403 may say, this is not about the mail.
    expect((await h.call('nc_mail_get_message', { message_id })).error?.code).toBe('UPSTREAM_ERROR')
    h.proxy.plan(async ({ path }) => {
      if (!path.startsWith(ocs)) return undefined
      h.proxy.plan(at => (at.path.startsWith(ocs) ? 500 : undefined))
      await h.ok('nc_mail_delete_message', { message_id })
      return 500
    })
    const { error } = await h.call('nc_mail_get_message', { message_id })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: `message ${message_id}` })
    h.proxy.plan(undefined)
  })
  expect(requests.filter(request => request.startsWith(`GET ${ocs}`))).toHaveLength(2)
})

describe('when the mail server does not answer', () => {
  test('what is known is listed, with a note; all else says why', async () => {
    const message_id = await find('from:bob')
    h.backend.demo?.setMailServers('alice', { imap: false })
    const page = await list()
    expect(page.results.length).toBeGreaterThan(0)
    expect(page.untrusted_content).toBe(true)
    expect(page.note).toMatch(/mail server did not answer/)
    const calls: [string, Record<string, unknown>][] = [
      ['nc_mail_get_message', {}],
      ['nc_mail_get_message_source', {}],
      ['nc_mail_get_attachment', { attachment_id: '2' }],
      ['nc_mail_set_flags', { seen: true }],
      ['nc_mail_move_message', { destination_mailbox_id: alice.boxes.archive }],
      ['nc_mail_delete_message', {}],
    ]
    for (const [name, args] of calls) {
      const { error } = await h.call(name, { message_id, ...args })
      expect(error, name).toMatchObject({
        code: 'UPSTREAM_ERROR',
        message: expect.stringContaining('mail server'),
        hint: expect.stringContaining('Mail app'),
      })
    }
    // Nextcloud says the same of a mailbox of another account.
    const move = { message_id, destination_mailbox_id: alice.boxes.archive }
    expect((await h.call('nc_mail_move_message', move)).error).toMatchObject({
      message: expect.stringContaining("another account's"),
      hint: expect.stringMatching(/^A mail stays in its account/),
    })
    await h.ok('nc_mail_list_accounts')
    await h.ok('nc_mail_list_mailboxes', { account_id: alice.accountId })
    h.backend.demo?.setMailServers('alice', { imap: true })
    expect(await list()).not.toHaveProperty('note')
  })

  test('a mailbox that was never looked into cannot be listed', async () => {
    const fresh = await startHarness({ backend: await demoBackend({ sampleData: false }) })
    const { boxes } = await mailUser(fresh)
    await fresh.ok('nc_mail_list_messages', { mailbox_id: boxes.sent })
    fresh.backend.demo?.setMailServers('alice', { imap: false })
    const { error } = await fresh.call('nc_mail_list_messages', { mailbox_id: boxes.inbox })
    expect(error?.code).not.toBe('INTERNAL')
    expect(error).toMatchObject({ message: expect.stringContaining('mail server') })
    await fresh.close()
  })
})

describe('lockdown and annotations', () => {
  test('sending asks as a deletion does, and is not offered in lockdown', async () => {
    const { tools } = await h.client.listTools()
    const send = tools.find(({ name }) => name === 'nc_mail_send_message')
    expect(send?.annotations?.destructiveHint).not.toBe(false)
    expect(send?.annotations?.openWorldHint).not.toBe(false)
    expect(send?.annotations?.idempotentHint).not.toBe(true)
    const locked = await startHarness({
      backend: { ...h.backend, close: async () => {} },
      environment: { MCP_LOCKDOWN: 'true' },
    })
    const names = (await locked.client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('nc_mail_get_message')
    expect(names).not.toContain('nc_mail_send_message')
    await locked.close()
  })
})

test('where there is no Mail app, its tools are not listed', async () => {
  const without = await startHarness({ backend: await demoBackend({ apps: ['notes'] }) })
  const names = (await without.client.listTools()).tools.map(({ name }) => name)
  expect(names).toContain('nc_notes_get_note')
  expect(names.filter(name => name.startsWith('nc_mail_'))).toEqual([])
  await without.close()
})
