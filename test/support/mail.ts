/** Mail in tests: where it is, and how it is cleared away. */
import { basic, type Harness } from './harness.ts'

/** The subjects of all test mails begin with this. */
export const TEST_SUBJECT = 'mcp-test-'

/** The first mail account of the caller. */
export interface MailUser {
  accountId: number
  email: string
  /** Ids of mailboxes by what they are for. */
  boxes: Record<string, number>
}

/** The caller's account and the mailboxes with a purpose. */
export async function mailUser(h: Harness): Promise<MailUser> {
  const [account] = (await h.ok('nc_mail_list_accounts')).results
  const { results } = await h.ok('nc_mail_list_mailboxes', { account_id: account.id })
  const boxes = Object.fromEntries(
    results.flatMap(({ specialUse, databaseId }: { specialUse: string[]; databaseId: number }) =>
      specialUse.map(use => [use, databaseId]),
    ),
  )
  return { accountId: account.id, email: account.emailAddress, boxes }
}

/** Deletes a tag, which no tool does. */
export async function removeTag(h: Harness, display_name: string): Promise<void> {
  const { tag } = await h.ok('nc_mail_create_tag', { display_name })
  const { accountId } = await mailUser(h)
  const path = `/index.php/apps/mail/api/tags/${accountId}/delete/${tag.id}`
  const { status } = await fetch(h.backend.url + path, {
    method: 'DELETE',
    headers: { authorization: basic(h.backend.alice), 'ocs-apirequest': 'true' },
  })
  if (status !== 200) throw new Error(`the tag ${display_name} is still there (${status})`)
}

/** Deletes the test mails of the caller, for good. */
export async function removeTestMail(h: Harness): Promise<void> {
  const { boxes } = await mailUser(h)
  const { trash, ...others } = boxes
  for (const mailbox_id of [...Object.values(others), trash]) {
    for (;;) {
      const { results } = await h.ok('nc_mail_list_messages', {
        mailbox_id,
        search_filter: `subject:${TEST_SUBJECT}`,
        limit: 100,
      })
      if (results.length === 0) break
      for (const { databaseId } of results) {
        await h.ok('nc_mail_delete_message', { message_id: databaseId })
      }
    }
  }
}
