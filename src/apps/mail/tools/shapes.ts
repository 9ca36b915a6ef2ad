/** Arguments and results that several tools share. */
import { z } from 'zod'
import { isoTime } from '../../../nextcloud/tolerant.ts'
import type { Envelope } from '../shapes.ts'

export const messageId = z.int().min(1).describe('databaseId of a list')

/** What a mail is sent from. */
export const accountId = z.int().min(1).optional().describe('Default: the first account')

/** Text that becomes one line of a mail's head. */
export const line = z.string().regex(/^[^\r\n]*$/, 'must be one line')
export const subject = line.max(255)
export const body = z.string().max(1_000_000)

export const offset = z.int().min(0).default(0)

export const nextOffset = z.int().optional().describe('Only where there is more')

export const Address = z.object({ label: z.string().nullable(), email: z.string().nullable() })

export const Flags = z
  .object({
    seen: z.boolean(),
    flagged: z.boolean(),
    answered: z.boolean(),
    deleted: z.boolean(),
    draft: z.boolean(),
    forwarded: z.boolean(),
    hasAttachments: z.boolean(),
    important: z.boolean(),
  })
  .nullable()

export const TagResult = z.object({
  id: z.int(),
  displayName: z.string().nullable(),
  imapLabel: z.string().nullable(),
  color: z.string().nullable(),
})

/** Result of a change that Nextcloud answers with nothing. */
export const Changed = z.object({
  message_id: z.int(),
  status_code: z.int().nullable(),
  message: z.string().nullable(),
})

/** Seconds since 1970 as people write times, in UTC. */
export function isoDate(seconds: number | null): string | null {
  return isoTime(seconds)?.replace('.000', '') ?? null
}

/** Names of the tags of a mail, where it has any. */
export function tagNames({ tags }: Envelope): { tags?: string[] } {
  if (tags.length === 0) return {}
  return { tags: tags.map(({ displayName, imapLabel }) => displayName ?? imapLabel ?? '') }
}
