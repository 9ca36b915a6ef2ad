/** Attachments, and mails as they came. */
import { z } from 'zod'
import { defineTool } from '../../../mcp/tool.ts'
import { encodeSegment } from '../../../nextcloud/dav/paths.ts'
import { CodedError } from '../../../nextcloud/errors.ts'
import { API } from '../api.ts'
import { download } from '../download.ts'
import { MOST_SOURCE_BYTES, sourceText } from '../source.ts'
import { messageId, nextOffset, offset } from './shapes.ts'

const MOST_BYTES = 5 * 1024 * 1024

export const getAttachment = defineTool({
  name: 'nc_mail_get_attachment',
  title: 'Read an attachment',
  description:
    'Reads an attachment as base64, up to 5 MiB at a time. Go on with offset=next_offset.',
  scopes: ['mail:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    message_id: messageId,
    attachment_id: z
      .string()
      .regex(/^\d+(\.\d+)*$/, 'not the id of an attachment')
      .describe('From nc_mail_get_message'),
    offset: offset.describe('Bytes'),
    max_bytes: z.int().min(1).max(MOST_BYTES).default(MOST_BYTES),
  }),
  output: z.object({
    name: z.string().nullable(),
    mime: z.string().nullable().describe('As Nextcloud serves it; the mail names its own'),
    size: z.int().nullable().describe('Bytes of the whole attachment'),
    content: z.string().nullable(),
    encoding: z.literal('base64'),
    offset: z.int().optional().describe('Where the content begins, unless at the start'),
    next_offset: nextOffset,
  }),
  async run({ session }, { message_id, attachment_id, offset, max_bytes }) {
    const path = `${API}/messages/${message_id}/attachment/${encodeSegment(attachment_id)}`
    const subject = `attachment ${attachment_id} of message ${message_id}`
    const part = await download(session, path, subject, { offset, most: max_bytes })
    const { name, bytes, mime, size, next } = part
    // Nextcloud gives an empty file, named like a mail in a mail, for an attachment there is not.
    if (size === 0 && name?.endsWith(`${attachment_id}.eml`)) {
      throw new CodedError('NOT_FOUND', 'The mail has no such attachment', {
        subject,
        hint: 'nc_mail_get_message lists them.',
      })
    }
    return {
      name,
      mime: mime?.split(';', 1)[0] ?? null,
      size: size ?? null,
      content: bytes.toString('base64'),
      encoding: 'base64' as const,
      ...(offset > 0 ? { offset } : {}),
      ...(next === undefined ? {} : { next_offset: next }),
    }
  },
})

export const getMessageSource = defineTool({
  name: 'nc_mail_get_message_source',
  title: 'Read the source of a mail',
  description:
    'Reads a mail as it came, all headers first, 100 kB at a time. For its text, use nc_mail_get_message.',
  scopes: ['mail:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ message_id: messageId, offset: offset.describe('Bytes') }),
  output: z.object({
    message_id: z.int(),
    source: z.string().nullable(),
    size: z.int().nullable().describe('Bytes of the whole mail'),
    offset: z.int().optional().describe('Where the source begins, unless at the start'),
    next_offset: nextOffset,
  }),
  async run({ session }, { message_id, offset }) {
    // Nextcloud's own JSON of the source is empty for mails that are not UTF-8.
    const path = `${API}/messages/${message_id}/export`
    const most = MOST_SOURCE_BYTES
    const part = await download(session, path, `message ${message_id}`, { offset, most })
    const { text, used } = sourceText(part.bytes, part.next === undefined)
    return {
      message_id,
      source: text,
      size: part.size ?? null,
      ...(offset > 0 ? { offset } : {}),
      ...(part.next === undefined ? {} : { next_offset: offset + used }),
    }
  },
})
