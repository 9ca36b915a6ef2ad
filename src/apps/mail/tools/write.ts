/** Flags, moving and deleting. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import { type FlagChanges, mail } from '../api.ts'
import { Changed, messageId } from './shapes.ts'

export const setFlags = defineTool({
  name: 'nc_mail_set_flags',
  title: 'Mark a mail',
  description:
    'Marks a mail as read, starred, answered or junk, or no longer. What is not given stays. junk may move it, with a new id.',
  scopes: ['mail:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({
    message_id: messageId,
    seen: z.boolean().optional().describe('Read'),
    flagged: z.boolean().optional().describe('Starred'),
    answered: z.boolean().optional(),
    junk: z.boolean().optional(),
  }),
  output: Changed,
  async run({ session }, { message_id, junk, ...given }) {
    const flags: FlagChanges = {}
    for (const name of ['seen', 'flagged', 'answered'] as const) {
      const value = given[name]
      if (value !== undefined) flags[name] = value
    }
    if (junk !== undefined) {
      flags.$notjunk = !junk
      // Last: Nextcloud moves the mail then, and finds it no more.
      flags.$junk = junk
    }
    if (Object.keys(flags).length === 0) {
      throw badInput('Nothing to change', 'Give seen, flagged, answered or junk.')
    }
    await mail(session).setFlags(message_id, flags)
    const moved = junk === undefined ? '' : ` ${JUNK[junk ? 'yes' : 'no']}`
    return { message_id, status_code: 200, message: `Marked.${moved}` }
  },
})

const JUNK = {
  yes: 'If the account has a junk mailbox, the mail is there now and has another id.',
  no: 'If the account has a junk mailbox, the mail is in the inbox now and may have another id.',
}

export const moveMessage = defineTool({
  name: 'nc_mail_move_message',
  title: 'Move a mail',
  description:
    'Moves a mail to another mailbox of its account. It gets a new id: list the mailbox to go on with it.',
  scopes: ['mail:write'],
  effect: 'update',
  input: z.object({ message_id: messageId, destination_mailbox_id: z.int().min(1) }),
  output: Changed,
  async run({ session }, { message_id, destination_mailbox_id }) {
    await mail(session).move(message_id, destination_mailbox_id)
    const message = 'Moved. It has another id now: list the mailbox to find it.'
    return { message_id, status_code: 200, message }
  },
})

export const deleteMessage = defineTool({
  name: 'nc_mail_delete_message',
  title: 'Delete a mail',
  description:
    'Moves a mail to the trash, where it gets a new id; a mail in the trash is deleted for good.',
  scopes: ['mail:write'],
  effect: 'delete',
  input: z.object({ message_id: messageId }),
  output: Changed.extend({ permanently: z.boolean() }),
  async run({ session }, { message_id }) {
    const api = mail(session)
    const [{ mailboxId }, accounts] = await Promise.all([api.envelope(message_id), api.accounts()])
    const permanently = accounts.some(({ trashMailboxId }) => trashMailboxId === mailboxId)
    await api.delete(message_id)
    return {
      message_id,
      status_code: 200,
      message: permanently ? 'Deleted for good.' : 'Moved to the trash, where it has another id.',
      permanently,
    }
  },
})
