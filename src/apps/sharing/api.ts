/**
 * The sharing API, version 1.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-share-api.html
 */
import { z } from 'zod'
import { ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, list, number, text } from '../../nextcloud/tolerant.ts'
import { KINDS } from './kinds.ts'

const ApiShare = z
  .object({
    id: z.coerce.number().int(),
    share_type: z.coerce.number().int(),
    path: text(''),
    item_type: text('file'),
    file_source: number(null),
    permissions: number(0),
    share_with: text(null),
    share_with_displayname: text(null),
    uid_owner: text(''),
    displayname_owner: text(''),
    uid_file_owner: text(''),
    displayname_file_owner: text(''),
    stime: number(null),
    expiration: text(null),
    token: text(null),
    url: text(null),
    password: text(null),
    note: text(''),
    label: text(''),
    hide_download: flag(),
  })
  .transform(({ password, ...share }) => ({
    ...share,
    // Of a link, `share_with` is the hash of its password once more.
    ...(share.share_type === KINDS.link
      ? { share_with: null, share_with_displayname: null }
      : undefined),
    hasPassword: password !== null && password !== '',
  }))

/** A share as Nextcloud tells of it, without the hash of its password. Times are Unix seconds. */
export type ApiShare = z.output<typeof ApiShare>

/** Which shares to list. */
export interface ShareFilter {
  /** With a leading slash; undefined for all. */
  path: string | undefined
  /** What others share with the user instead of what the user shares. */
  sharedWithMe?: boolean
  /** What is shared of the entries of the folder at `path`, instead of the folder. */
  subfiles?: boolean
}

/** Fields of a share; what is undefined is left to Nextcloud, or as it is. */
export interface ShareFields {
  permissions?: number | undefined
  password?: string | undefined
  /** `2030-12-31`, or `''` for none. */
  expireDate?: string | undefined
  note?: string | undefined
  label?: string | undefined
}

/** What a new share needs. */
export interface NewShare extends ShareFields {
  /** With a leading slash. */
  path: string
  shareType: number
  /** Of everything but links. */
  shareWith?: string | undefined
  /** Undefined leaves it to the instance. */
  sendMail?: 'true' | 'false' | undefined
}

const ROOT = '/apps/files_sharing/api/v1/shares'

/** The shares of the session's user. */
export function shares(session: Session) {
  const one = (id: number) => ({ path: `${ROOT}/${id}`, subject: subjectOf(id) })
  return {
    /** One request, whatever the number of shares; those that others made of the user's files too. */
    list({ path, sharedWithMe, subfiles }: ShareFilter): Promise<ApiShare[]> {
      return ocs(session, list(ApiShare), {
        path: ROOT,
        query: {
          path,
          ...(sharedWithMe ? { shared_with_me: 'true' } : { reshares: 'true' }),
          ...(subfiles ? { subfiles: 'true' } : {}),
        },
        maxBytes: 128 * 1024 * 1024,
        subject: path === undefined ? 'the shares' : path.replace(/^\/(?=.)/, ''),
      })
    },

    /** One share, which comes as a list. */
    async get(id: number): Promise<ApiShare> {
      const [share] = await ocs(session, z.tuple([ApiShare]).rest(z.unknown()), one(id))
      return share
    },

    /** Shares. An identical share with somebody is not made twice: it is answered as it is. */
    create(share: NewShare): Promise<ApiShare> {
      const subject = share.path.slice(1)
      return ocs(session, ApiShare, { method: 'POST', path: ROOT, json: share, subject })
    },

    /** Changes what is given. */
    update(
      id: number,
      changes: ShareFields & { hideDownload?: 'true' | 'false' | undefined },
    ): Promise<ApiShare> {
      return ocs(session, ApiShare, { ...one(id), method: 'PUT', json: changes })
    },

    /** Ends a share, or the part of it that is the user's. */
    async delete(id: number): Promise<void> {
      await ocs(session, z.unknown(), { ...one(id), method: 'DELETE' })
    },
  }
}

/** A share as errors name it. */
export function subjectOf(id: number): string {
  return `share ${id}`
}
