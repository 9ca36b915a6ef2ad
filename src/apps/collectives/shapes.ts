/** Collectives, pages and tags as results tell of them, and what arguments have in common. */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { isEmoji } from '../../nextcloud/emoji.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { ApiCollective, ApiPage } from './api.ts'
import { pathOf } from './content.ts'

export const collectiveId = z.int().min(1)
export const pageId = z.int().min(1)
export const tagId = z.int().min(1)
/** What with an ending and a number is still the name of a file, in bytes. */
const LONGEST_TITLE = 240
export const pageTitle = z
  .string()
  .trim()
  .min(1)
  .refine(title => /^\P{Cc}*$/u.test(title), 'must be one line')
  .refine(
    title => Buffer.byteLength(title) <= LONGEST_TITLE,
    `has more than ${LONGEST_TITLE} bytes`,
  )
export const emojiArgument = z.string().optional().describe('One emoji; none takes it away')

export const Collective = z.object({
  id: z.int(),
  circleId: z.string().describe('Id of the team'),
  emoji: z.string().nullable(),
  name: z.string(),
  level: z.int().describe('In the team: 1 member, 4 moderator, 8 admin, 9 owner'),
  canEdit: z.boolean(),
  canShare: z.boolean(),
  pageMode: z.int(),
  trashTimestamp: z.int().nullable(),
  url: z.string(),
})

export const Page = z.object({
  id: z.int(),
  title: z.string(),
  emoji: z.string().nullable(),
  fileName: z.string(),
  filePath: z.string().describe('Folder below the collective'),
  collectivePath: z.string().nullable(),
  parentId: z.int().describe('0 for the landing page'),
  timestamp: z.int().describe('Last change, seconds since 1970'),
  size: z.int().describe('Bytes'),
  lastUserId: z.string().nullable(),
  lastUserDisplayName: z.string().nullable(),
  subpageOrder: z.array(z.int()),
  isFullWidth: z.boolean().nullable(),
  trashTimestamp: z.int().nullable(),
  tags: z.array(z.int()).describe('Ids'),
  path: z.string().optional().describe('Of the file; changes when pages are added or moved'),
  url: z.string().optional(),
})

/** What most writing tools answer with. */
export const done = {
  status_code: z.int().nullable(),
  message: z.string().nullable(),
  collective_id: z.int(),
}

/** Where a page is, after it was made or changed. */
export const Placed = z.object({
  title: z.string().describe('As stored: cleaned up, and numbered where it was taken'),
  path: z.string().optional(),
  url: z.string().optional(),
})

export function collectiveResult(
  session: Session,
  collective: ApiCollective,
): z.input<typeof Collective> {
  return {
    ...collective,
    emoji: collective.emoji || null,
    url: collectiveUrl(session, collective.id, collective.name),
  }
}

export function pageResult(
  session: Session,
  collective: number,
  page: ApiPage,
): z.input<typeof Page> {
  return { ...page, emoji: page.emoji || null, ...addresses(session, collective, page) }
}

/** What a tool says of a page that it has put somewhere. */
export function placed(
  session: Session,
  collective: number,
  page: ApiPage,
): z.input<typeof Placed> {
  return { title: page.title, ...addresses(session, collective, page) }
}

/** Address of a collective; the name in it is for people only. */
export function collectiveUrl(session: Session, id: number, name: string): string {
  return `${session.baseUrl}/index.php/apps/collectives/${encodeSegment(name || 'c')}-${id}`
}

function addresses(
  session: Session,
  collective: number,
  page: ApiPage,
): { path?: string; url?: string } {
  const path = pathOf(page)
  if (path === undefined) return {}
  const name = page.collectivePath?.split('/').at(-1) ?? ''
  const base = collectiveUrl(session, collective, name)
  const isLanding = page.parentId === 0
  return { path, url: isLanding ? base : `${base}/${encodeSegment(page.title)}-${page.id}` }
}

/**
 * An emoji as Nextcloud takes one; it fails with 500 for what it does not take.
 * @returns `''` for none
 * @throws CodedError `BAD_INPUT`
 */
export function checkedEmoji(emoji: string | undefined): string {
  const wanted = emoji?.trim() ?? ''
  if (wanted === '') return ''
  if (!isEmoji(wanted)) throw badInput(`"${wanted}" is not one emoji`)
  return wanted
}
