import type { App } from '../../mcp/app.ts'
import { createExclusion } from '../../nextcloud/files/exclusion.ts'
import { saveDraftTool } from './tools/drafts.ts'
import { getAttachment, getMessageSource } from './tools/files.ts'
import { getMessage, listAccounts, listMailboxes, listMessages } from './tools/read.ts'
import { sendMessage } from './tools/send.ts'
import { createTag, removeTag, setTag } from './tools/tags.ts'
import { deleteMessage, moveMessage, setFlags } from './tools/write.ts'

/** What the operator decides about files in mail. */
export interface MailOptions {
  /** Names of system tags; what carries one of them cannot be attached. */
  excludedTags: readonly string[]
}

/** Nextcloud Mail: the user's mail accounts elsewhere. */
export function createMailApp({ excludedTags }: MailOptions): App {
  return {
    id: 'mail',
    title: 'Mail',
    about: 'Mail in all accounts: find, read, send, draft, file away',
    requires: 'mail',
    tools: [
      listAccounts,
      listMailboxes,
      listMessages,
      getMessage,
      getAttachment,
      getMessageSource,
      sendMessage(createExclusion(excludedTags)),
      saveDraftTool,
      setFlags,
      createTag,
      setTag,
      removeTag,
      moveMessage,
      deleteMessage,
    ],
    essential: ['nc_mail_list_messages', 'nc_mail_get_message', 'nc_mail_send_message'],
    toldBy: {
      account_id: 'nc_mail_list_accounts',
      mailbox_id: 'nc_mail_list_mailboxes',
      destination_mailbox_id: 'nc_mail_list_mailboxes',
      message_id: 'nc_mail_list_messages',
      attachment_id: 'nc_mail_get_message',
    },
  }
}
