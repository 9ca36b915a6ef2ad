/** Two users, each with mail of their own. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Backend, startBackend } from '../support/backend.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { type MailUser, mailUser, removeTestMail, TEST_SUBJECT } from '../support/mail.ts'

let backend: Backend
let alice: Harness
let bob: Harness
let alices: MailUser
let bobs: MailUser
const subject = `${TEST_SUBJECT}people ${process.pid}-${Date.now()}`

beforeAll(async () => {
  backend = await startBackend()
  const shared = { ...backend, close: async () => {} }
  alice = await startHarness({ backend: shared })
  const user = backend.bob ?? backend.alice
  bob = await startHarness({ backend: { ...shared, alice: user } })
  alices = await mailUser(alice)
  bobs = await mailUser(bob)
})

afterAll(async () => {
  for (const h of [alice, bob]) {
    await removeTestMail(h)
    await h.close()
  }
  await backend.close()
}, 300_000)

const find = async (h: Harness, mailbox_id: number | undefined) => {
  const search_filter = `subject:"${subject}"`
  const { results } = await h.ok('nc_mail_list_messages', { mailbox_id, search_filter })
  return results
}

test('a mail reaches the other one, and hidden recipients stay hidden', async () => {
  await alice.ok('nc_mail_send_message', {
    account_id: alices.accountId,
    to: alices.email,
    bcc: `Bob <${bobs.email}>`,
    subject,
    body: 'between us',
  })
  const [there, ...others] = await find(bob, bobs.boxes.inbox)
  expect(others).toEqual([])
  const { message } = await bob.ok('nc_mail_get_message', { message_id: there.databaseId })
  expect(message).toMatchObject({ body: 'between us', from: [{ email: alices.email }], bcc: [] })
  const { source } = await bob.ok('nc_mail_get_message_source', { message_id: there.databaseId })
  expect(source).not.toContain(bobs.email)
})

test('nothing of one is there for the other', async () => {
  const [mine] = await find(alice, alices.boxes.inbox)
  const message_id = mine.databaseId
  const calls: [string, Record<string, unknown>][] = [
    ['nc_mail_list_mailboxes', { account_id: alices.accountId }],
    ['nc_mail_list_messages', { mailbox_id: alices.boxes.inbox }],
    ['nc_mail_list_messages', { mailbox_id: alices.boxes.inbox, cursor: 4_000_000_000 }],
    ['nc_mail_get_message', { message_id }],
    ['nc_mail_get_message_source', { message_id }],
    ['nc_mail_get_attachment', { message_id, attachment_id: '1' }],
    ['nc_mail_set_flags', { message_id, flagged: true }],
    ['nc_mail_set_tag', { message_id, tag: '$label1' }],
    ['nc_mail_remove_tag', { message_id, tag: '$label1' }],
    ['nc_mail_move_message', { message_id, destination_mailbox_id: bobs.boxes.inbox }],
    ['nc_mail_delete_message', { message_id }],
    [
      'nc_mail_send_message',
      { account_id: alices.accountId, to: bobs.email, subject, body: 'as alice' },
    ],
    [
      'nc_mail_send_message',
      { account_id: alices.accountId, from: alices.email, to: bobs.email, subject, body: 'too' },
    ],
  ]
  for (const [name, args] of calls) {
    expect((await bob.call(name, args)).error, name).toMatchObject({ code: 'NOT_FOUND' })
  }
  const foreign = { message_id, destination_mailbox_id: bobs.boxes.inbox }
  expect((await alice.call('nc_mail_move_message', foreign)).error?.code).toBe('NOT_FOUND')
  const from = { from: alices.email, to: bobs.email, subject, body: 'as alice' }
  expect((await bob.call('nc_mail_send_message', from)).error).toMatchObject({
    code: 'BAD_INPUT',
    hint: expect.stringContaining(bobs.email),
  })
  expect(await find(alice, alices.boxes.inbox)).toEqual([mine])
  expect(await find(bob, bobs.boxes.inbox)).toHaveLength(1)
})
