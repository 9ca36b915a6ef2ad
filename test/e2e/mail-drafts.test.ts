/** Drafts, and files that go out with a mail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { basic, type Harness, startHarness } from '../support/harness.ts'
import { type MailUser, mailUser, removeTestMail, TEST_SUBJECT } from '../support/mail.ts'

let h: Harness
let alice: MailUser
const run = `${TEST_SUBJECT}${process.pid}-${Date.now()}`
const folder = `mcp-test-mail-${process.pid}-${Date.now()}`

beforeAll(async () => {
  h = await startHarness()
  alice = await mailUser(h)
  await h.ok('nc_webdav_create_directory', { path: `${folder}/Grün & 100%`, parents: true })
  await h.ok('nc_webdav_write_file', {
    path: `${folder}/Grün & 100%/plan.txt`,
    content: 'The plan ☀',
  })
})

afterAll(async () => {
  await removeTestMail(h)
  await h.call('nc_webdav_delete_resource', { path: folder })
  await h.close()
}, 300_000)

const save = (title: string, more: Record<string, unknown> = {}) =>
  h.call('nc_mail_save_draft', {
    account_id: alice.accountId,
    subject: `${run} ${title}`,
    body: 'Text',
    ...more,
  })
const send = (title: string, more: Record<string, unknown> = {}) =>
  h.call('nc_mail_send_message', {
    account_id: alice.accountId,
    to: alice.email,
    subject: `${run} ${title}`,
    body: 'Text',
    ...more,
  })

async function inBox(box: string, title: string) {
  const { results } = await h.ok('nc_mail_list_messages', {
    mailbox_id: alice.boxes[box],
    search_filter: `subject:"${run} ${title}"`,
  })
  return results
}

describe('a draft', () => {
  test('is in the Drafts mailbox as it was written, and nowhere else', async () => {
    const to = `"Last, First \\"Nick\\" Ü" <${alice.email}>, b@example.org`
    const { data } = await save('Grüße', { to, cc: 'C C <c@example.org>', body: 'One ☀\ntwo' })
    expect(data).toEqual({
      message: expect.stringMatching(/Grüße", not sent.*Drafts mailbox/),
      draft_id: expect.any(Number),
      account_id: alice.accountId,
      subject: `${run} Grüße`,
    })
    const { message } = await h.ok('nc_mail_get_message', { message_id: data.draft_id })
    expect(message).toMatchObject({
      subject: `${run} Grüße`,
      body: 'One ☀\ntwo',
      to: [
        { label: 'Last, First "Nick" Ü', email: alice.email },
        { label: 'b@example.org', email: 'b@example.org' },
      ],
      cc: [{ label: 'C C', email: 'c@example.org' }],
      hasHtmlBody: false,
      flags: { draft: true },
    })
    expect(await inBox('drafts', 'Grüße')).toMatchObject([{ databaseId: data.draft_id }])
    expect(await inBox('inbox', 'Grüße')).toEqual([])
    expect(await inBox('sent', 'Grüße')).toEqual([])
  })

  test('may have no recipients, no account named, and HTML', async () => {
    const { data } = await save('Bare', {
      account_id: undefined,
      is_html: true,
      body: '<p>Only <b>this</b></p>',
    })
    expect(data.account_id).toBe(alice.accountId)
    const { message } = await h.ok('nc_mail_get_message', { message_id: data.draft_id })
    expect(message).toMatchObject({ hasHtmlBody: true, body: 'Only **this**', to: [] })
  })

  test('is replaced by another one, and only a draft is', async () => {
    const first = (await save('First')).data.draft_id
    const { data } = await save('Second', { draft_id: first, account_id: undefined })
    expect(data.draft_id).not.toBe(first)
    expect(await inBox('drafts', 'First')).toEqual([])
    expect(await inBox('drafts', 'Second')).toHaveLength(1)

    expect((await save('Third', { draft_id: first })).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: `message ${first}`,
    })
    await send('Received')
    const [received] = await inBox('inbox', 'Received')
    const moved = { message_id: received.databaseId, destination_mailbox_id: alice.boxes.drafts }
    expect((await save('Third', { draft_id: received.databaseId })).error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(`message ${received.databaseId} is not in the drafts`),
    })
    // Nor is what somebody else's program merely put there.
    await h.ok('nc_mail_move_message', moved)
    const [there] = await inBox('drafts', 'Received')
    expect((await save('Third', { draft_id: there.databaseId })).error?.code).toBe('BAD_INPUT')
    expect(await inBox('drafts', 'Received')).toHaveLength(1)
    expect(await inBox('drafts', 'Third')).toEqual([])
    expect(
      (await save('Third', { draft_id: data.draft_id, account_id: 999_999 })).error,
    ).toMatchObject({ code: 'BAD_INPUT' })
    expect(await inBox('drafts', 'Second')).toHaveLength(1)
  })

  test.for<[string, () => Record<string, unknown>]>([
    ['attachments', () => ({ attachments: [`${folder}/Grün & 100%/plan.txt`] })],
    ['what mail it answers', () => ({ references: '<question@example.org>' })],
    ['hidden recipients', () => ({ bcc: alice.email })],
  ])('with %s is not replaced: they would be lost', async ([lost, more], { skip }) => {
    // The copy in the Sent mailbox has them in the demo alone.
    skip(lost === 'hidden recipients' && h.backend.demo === undefined)
    const title = `Full of ${lost}`
    await send(title, more())
    const box = lost === 'hidden recipients' ? 'sent' : 'inbox'
    const [{ databaseId }] = await inBox(box, title)
    await h.ok('nc_mail_move_message', {
      message_id: databaseId,
      destination_mailbox_id: alice.boxes.drafts,
    })
    const [{ databaseId: draft_id }] = await inBox('drafts', title)
    // As another mail program would have left it.
    const { status } = await fetch(
      `${h.backend.url}/index.php/apps/mail/api/messages/${draft_id}/flags`,
      {
        method: 'PUT',
        headers: {
          authorization: basic(h.backend.alice),
          'ocs-apirequest': 'true',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ flags: { draft: true } }),
      },
    )
    expect(status).toBe(200)
    expect((await save('Poorer', { draft_id })).error).toMatchObject({
      code: 'UNSUPPORTED',
      message: `The draft holds ${lost}, which would be lost`,
      subject: `message ${draft_id}`,
    })
    expect(await inBox('drafts', title)).toMatchObject([{ databaseId: draft_id }])
    expect(await inBox('drafts', 'Poorer')).toEqual([])
  })

  test('is refused where it is wrong, without a request', async () => {
    const requests = await h.requestsOf(async () => {
      for (const [more, message] of [
        [{ to: 'bob' }, /to: "bob"/],
        [{ cc: 'a@b.org\r\nBcc: eve@example.org' }, /cc: /],
        [{ subject: 'one\r\nBcc: eve@example.org' }, /subject/],
        [{ draft_id: 0 }, /draft_id/],
      ] as const) {
        const { error } = await save('Wrong', more)
        expect(error?.code, JSON.stringify(more)).toBe('BAD_INPUT')
        expect(error?.message, JSON.stringify(more)).toMatch(message)
      }
    })
    expect(requests).toEqual([])
    expect((await save('Nowhere', { account_id: 999_999 })).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: 'mail account 999999',
    })
  })
})

describe('files', () => {
  test('of the user go out with a mail', async () => {
    const { data } = await send('Attached', { attachments: [`/${folder}/Grün & 100%/plan.txt`] })
    expect(data).toMatchObject({ message: 'Sent.', attachments: 1 })
    const [{ databaseId: message_id }] = await inBox('inbox', 'Attached')
    const { message } = await h.ok('nc_mail_get_message', { message_id })
    expect(message.attachments).toMatchObject([{ fileName: 'plan.txt' }])
    const [{ id: attachment_id }] = message.attachments
    const file = await h.ok('nc_mail_get_attachment', { message_id, attachment_id })
    expect(Buffer.from(file.content, 'base64').toString()).toBe('The plan ☀')
  })

  test('that are missing, and folders, are named before anything is sent', async () => {
    const requests = await h.requestsOf(async () => {
      const there = `${folder}/Grün & 100%/plan.txt`
      expect(
        (await send('Missing', { attachments: [there, `${folder}/no.txt`] })).error,
      ).toMatchObject({
        code: 'NOT_FOUND',
        subject: `${folder}/no.txt`,
        message: expect.stringMatching(/^attachments:.*nothing was sent/),
      })
      expect((await send('Missing', { attachments: [folder] })).error).toMatchObject({
        code: 'BAD_INPUT',
        message: `attachments: "${folder}" is a folder`,
      })
      for (const attachments of [['../x'], [''], Array(21).fill(there), 'x']) {
        expect((await send('Missing', { attachments })).error?.code).toBe('BAD_INPUT')
      }
    })
    expect(requests.filter(request => !/^(PROPFIND|GET) /.test(request))).toEqual([])
    expect(await inBox('sent', 'Missing')).toEqual([])
  })

  test('that are gone meanwhile: nothing is sent, nothing is left', async () => {
    const path = `${folder}/gone.txt`
    await h.ok('nc_webdav_write_file', { path, content: 'x' })
    const requests = await h.requestsOf(async () => {
      h.proxy.plan(async ({ method, path: at }) => {
        if (method !== 'POST' || !at.endsWith('/outbox')) return undefined
        h.proxy.plan(undefined)
        await h.ok('nc_webdav_delete_resource', { path })
        return undefined
      })
      expect((await send('Gone', { attachments: [path] })).error).toMatchObject({
        code: 'FORBIDDEN',
        subject: path,
        hint: expect.stringMatching(/Nothing was sent\.$/),
      })
    })
    expect(requests.filter(request => request.includes('/outbox'))).toEqual([
      'POST /index.php/apps/mail/api/outbox',
      expect.stringMatching(/^DELETE .*\/outbox\/\d+$/),
    ])
    expect(await inBox('sent', 'Gone')).toEqual([])
  })
})

test('requests per tool', async () => {
  const count = async (work: () => Promise<{ isError: boolean }>) => {
    let failed = true
    const requests = await h.requestsOf(async () => {
      failed = (await work()).isError
    })
    expect(failed).toBe(false)
    return requests.length
  }
  expect(await count(() => save('Counted'))).toBe(1)
  expect(await count(() => save('Counted', { account_id: undefined }))).toBe(2)
  const draft_id = (await save('Counted')).data.draft_id
  expect(await count(() => save('Counted', { draft_id }))).toBe(3)
  const attachments = [`${folder}/Grün & 100%/plan.txt`, `${folder}/Grün & 100%/plan.txt`]
  expect(await count(() => send('Counted', { attachments }))).toBe(4)
})
