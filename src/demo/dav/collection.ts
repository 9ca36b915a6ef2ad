import { type Directory, groupsOf } from '../users.ts'

/** Something in a calendar or an address book. Times are Unix seconds. */
export interface Member {
  uri: string
  uid: string
  data: string
  /** MD5 of the data. */
  etag: string
  modified: number
}

/** With whom a collection is shared: `principals/users/bob` or `principals/groups/team`. */
export interface Share {
  principal: string
  writable: boolean
}

/** One change of a collection; an empty uri is the collection itself. */
interface Change {
  uri: string
  kind: 'added' | 'modified' | 'deleted'
  /** The token before the change. */
  token: number
}

/** What calendars and address books have in common. */
export interface Collection<M extends Member> {
  owner: string
  uri: string
  displayName: string | undefined
  description: string | undefined
  /** Grows with every change. */
  token: number
  changes: Change[]
  members: Map<string, M>
  shares: Share[]
}

/** A collection as one user has it. */
export interface Access<C> {
  collection: C
  /** Its name in the home of the user. */
  uri: string
  owned: boolean
  writable: boolean
}

/** What clients are told instead of a number. */
export const syncPrefix = 'http://sabre.io/ns/sync/'

/** An empty collection. */
export function newCollection<M extends Member>(owner: string, uri: string): Collection<M> {
  return {
    owner,
    uri,
    displayName: uri,
    description: undefined,
    token: 1,
    changes: [],
    members: new Map(),
    shares: [],
  }
}

/** Notes a change, which makes a new sync token. */
export function noteChange<M extends Member>(
  collection: Collection<M>,
  uri: string,
  kind: Change['kind'],
): void {
  collection.changes.push({ uri, kind, token: collection.token })
  collection.token++
}

/** The members in the order Nextcloud lists them: by the bytes of their names. */
export function sortedMembers<M extends Member>({ members }: Collection<M>): M[] {
  return [...members.values()].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)),
  )
}

/** The collections a user has: the own ones, then those of others by their shares. */
export function accessible<C extends Collection<Member>>(
  directory: Directory,
  collections: Iterable<C>,
  userId: string,
): Access<C>[] {
  const groups = groupsOf(directory, userId).map(group => `principals/groups/${group}`)
  const principals = new Set([`principals/users/${userId}`, ...groups])
  const own: Access<C>[] = []
  const others: Access<C>[] = []
  for (const collection of collections) {
    const { owner, uri, shares } = collection
    if (owner === userId) {
      own.push({ collection, uri, owned: true, writable: true })
      continue
    }
    const mine = shares.filter(({ principal }) => principals.has(principal))
    if (mine.length === 0) continue
    const writable = mine.some(share => share.writable)
    others.push({ collection, uri: `${uri}_shared_by_${owner}`, owned: false, writable })
  }
  return [...own, ...others]
}

/** Display name of the owner of a collection. */
export function ownerName({ accounts }: Directory, { owner }: { owner: string }): string {
  return accounts.get(owner)?.displayName ?? owner
}
