import {
  accountsOf,
  addMailbox,
  type DemoMail,
  deliver,
  type MailAccount,
  mailboxFor,
  synchronise,
} from '../mail/store.ts'
import { gradientPng } from '../png.ts'
import type { State } from '../state.ts'

const hour = 3600
const alice = { label: 'Alice Example', email: 'alice@example.org' }
const bob = { label: 'Bob Example', email: 'bob@example.org' }
const shop = { label: 'Green Thumb Garden Shop', email: 'news@garden-shop.example' }

/** Gives alice and bob, as far as there are such, mail: some of every kind, and a lot of one. */
export function fillMail(state: State): void {
  const now = Math.floor(state.storage.now() / 1000)
  fillInbox(state, 'alice', aliceMails(now))
  fillInbox(state, 'bob', bobMails(now))
  const user = state.directory.accounts.get('alice')
  const account = user === undefined ? undefined : accountsOf(state.mail, user)[0]
  if (account === undefined) return
  account.aliases.push({ id: 1, name: 'Alice of the club', alias: 'alice@garden-club.example' })
  fillBuilds(state, account, now)
}

function fillInbox({ mail, directory }: State, userId: string, mails: readonly DemoMail[]): void {
  const user = directory.accounts.get(userId)
  const account = user === undefined ? undefined : accountsOf(mail, user)[0]
  if (account === undefined) return
  addMailbox(mail, account, 'Junk', 'junk')
  const inbox = mailboxFor(account, 'inbox')
  for (const sample of mails) deliver(mail, inbox, sample)
  for (const mailbox of account.mailboxes) synchronise(mail, mailbox)
}

/** Sixty mails to page over, some of them in one second. */
function fillBuilds({ mail }: State, account: MailAccount, now: number): void {
  const builds = addMailbox(mail, account, 'Builds')
  for (let number = 1; number <= 60; number++) {
    deliver(mail, builds, {
      from: { label: 'Build robot', email: 'robot@ci.example' },
      to: [alice],
      subject: `Build ${number} ${number % 7 === 0 ? 'failed' : 'passed'}`,
      // Three builds at a time end together.
      date: now - 48 * hour + Math.floor(number / 3) * 600,
      text: `Build ${number} of the garden planner took ${40 + (number % 5)} seconds.\r\n`,
      seen: number < 50,
    })
  }
  synchronise(mail, builds)
}

function aliceMails(now: number): DemoMail[] {
  return [
    {
      from: bob,
      to: [alice],
      subject: 'Garden house: when do we start?',
      messageId: 'garden-1@example.org',
      date: now - 30 * hour,
      text: 'Hi Alice,\r\n\r\nthe wood arrives on Thursday. Shall we start on Saturday at 9?\r\n\r\nhttps://wood.example/orders/17\r\n\r\n-- \r\nBob\r\n',
      seen: true,
    },
    {
      from: bob,
      to: [alice],
      cc: [{ label: 'Carol', email: 'carol@example.net' }],
      subject: 'Re: Garden house: when do we start?',
      messageId: 'garden-2@example.org',
      inReplyTo: 'garden-1@example.org',
      date: now - 28 * hour,
      text: 'Carol can help too, but only from 10 on.\r\n\r\n> Shall we start on Saturday at 9?\r\n',
    },
    {
      from: shop,
      to: [alice],
      subject: 'Spring offers: everything green',
      messageId: 'spring@garden-shop.example',
      date: now - 20 * hour,
      html: '<html><head><style>h1{color:green}</style></head><body><div style="display:none">You cannot see this</div><h1>Spring offers</h1><p>Dear Alice, <b>20 % off</b> all <a href="https://garden-shop.example/seeds?from=mail&amp;id=7">seeds</a>.</p><table><tr><th>Seed</th><th>Price</th></tr><tr><td>Basil</td><td>1.20</td></tr></table><img src="https://tracker.garden-shop.example/open.gif" alt="Spring flowers"></body></html>',
    },
    {
      from: { label: 'Carol', email: 'carol@example.net' },
      to: [alice, bob],
      subject: 'Plan and list of plants',
      messageId: 'plan@example.net',
      date: now - 9 * hour,
      text: 'The plan is attached.\r\n',
      parts: [
        {
          id: '2',
          name: 'plants.csv',
          type: 'text/csv',
          content: Buffer.from('plant,number\nbasil,12\nthyme,6\n'),
        },
        {
          id: '3',
          name: 'plan.png',
          type: 'image/png',
          content: gradientPng(64, 64, [120, 190, 120], [240, 240, 220]),
        },
      ],
    },
    {
      from: { label: 'Jürg Müller', email: 'jm@example.ch' },
      to: [alice],
      subject: 'Grüße aus Zürich ☀ 日本',
      messageId: 'zuerich@example.ch',
      date: now - 6 * hour,
      text: 'Schöne Grüße, auch an Bob & Carol <3\r\n',
      source: Buffer.from(
        'From: =?iso-8859-1?Q?J=FCrg_M=FCller?= <jm@example.ch>\r\nTo: alice@example.org\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSch\xf6ne Gr\xfc\xdfe, auch an Bob & Carol <3\r\n',
        'latin1',
      ),
    },
    {
      from: bob,
      to: [alice],
      messageId: 'nothing@example.org',
      date: now - 2 * hour,
      text: 'I forgot the subject.\r\n',
    },
  ]
}

function bobMails(now: number): DemoMail[] {
  return [
    {
      from: alice,
      to: [bob],
      subject: 'Keys to the shed',
      messageId: 'keys@example.org',
      date: now - 12 * hour,
      text: 'They are under the blue pot.\r\n',
    },
  ]
}
