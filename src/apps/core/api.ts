/**
 * What every Nextcloud has beside files: people.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-sharee-api.html
 */
import { z } from 'zod'
import { ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { list, number, text } from '../../nextcloud/tolerant.ts'

const Sharee = z.object({
  label: text(''),
  shareWithDisplayNameUnique: text(''),
  value: z.object({ shareType: number(0), shareWith: z.string().min(1) }),
})
const Group = list(Sharee).catch([])
const Kinds = z.object({
  users: Group,
  groups: Group,
  emails: Group,
  remotes: Group,
  circles: Group,
})
const Sharees = Kinds.extend({ exact: Kinds })

/** Share types of the sharing API, as far as a search finds them. */
const KINDS = { 0: 'user', 1: 'group', 4: 'email', 6: 'federated', 7: 'team' } as const

/** Somebody, or a group, that things can be shared with. */
export interface Person {
  /** What a share's `share_with` needs. */
  id: string
  display_name: string
  kind: (typeof KINDS)[keyof typeof KINDS]
  /** An address or another mark that tells namesakes apart. */
  detail: string | null
}

/** People and groups whose name, id or address contains `query`, exact matches first; one request. */
export async function searchPeople(
  session: Session,
  query: string,
  limit: number,
): Promise<Person[]> {
  const found = await ocs(session, Sharees, {
    path: '/apps/files_sharing/api/v1/sharees',
    query: {
      search: query,
      itemType: 'file',
      perPage: limit,
      'shareType[]': Object.keys(KINDS),
      lookup: 'false',
    },
    subject: 'the search for people',
  })
  const people = new Map<string, Person>()
  for (const source of [found.exact, found]) {
    for (const sharee of [
      ...source.users,
      ...source.groups,
      ...source.circles,
      ...source.remotes,
      ...source.emails,
    ]) {
      const { shareType, shareWith } = sharee.value
      const kind = KINDS[shareType as keyof typeof KINDS]
      if (kind === undefined) continue
      const key = `${kind} ${shareWith}`
      if (people.has(key)) continue
      people.set(key, {
        id: shareWith,
        display_name: sharee.label || shareWith,
        kind,
        detail: sharee.shareWithDisplayNameUnique || null,
      })
    }
  }
  return [...people.values()].slice(0, limit)
}
