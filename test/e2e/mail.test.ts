import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import {
  type MailUser,
  mailUser,
  removeTag,
  removeTestMail,
  TEST_SUBJECT,
} from '../support/mail.ts'

let h: Harness
let alice: MailUser
const run = `${TEST_SUBJECT}${process.pid}-${Date.now()}`

beforeAll(async () => {
  h = await startHarness()
  alice = await mailUser(h)
})

afterAll(async () => {
  await removeTestMail(h)
  for (const name of ['tag', 'tag Ü']) await removeTag(h, TEST_SUBJECT + name)
  await h.close()
}, 300_000)

/** Sends a mail to oneself; gives what the inbox says of it. */
async function toMyself(title: string, more: Record<string, unknown> = {}) {
  const subject = `${run} ${title}`
  await h.ok('nc_mail_send_message', {
    account_id: alice.accountId,
    to: alice.email,
    subject,
    body: 'Text',
    ...more,
  })
  return find('inbox', title)
}

async function find(box: string, title: string) {
  const { results } = await h.ok('nc_mail_list_messages', {
    mailbox_id: alice.boxes[box],
    search_filter: `subject:"${run} ${title}"`,
  })
  expect(results, `${title} in ${box}`).toHaveLength(1)
  return results[0]
}

const read = (id: number, more = {}) => h.ok('nc_mail_get_message', { message_id: id, ...more })
const refused = async (name: string, args: Record<string, unknown>) =>
  (await h.call(name, args)).error

