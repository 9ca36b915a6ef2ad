import assert from 'node:assert/strict'
import type { Answer, Step, TaskGroup } from './kit/task.ts'

const inboxOf = ({ results }: Answer) =>
  results.find(({ specialUse }: { specialUse: string[] }) => specialUse.includes('inbox'))

/** The way to every mail. */
const toMailboxes: readonly Step[] = [
  { tool: 'nc_mail_list_accounts', seeking: 'my mail accounts', with: () => ({}) },
  {
    tool: 'nc_mail_list_mailboxes',
    seeking: 'the folders of a mail account',
    with: ({ results }) => ({ account_id: results[0].id }),
  },
]

export const mail: TaskGroup = {
  title: 'Mail',
  tasks: [
    {
      says: 'Answer the mail from Carol: "Thank you!"',
      steps: [
        ...toMailboxes,
        {
          tool: 'nc_mail_list_messages',
          seeking: 'find mails from somebody',
          with: (_, boxes) => ({
            mailbox_id: inboxOf(boxes).databaseId,
            search_filter: 'from:Carol',
          }),
        },
        {
          tool: 'nc_mail_get_message',
          seeking: 'read a mail',
          with: (...[, , { results }]) => ({ message_id: results[0].databaseId }),
        },
        {
          tool: 'nc_mail_send_message',
          seeking: 'send a mail',
          with: (...[, , , { message }]) => ({
            to: message.from[0].email,
            subject: `Re: ${message.subject}`,
            body: 'Thank you!',
            references: message.messageId,
          }),
          infers: { subject: '"Re:" is what an answer begins with' },
        },
      ],
      async outcome({ alice }, _, boxes) {
        const sent = boxes.results.find((box: Answer) => box.specialUse.includes('sent'))
        const { results } = await alice('nc_mail_list_messages', { mailbox_id: sent.databaseId })
        assert.equal(results[0].subject, 'Re: Plan and list of plants')
        assert.equal(results[0].to[0].email, 'carol@example.net')
      },
    },
    {
      says: 'Save the list of plants that Carol mailed me in my Documents.',
      steps: [
        ...toMailboxes,
        {
          tool: 'nc_mail_list_messages',
          seeking: 'search my inbox',
          with: (_, boxes) => ({
            mailbox_id: inboxOf(boxes).databaseId,
            search_filter: 'subject:"list of plants"',
          }),
        },
        {
          tool: 'nc_mail_get_message',
          seeking: 'open a mail with its attachments',
          with: (...[, , { results }]) => ({ message_id: results[0].databaseId }),
        },
        {
          tool: 'nc_mail_get_attachment',
          seeking: 'read an attachment of a mail',
          with: (...[, , { results }, { message }]) => ({
            message_id: results[0].databaseId,
            attachment_id: message.attachments.find((one: Answer) => /plants/.test(one.fileName))
              .id,
          }),
        },
        {
          tool: 'nc_webdav_write_file',
          seeking: 'save a file',
          with: (...[, , , , attachment]) => ({
            path: `Documents/${attachment.name}`,
            content: attachment.content,
            encoding: attachment.encoding,
          }),
        },
      ],
      async outcome({ file }) {
        assert.match(String(await file('Documents/plants.csv')), /^plant,number\nbasil,12/)
      },
    },
    {
      says: 'Put the mail "Spring offers" into the mailbox "Junk" and mark it as read before.',
      steps: [
        {
          tool: 'nc_mail_list_messages',
          seeking: 'list my mails',
          with: () => ({ mailbox_id: 'INBOX' }),
          infers: { mailbox_id: 'a name that every mailbox has' },
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_mail_list_mailboxes',
          with: () => ({}),
          fails: 'BAD_INPUT',
        },
        { tool: 'nc_mail_list_accounts', with: () => ({}) },
        {
          tool: 'nc_mail_list_mailboxes',
          with: (...[, , { results }]) => ({ account_id: results[0].id }),
        },
        {
          tool: 'nc_mail_list_messages',
          with: (...[, , , boxes]) => ({
            mailbox_id: inboxOf(boxes).databaseId,
            search_filter: 'subject:"Spring offers"',
          }),
        },
        {
          tool: 'nc_mail_set_flags',
          seeking: 'mark a mail as read',
          with: (...[, , , , { results }]) => ({
            message_id: results[0].databaseId,
            seen: true,
          }),
        },
        {
          tool: 'nc_mail_move_message',
          seeking: 'move a mail to another mailbox',
          with: (...[, , , boxes, { results }]) => ({
            message_id: results[0].databaseId,
            destination_mailbox_id: boxes.results.find((box: Answer) => box.name === 'Junk')
              .databaseId,
          }),
        },
      ],
      async outcome({ alice }, ...answers) {
        const junk = answers[3].results.find((box: Answer) => box.name === 'Junk')
        const { results } = await alice('nc_mail_list_messages', { mailbox_id: junk.databaseId })
        assert.match(results[0].subject, /^Spring offers/)
        assert.equal(results[0].flags.seen, true)
      },
    },
    {
      says: 'Which of the last 200 builds failed, by the mails in "Builds"?',
      steps: [
        ...toMailboxes,
        {
          tool: 'nc_mail_list_messages',
          seeking: 'list mails with a word in the subject',
          with: (_, { results }) => ({
            mailbox_id: results.find((box: Answer) => box.name === 'Builds').databaseId,
            search_filter: 'subject:failed',
            limit: 200,
          }),
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_mail_list_messages',
          with: (_, { results }, { error }) => ({
            mailbox_id: results.find((box: Answer) => box.name === 'Builds').databaseId,
            search_filter: 'subject:failed',
            limit: Number(/<=(\d+)/.exec(error.message)?.[1]),
          }),
        },
      ],
      outcome(...[, , , , listed]) {
        assert.equal(listed.results.length, Math.floor(60 / 7))
        assert.equal(listed.has_more, false)
      },
    },
  ],
}
