/** Tools that share. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../mcp/tool.ts'
import { badInput, hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type ApiShare, type NewShare, shares } from './api.ts'
import { dateInMinutes, expiryDate } from './expiry.ts'
import type { OpenFiles } from './files.ts'
import { hasLink, KINDS, type Kind, kindOf } from './kinds.ts'
import { BITS, beyondFiles, fitted, permissionBits, permissionNames } from './permissions.ts'
import { recipientId } from './recipient.ts'
import { refusalOf } from './refusals.ts'
import { described, expiryOf, pathOf, Share, shareOf } from './result.ts'
import { numberOrWords } from './schemas.ts'

/** Minutes in ten years. */
const LONGEST = 5_256_000

/** The tools of this file, on the files that `open` gives. */
export function createTools(open: OpenFiles): Tool[] {
  const createShare = defineTool({
    name: 'nc_share_create',
    title: 'Share a file or folder',
    description:
      'Shares with one recipient, or by link. A share that exists already stays as it is.',
    scopes: ['sharing:write'],
    effect: 'create',
    openWorld: true,
    input: z.object({
      path: z.string(),
      share_with: z
        .string()
        .trim()
        .min(1)
        .optional()
        .describe('Id, exact name or mail; not for link'),
      share_type: numberOrWords('user, group, team, room, link, email or federated').default(0),
      permissions: numberOrWords(
        'Of read, edit, create, delete, share; or all; or file drop (link)',
      ).default(1),
      expire_date: z.string().optional().describe('Access ends when this day begins'),
      password: z.string().optional().describe('For link and email'),
      label: z.string().optional().describe('For link and email'),
      note: z.string().optional().describe('To the recipient'),
      send_mail: z.boolean().optional().describe('Tell them by mail'),
    }),
    output: Share.extend({
      result: z.string(),
      created: z.boolean().describe('False where it was shared with them already'),
    }),
    async run({ session }, args) {
      const kind = kindOf(args.share_type)
      const asked = permissionBits(args.permissions)
      checkKind(kind, asked, args)
      const expireDate = args.expire_date === undefined ? undefined : expiryDate(args.expire_date)
      const files = await open(session)
      const path = files.whole(args.path)
      const share: NewShare = {
        path,
        shareType: KINDS[kind],
        permissions: asked,
        expireDate,
        password: args.password,
        label: args.label,
        note: args.note,
        sendMail: args.send_mail === undefined ? undefined : `${args.send_mail}`,
      }
      const { made, created } =
        kind === 'link'
          ? { made: await make(session, share), created: true }
          : // Whoever asks twice at a time does not get two mails sent.
            await session.account.serialised(`share ${path}`, () =>
              makeOnce(session, share, files.userId, () =>
                recipientId(session, kind, args.share_with ?? '', files.userId),
              ),
            )
      return {
        result: created ? `Shared ${described(made)}${limits(made, args)}` : already(made),
        created,
        ...shareOf(made),
      }
    },
  })

  const createPublicLink = defineTool({
    name: 'nc_share_create_public_link',
    title: 'Make a link for anybody',
    description:
      'Makes a read-only link that anybody can open. It ends at a midnight, the first that is not too early.',
    scopes: ['sharing:write'],
    effect: 'create',
    openWorld: true,
    input: z.object({
      path: z.string(),
      expires_in_minutes: z.int().min(1).max(LONGEST).default(30),
      password: z.string().min(1).optional(),
    }),
    output: z.object({
      path: z.string(),
      share_id: z.int(),
      url: z.string(),
      download_url: z.string(),
      token: z.string().nullable(),
      permissions: z.int(),
      expires_at: z.string().nullable(),
      result: z.string().describe('When access really ends'),
    }),
    async run({ session }, { path: asked, expires_in_minutes, password }) {
      const [files, expireDate] = await Promise.all([
        open(session),
        dateInMinutes(session, expires_in_minutes),
      ])
      const path = files.whole(asked)
      const share = await make(session, {
        path,
        shareType: KINDS.link,
        permissions: BITS.read,
        expireDate,
        password,
      })
      const url = share.url ?? `${session.baseUrl}/index.php/s/${share.token ?? ''}`
      const ends = share.expiration === null ? null : expiryOf(share.expiration)
      return {
        path: pathOf(share),
        share_id: share.id,
        url,
        download_url: `${url}/download`,
        token: share.token,
        permissions: share.permissions,
        expires_at: ends,
        result:
          ends === null
            ? 'Nextcloud set no end: the link stays until it is deleted.'
            : `Open to anybody who has the link until ${ends.slice(0, 10)} 00:00: Nextcloud ends links at midnight only. nc_share_delete ends it at once.`,
      }
    },
  })

  return [createShare, createPublicLink]
}

/** What goes with a kind of share, as far as Nextcloud would pass over it in silence. */
function checkKind(
  kind: Kind,
  permissions: number,
  args: {
    share_with?: string | undefined
    password?: string | undefined
    label?: string | undefined
  },
): void {
  if (kind === 'link') {
    if (args.share_with === undefined) return
    throw badInput(
      'share_with: a link has no recipient',
      'Leave share_with out, or name the kind of recipient in share_type.',
    )
  }
  if (args.share_with === undefined)
    throw badInput('share_with: required unless share_type is link')
  if (hasLink(KINDS[kind])) return
  if (args.password !== undefined) throw badInput('password: only for link and email')
  if (args.label !== undefined) throw badInput('label: only for link and email')
  if ((permissions & BITS.read) === 0) {
    throw badInput('permissions: recipients can always read', 'A file drop is a link.')
  }
}

/**
 * Makes a share unless there is one with the same recipient: Nextcloud would answer with that one,
 * and tell the recipient again.
 */
async function makeOnce(
  session: Session,
  share: NewShare,
  userId: string,
  findRecipient: () => Promise<string>,
): Promise<{ made: ApiShare; created: boolean }> {
  const [existing, shareWith] = await Promise.all([
    shares(session).list({ path: share.path }),
    findRecipient(),
  ])
  const known = existing.find(
    ({ share_type, share_with }) => share_type === share.shareType && share_with === shareWith,
  )
  if (known !== undefined) return { made: known, created: false }
  const made = await make(session, { ...share, shareWith }, true)
  // It may be the share of somebody else who was first, which this user could not see.
  return { made, created: made.uid_owner === userId }
}

/**
 * Makes a share. Nextcloud says 404 both of a missing path and of what it does not allow: the path is
 * asked for where it has not been.
 */
async function make(session: Session, share: NewShare, isThere = false): Promise<ApiShare> {
  const api = shares(session)
  try {
    return await api.create(share)
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND') && !isThere) await api.list({ path: share.path })
    throw refusalOf(error, share.path.slice(1))
  }
}

function already(share: ApiShare): string {
  return `Was shared already, nothing was changed: ${described(share)}. nc_share_update changes it.`
}

/** What was asked for and cannot be, which Nextcloud leaves out without a word. */
function limits(share: ApiShare, { permissions }: { permissions: number | string }): string {
  const asked = fitted(permissions, permissionBits(permissions), share.item_type)
  const missing = asked & ~share.permissions
  if (missing === 0) return ''
  const why = beyondFiles(missing) === missing ? ', which a file cannot have' : ''
  return `. Not granted: ${permissionNames(missing).join(', ')}${why}`
}