describe('accounts and mailboxes', () => {
  test('are listed with what they are for', async () => {
    const { results, total_count } = await h.ok('nc_mail_list_accounts')
    expect(total_count).toBe(results.length)
    expect(results[0]).toEqual({
      id: alice.accountId,
      name: expect.any(String),
      emailAddress: alice.email,
      aliases: expect.any(Array),
      isDelegated: false,
    })
    const boxes = await h.ok('nc_mail_list_mailboxes', { account_id: alice.accountId })
    expect(boxes.results.find((box: { name: string }) => box.name === 'INBOX')).toEqual({
      databaseId: alice.boxes.inbox,
      name: 'INBOX',
      displayName: 'INBOX',
      accountId: alice.accountId,
      specialUse: ['inbox'],
      unread: expect.any(Number),
    })
    expect(boxes.total_count).toBe(boxes.results.length)
  })

  test('that are missing are NOT_FOUND and named', async () => {
    expect(await refused('nc_mail_list_mailboxes', { account_id: 9_999_999 })).toMatchObject({
      code: 'NOT_FOUND',
      subject: 'mail account 9999999',
    })
    expect(await refused('nc_mail_list_messages', { mailbox_id: 9_999_999 })).toMatchObject({
      code: 'NOT_FOUND',
      subject: 'mailbox 9999999',
    })
    const page = { mailbox_id: 9_999_999, cursor: 1 }
    expect(await refused('nc_mail_list_messages', page)).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a mail', () => {
  test('arrives as it was written, and a copy is in the Sent mailbox', async () => {
    const body =
      'Is a < b && c > d? "Yes" & it\'s <b>not bold</b>\n\n> quoted <x@example.org>\n\tTab, see https://example.org/x?a=1&b=2 ☀\n-- \nAlice\nPhone & fax'
    const there = await toMyself('Grüße ☀', { body })
    expect(there).toMatchObject({
      databaseId: expect.any(Number),
      uid: expect.any(Number),
      subject: `${run} Grüße ☀`,
      from: [{ email: alice.email }],
      to: [{ email: alice.email }],
      mailboxId: alice.boxes.inbox,
      date: new Date(there.dateInt * 1000).toISOString().replace('.000', ''),
      flags: { seen: false, flagged: false, hasAttachments: false },
    })
    expect(there.previewText).toContain('Is a < b')
    const { message, untrusted_content } = await read(there.databaseId)
    expect(untrusted_content).toBe(true)
    expect(message).toMatchObject({
      id: there.databaseId,
      uid: there.uid,
      messageId: expect.stringMatching(/^<.+@.+>$/),
      subject: there.subject,
      replyTo: [{ email: alice.email }],
      cc: [],
      bcc: [],
      hasHtmlBody: false,
      body,
      body_format: 'text',
      attachments: [],
    })
    expect((await find('inbox', 'Grüße ☀')).flags.seen).toBe(false)
    expect((await find('sent', 'Grüße ☀')).databaseId).not.toBe(there.databaseId)
  })

  test('in HTML is read as Markdown, and its pictures are not fetched', async () => {
    const { databaseId } = await toMyself('HTML', {
      is_html: true,
      body: '<h1>Offer</h1><p>Only <b>today</b>: <a href="https://example.org/?a=1&amp;b=2">seeds</a></p><img src="https://tracker.example/x.gif" alt="A flower"><p style="display:none">for machines</p>',
    })
    const requests = await h.requestsOf(async () => {
      const { message } = await read(databaseId)
      expect(message).toMatchObject({ hasHtmlBody: true, body_format: 'markdown' })
      expect(message.body).toContain('# Offer')
      expect(message.body).toContain('Only **today**: [seeds](https://example.org/?a=1&b=2)')
      expect(message.body).not.toMatch(/tracker|machines/)
    })
    expect(requests).toEqual([`GET /ocs/v2.php/apps/mail/message/${databaseId}`])
  })

  test('that is long is read in parts', async () => {
    const body = Array.from({ length: 9_000 }, (_, at) => `line ${at} 😀`).join('\n')
    const { databaseId } = await toMyself('Long', { body })
    let text = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const part = await read(databaseId, { offset })
      expect(part.message.body.length).toBeLessThanOrEqual(40_000)
      expect(part.message.body.isWellFormed()).toBe(true)
      text += part.message.body
      offset = part.next_offset
    }
    expect(text).toBe(body)
    expect(
      await refused('nc_mail_get_message', { message_id: databaseId, offset: 10_000_000 }),
    ).toMatchObject({ code: 'BAD_INPUT' })
  })

  test('has a source with all its headers, in parts', async () => {
    const { databaseId } = await toMyself('Source', { body: 'x'.repeat(120) })
    const source = await h.ok('nc_mail_get_message_source', { message_id: databaseId })
    expect(source).toMatchObject({ message_id: databaseId, untrusted_content: true })
    expect(source.source).toMatch(new RegExp(`^Subject: ${run} Source\r$`, 'm'))
    expect(source.size).toBe(Buffer.byteLength(source.source))
    expect(source).not.toHaveProperty('next_offset')
    const rest = await h.ok('nc_mail_get_message_source', { message_id: databaseId, offset: 10 })
    expect(rest).toMatchObject({ source: source.source.slice(10), offset: 10 })
  })

  test('answers another one, which is then marked as answered', async () => {
    const there = await toMyself('Question')
    const { message } = await read(there.databaseId)
    const answer = await toMyself('Answer', { references: `<a@b> ${message.messageId}` })
    expect((await find('inbox', 'Question')).flags.answered).toBe(true)
    const { source } = await h.ok('nc_mail_get_message_source', { message_id: answer.databaseId })
    expect(source).toContain(`In-Reply-To: ${message.messageId}`)
  })

  test('may have no subject, and several recipients with names', async () => {
    const marker = `${run} nameless`
    const sent = await h.ok('nc_mail_send_message', {
      to: `"Last, First \\"Nick\\"" <${alice.email}>; ${alice.email}`,
      cc: `Grün <${alice.email}>`,
      bcc: alice.email,
      subject: '',
      body: marker,
    })
    expect(sent).toMatchObject({
      message: 'Sent.',
      account_id: alice.accountId,
      from: alice.email,
      recipients: 4,
      in_sent_mailbox: true,
    })
    const { results } = await h.ok('nc_mail_list_messages', {
      mailbox_id: alice.boxes.sent,
      search_filter: `body:"${marker}"`,
    })
    expect(results).toMatchObject([{ subject: '' }])
    const { message } = await read(results[0].databaseId)
    expect(message.to).toEqual([
      { label: 'Last, First "Nick"', email: alice.email },
      { label: alice.email, email: alice.email },
    ])
    expect(message.cc).toEqual([{ label: 'Grün', email: alice.email }])
    for (const box of ['sent', 'inbox'] as const) {
      const found = await h.ok('nc_mail_list_messages', {
        mailbox_id: alice.boxes[box],
        search_filter: `body:"${marker}"`,
      })
      for (const { databaseId } of found.results) {
        await h.ok('nc_mail_delete_message', { message_id: databaseId })
      }
    }
    const trash = await h.ok('nc_mail_list_messages', {
      mailbox_id: alice.boxes.trash,
      search_filter: `body:"${marker}"`,
    })
    for (const { databaseId } of trash.results) {
      await h.ok('nc_mail_delete_message', { message_id: databaseId })
    }
  })

  test('that is missing is NOT_FOUND for every tool', async () => {
    const message_id = 99_999_999
    const calls: [string, Record<string, unknown>][] = [
      ['nc_mail_get_message', {}],
      ['nc_mail_get_message_source', {}],
      ['nc_mail_get_attachment', { attachment_id: '2' }],
      ['nc_mail_set_flags', { seen: true }],
      ['nc_mail_set_tag', { tag: `${TEST_SUBJECT}tag` }],
      ['nc_mail_remove_tag', { tag: 'x' }],
      ['nc_mail_move_message', { destination_mailbox_id: alice.boxes.archive }],
      ['nc_mail_delete_message', {}],
    ]
    for (const [name, args] of calls) {
      const error = await refused(name, { message_id, ...args })
      expect(error, name).toMatchObject({ code: 'NOT_FOUND', hint: expect.any(String) })
      expect(error?.subject, name).toContain('message 99999999')
    }
  })
})

describe('a list', () => {
  test('in pages of any size holds every mail once', async () => {
    for (const at of [1, 2, 3, 4, 5]) await toMyself(`Page ${at}`)
    const search_filter = `subject:"${run} Page"`
    for (const limit of [1, 2, 3, 5, 100]) {
      const ids: number[] = []
      let cursor: number | undefined
      do {
        const page = await h.ok('nc_mail_list_messages', {
          mailbox_id: alice.boxes.inbox,
          search_filter,
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        })
        expect(page.total_count).toBe(page.results.length)
        expect(page.has_more).toBe(page.next_cursor !== undefined)
        ids.push(...page.results.map((each: { databaseId: number }) => each.databaseId))
        cursor = page.next_cursor
      } while (cursor !== undefined)
      expect(ids, `by ${limit}`).toHaveLength(5)
      expect(new Set(ids).size, `by ${limit}`).toBe(5)
    }
  })

  test('is filtered, and by what cannot be understood it is not', async () => {
    const marked = await toMyself('Filter: 100% c++')
    await h.ok('nc_mail_set_flags', { message_id: marked.databaseId, seen: true, flagged: true })
    const found = async (search_filter: string) =>
      (
        await h.ok('nc_mail_list_messages', { mailbox_id: alice.boxes.inbox, search_filter })
      ).results.map((each: { databaseId: number }) => each.databaseId)
    const mine = `subject:"${run} Filter"`
    const day = marked.date.slice(0, 10)
    for (const filter of [
      `subject:"${run} Filter: 100% c++"`,
      `${mine} is:read is:starred`,
      `${mine} is:seen flags:flagged,read not:unread`,
      `${mine} from:${alice.email} to:${alice.email}`,
      `${mine} start:${day} end:${day}`,
      `${mine} start:${marked.dateInt} end:${marked.date}`,
      `subject:${encodeURIComponent(`${run} Filter`)}`,
    ]) {
      expect(await found(filter), filter).toEqual([marked.databaseId])
    }
    for (const filter of [
      `${mine} is:unread`,
      `${mine} not:starred`,
      `${mine} flags:attachments`,
      `${mine} from:nobody`,
      `${mine} start:2099-01-01`,
      `${mine} end:1999-12-31`,
    ]) {
      expect(await found(filter), filter).toEqual([])
    }
    const requests = await h.requestsOf(async () => {
      for (const search_filter of [
        'invoice',
        'subject:',
        'is:is_important',
        'flags:unread,nonsense',
        'newer:1d',
        'tags:work',
        'start:yesterday',
        'end:2026-13-99',
        'match:none',
      ]) {
        expect(
          await refused('nc_mail_list_messages', { mailbox_id: alice.boxes.inbox, search_filter }),
          search_filter,
        ).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringContaining('subject:') })
      }
    })
    expect(requests).toEqual([])
  })
})

