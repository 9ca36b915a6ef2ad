import { jsonReply, type Reply, text } from '../http.ts'
import { failure, forbidden, type MailCall } from './call.ts'
import { tagJson } from './json.ts'
import type { Mail, Tag } from './store.ts'

/** POST tags: makes a tag, or gives the one that has the same label in the mailbox. */
export function createTag({ store, user, given }: MailCall): Reply {
  const displayName = text(given.displayName) ?? ''
  const color = text(given.color) ?? ''
  if ([...displayName].length > 128) {
    return failure(400, 'The maximum length for displayName is 128')
  }
  if ([...color].length > 9) return failure(400, 'The maximum length for color is 9')
  const imapLabel = labelFor(displayName)
  const known = tagOf(store.tags, user.id, imapLabel)
  if (known !== undefined) return jsonReply(200, tagJson(known))
  const tag: Tag = { id: ++store.last.tag, userId: user.id, displayName, imapLabel, color }
  store.tags.push(tag)
  return jsonReply(200, tagJson(tag))
}

/** DELETE tags/…/delete/…: the tag is gone from every mail. */
export function deleteTag({ store, user }: MailCall, id: number): Reply {
  const tag = store.tags.find(other => other.id === id && other.userId === user.id)
  if (tag === undefined) return failure(400, 'Tag not found')
  store.tags = store.tags.filter(other => other !== tag)
  return jsonReply(200, [id])
}

/** PUT and DELETE messages/…/tags/…: a tag that does not exist is forbidden. */
export function onTagOfMessage(call: MailCall, mail: Mail, imapLabel: string): Reply | undefined {
  const tag = tagOf(call.store.tags, call.user.id, imapLabel)
  if (tag === undefined) return forbidden()
  if (call.exchange.method === 'PUT') mail.tags.add(imapLabel)
  else if (call.exchange.method === 'DELETE') mail.tags.delete(imapLabel)
  else return undefined
  return jsonReply(200, tagJson(tag))
}

function tagOf(tags: readonly Tag[], userId: string, imapLabel: string): Tag | undefined {
  return tags.find(tag => tag.userId === userId && tag.imapLabel === imapLabel)
}

/** A name as an IMAP keyword: underscores for spaces, modified UTF-7, in lower case. */
function labelFor(name: string): string {
  const encoded = name.replaceAll(' ', '_').replaceAll(/[^\x20-\x7e]+|&/g, run => {
    if (run === '&') return '&-'
    const utf16 = Buffer.from(run, 'utf16le').swap16().toString('base64')
    return `&${utf16.replaceAll('=', '').replaceAll('/', ',')}-`
  })
  return `$${encoded.slice(0, 63).toLowerCase()}`
}
