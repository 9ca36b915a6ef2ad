/** Tags of mails. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { CodedError } from '../../../nextcloud/errors.ts'
import { mail } from '../api.ts'
import type { Tag } from '../shapes.ts'
import { messageId, TagResult } from './shapes.ts'

const DEFAULT_COLOR = '#0082c9'
const Tagged = z.object({ tag: TagResult, message_id: z.int().nullable() })
/** A label with a slash is an address of something else, so that no mail could be given the tag. */
const tagName = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .refine(name => !name.includes('/'), 'Nextcloud puts no tag with a slash on mails')
const tag = tagName.describe('Name, or label like $label1 (Important)')

export const createTag = defineTool({
  name: 'nc_mail_create_tag',
  title: 'Create a mail tag',
  description: 'Creates a tag for mails, or gives the one of that name as it is.',
  scopes: ['mail:write'],
  effect: 'create',
  idempotent: true,
  input: z.object({
    display_name: tagName,
    color: z
      .string()
      .regex(/^#(?:[\da-f]{3}|[\da-f]{6})$/i, 'not a colour like #0082c9')
      .default(DEFAULT_COLOR),
  }),
  output: Tagged,
  async run({ session }, { display_name, color }) {
    return { tag: await mail(session).createTag(display_name, color), message_id: null }
  },
})

export const setTag = defineTool({
  name: 'nc_mail_set_tag',
  title: 'Tag a mail',
  description: 'Puts a tag on a mail; a new name makes a new tag.',
  scopes: ['mail:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ message_id: messageId, tag }),
  output: Tagged,
  async run({ session }, { message_id, tag }) {
    const api = mail(session)
    // The API neither lists tags nor tells their labels in another way.
    const label = tag.startsWith('$') ? tag : (await api.createTag(tag, DEFAULT_COLOR)).imapLabel
    return { tag: await api.setTag(message_id, label ?? tag), message_id }
  },
})

export const removeTag = defineTool({
  name: 'nc_mail_remove_tag',
  title: 'Untag a mail',
  description: 'Takes a tag off a mail; the tag itself stays.',
  scopes: ['mail:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({ message_id: messageId, tag }),
  output: Tagged,
  async run({ session }, { message_id, tag }) {
    const api = mail(session)
    const { tags } = await api.envelope(message_id)
    const found = tags.find(other => isNamed(other, tag))
    if (found?.imapLabel == null) {
      const names = tags.map(({ displayName }) => `"${displayName}"`).join(', ')
      throw new CodedError('NOT_FOUND', `The mail has no tag "${tag}"`, {
        subject: `message ${message_id}`,
        hint: names === '' ? 'It has no tags.' : `It has ${names}.`,
      })
    }
    return { tag: await api.removeTag(message_id, found.imapLabel), message_id }
  },
})

function isNamed({ displayName, imapLabel }: Tag, name: string): boolean {
  return imapLabel === name || displayName?.toLowerCase() === name.toLowerCase()
}