describe('changes', () => {
  test('flags are set and taken away, each for itself', async () => {
    const { databaseId: message_id } = await toMyself('Flags')
    const flags = async () => (await find('inbox', 'Flags')).flags
    await h.ok('nc_mail_set_flags', { message_id, seen: true, flagged: true, answered: true })
    expect(await flags()).toMatchObject({ seen: true, flagged: true, answered: true })
    const changed = await h.ok('nc_mail_set_flags', { message_id, flagged: false })
    expect(changed).toEqual({ message_id, status_code: 200, message: 'Marked.' })
    expect(await flags()).toMatchObject({ seen: true, flagged: false, answered: true })
    expect(await refused('nc_mail_set_flags', { message_id })).toMatchObject({ code: 'BAD_INPUT' })
  })

  test('junk goes to its mailbox, and comes back', async () => {
    const { databaseId: message_id } = await toMyself('Junk')
    expect(alice.boxes.junk).toBeDefined()
    await h.ok('nc_mail_set_flags', { message_id, junk: true, seen: true })
    const there = await find('junk', 'Junk')
    expect(there.flags.seen).toBe(true)
    await h.ok('nc_mail_set_flags', { message_id: there.databaseId, junk: false })
    await find('inbox', 'Junk')
  })

  test('a tag is made once, put on, found by, and taken off', async () => {
    const display_name = `${TEST_SUBJECT}tag Ü`
    const { tag, message_id: none } = await h.ok('nc_mail_create_tag', { display_name })
    expect(none).toBeNull()
    expect(tag).toMatchObject({
      displayName: display_name,
      imapLabel: expect.stringMatching(/^\$/),
    })
    const again = await h.ok('nc_mail_create_tag', { display_name, color: '#ff0000' })
    expect(again.tag).toEqual(tag)
    const { databaseId: message_id } = await toMyself('Tags')
    expect(await h.ok('nc_mail_set_tag', { message_id, tag: display_name })).toEqual({
      tag,
      message_id,
    })
    expect((await find('inbox', 'Tags')).tags).toEqual([display_name])
    const { results } = await h.ok('nc_mail_list_messages', {
      mailbox_id: alice.boxes.inbox,
      search_filter: `tags:${tag.id}`,
    })
    expect(results).toMatchObject([{ databaseId: message_id }])
    expect(await refused('nc_mail_remove_tag', { message_id, tag: 'other' })).toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining(display_name),
    })
    const off = await h.ok('nc_mail_remove_tag', { message_id, tag: display_name.toUpperCase() })
    expect(off).toEqual({ tag, message_id })
    expect(await find('inbox', 'Tags')).not.toHaveProperty('tags')
    await h.ok('nc_mail_set_tag', { message_id, tag: tag.imapLabel })
    expect((await find('inbox', 'Tags')).tags).toEqual([display_name])
    await h.ok('nc_mail_remove_tag', { message_id, tag: tag.imapLabel })
  })

  test('a tag with a slash is refused before it is made', async () => {
    const message_id = (await find('inbox', 'Tags')).databaseId
    const requests = await h.requestsOf(async () => {
      for (const [tool, args] of [
        ['nc_mail_set_tag', { message_id, tag: 'one/two' }],
        ['nc_mail_create_tag', { display_name: 'one/two' }],
      ] as const) {
        expect(await refused(tool, args)).toMatchObject({
          code: 'BAD_INPUT',
          message: expect.stringContaining('slash'),
        })
      }
    })
    expect(requests).toEqual([])
  })

  test('a mail that is moved has another id', async () => {
    const { databaseId: message_id } = await toMyself('Move')
    const moved = await h.ok('nc_mail_move_message', {
      message_id,
      destination_mailbox_id: alice.boxes.archive,
    })
    expect(moved).toMatchObject({ message_id, message: expect.stringContaining('another id') })
    expect(await refused('nc_mail_get_message', { message_id })).toMatchObject({
      code: 'NOT_FOUND',
    })
    const there = await find('archive', 'Move')
    expect((await read(there.databaseId)).message.subject).toBe(`${run} Move`)
    expect(
      await refused('nc_mail_move_message', {
        message_id: there.databaseId,
        destination_mailbox_id: 9_999_999,
      }),
    ).toMatchObject({ code: 'NOT_FOUND', subject: expect.stringContaining('mailbox 9999999') })
  })

  test('a deletion says whether it is for good', async () => {
    const { databaseId: message_id } = await toMyself('Delete')
    const first = await h.ok('nc_mail_delete_message', { message_id })
    expect(first).toEqual({
      message_id,
      status_code: 200,
      message: 'Moved to the trash, where it has another id.',
      permanently: false,
    })
    expect(await refused('nc_mail_delete_message', { message_id })).toMatchObject({
      code: 'NOT_FOUND',
    })
    const there = await find('trash', 'Delete')
    const last = await h.ok('nc_mail_delete_message', { message_id: there.databaseId })
    expect(last).toMatchObject({ message: 'Deleted for good.', permanently: true })
    const { results } = await h.ok('nc_mail_list_messages', {
      mailbox_id: alice.boxes.trash,
      search_filter: `subject:"${run} Delete"`,
    })
    expect(results).toEqual([])
  })
})

