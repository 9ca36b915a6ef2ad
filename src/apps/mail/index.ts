import type { App } from '../../mcp/app.ts'
import { getAttachment, getMessageSource } from './tools/files.ts'
import { getMessage, listAccounts, listMailboxes, listMessages } from './tools/read.ts'
import { sendMessage } from './tools/send.ts'
import { createTag, removeTag, setTag } from './tools/tags.ts'
import { deleteMessage, moveMessage, setFlags } from './tools/write.ts'

/** Nextcloud Mail: the user's mail accounts elsewhere. */
export const mailApp: App = {
  id: 'mail',
  title: 'Mail',
  about: 'Mail in all accounts: find, read, send, file away',
  requires: 'mail',
  tools: [
    listAccounts,
    listMailboxes,
    listMessages,
    getMessage,
    getAttachment,
    getMessageSource,
    sendMessage,
    setFlags,
    createTag,
    setTag,
    removeTag,
    moveMessage,
    deleteMessage,
  ],
}
