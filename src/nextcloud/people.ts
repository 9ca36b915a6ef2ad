/**
 * People, groups and whatever else things can be shared with.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-sharee-api.html
 */
import { z } from 'zod'
import { ocs } from './ocs.ts'
import type { Session } from './session.ts'
import { list, number, text } from './tolerant.ts'

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
  rooms: Group,
})
const Sharees = Kinds.extend({ exact: Kinds })

/** Share types of the sharing API, as far as a search finds them. */
const KINDS = {
  0: 'user',
  1: 'group',
  4: 'email',
  6: 'federated',
  7: 'team',
  10: 'room',
} as const
type Kind = (typeof KINDS)[keyof typeof KINDS]

/** What a search for people is about; conversations are no people. */
export const PEOPLE = ['user', 'group', 'email', 'federated', 'team'] as const

/** Somebody, or a group, that things can be shared with. */
export interface Person<K extends Kind = Kind> {
  /** What a share's `share_with` needs. */
  id: string
  display_name: string
  kind: K
  /** An address or another mark that tells namesakes apart. */
  detail: string | null
}

/**
 * Who of these kinds has `query` in name, id or address, exact matches first; one request.
 * @param limit the most of each kind
 */
export async function searchPeople<K extends Kind>(
  session: Session,
  query: string,
  { kinds, limit }: { kinds: readonly K[]; limit: number },
): Promise<Person<K>[]> {
  const found = await ocs(session, Sharees, {
    path: '/apps/files_sharing/api/v1/sharees',
    query: {
      search: query,
      itemType: 'file',
      perPage: limit,
      'shareType[]': Object.entries(KINDS).flatMap(([type, kind]) =>
        kinds.some(wanted => wanted === kind) ? type : [],
      ),
      lookup: 'false',
    },
    subject: 'the search for people',
  })
  const people = new Map<string, Person<K>>()
  for (const source of [found.exact, found]) {
    for (const sharee of [
      ...source.users,
      ...source.groups,
      ...source.circles,
      ...source.remotes,
      ...source.emails,
      ...source.rooms,
    ]) {
      const { shareType, shareWith } = sharee.value
      const kind = kinds.find(wanted => KINDS[shareType as keyof typeof KINDS] === wanted)
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
  return [...people.values()]
}