test('requests per tool', async () => {
  const { databaseId: message_id } = await toMyself('Counted')
  const count = async (name: string, args: Record<string, unknown>) =>
    (await h.requestsOf(() => h.ok(name, args))).length
  const mailbox_id = alice.boxes.inbox
  expect(await count('nc_mail_list_accounts', {})).toBe(1)
  expect(await count('nc_mail_list_mailboxes', { account_id: alice.accountId })).toBe(1)
  expect(await count('nc_mail_list_messages', { mailbox_id })).toBe(2)
  expect(await count('nc_mail_list_messages', { mailbox_id, cursor: 4_000_000_000 })).toBe(1)
  expect(await count('nc_mail_get_message', { message_id })).toBe(1)
  expect(await count('nc_mail_get_message_source', { message_id })).toBe(1)
  expect(await count('nc_mail_set_flags', { message_id, seen: true })).toBe(1)
  const tag = `${TEST_SUBJECT}tag`
  expect(await count('nc_mail_create_tag', { display_name: tag })).toBe(1)
  expect(await count('nc_mail_set_tag', { message_id, tag })).toBe(2)
  expect(await count('nc_mail_remove_tag', { message_id, tag })).toBe(2)
  const to = { to: alice.email, subject: `${run} Counted too`, body: '' }
  expect(await count('nc_mail_send_message', { account_id: alice.accountId, ...to })).toBe(2)
  expect(await count('nc_mail_send_message', to)).toBe(3)
  expect(
    await count('nc_mail_move_message', {
      message_id,
      destination_mailbox_id: alice.boxes.archive,
    }),
  ).toBe(1)
  const { databaseId } = await find('archive', 'Counted')
  expect(await count('nc_mail_delete_message', { message_id: databaseId })).toBe(3)
})
