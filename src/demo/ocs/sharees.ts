import { query, text } from '../http.ts'
import { type Account, findAccounts } from '../users.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from './envelope.ts'

const userShare = 0
const groupShare = 1
const allKinds = [0, 1, 4, 6, 7, 10]

/** GET core/autocomplete/get: people and groups to mention. */
export function autocomplete(call: OcsCall): OcsResult {
  const search = text(call.parameters.search) ?? ''
  const types = shareTypes(call, 'shareTypes') ?? [userShare]
  const limit = Number(call.parameters.limit ?? 10)
  const users = types.includes(userShare)
    ? others(call, search).map(account => ({
        id: account.id,
        label: account.displayName,
        icon: 'icon-user',
        source: 'users',
        status: '',
        subline: '',
        shareWithDisplayNameUnique: account.email || account.id,
      }))
    : []
  const groups = types.includes(groupShare)
    ? matchingGroups(call, search).map(group => ({
        id: group,
        label: group,
        icon: '',
        source: 'groups',
        status: '',
        subline: '',
        shareWithDisplayNameUnique: '',
      }))
    : []
  return ocsData([...users, ...groups].slice(0, limit))
}

/** GET apps/files_sharing/api/v1/sharees: people and groups to share with, page by page. */
export function sharees(call: OcsCall): OcsResult {
  if (text(call.parameters.itemType) === undefined) return ocsFailure(400, 'Missing itemType')
  const search = text(call.parameters.search) ?? ''
  const perPage = Number(call.parameters.perPage ?? 200)
  const page = Number(call.parameters.page ?? 1)
  if (!(perPage > 0)) return ocsFailure(400, 'Invalid perPage argument')
  if (!(page > 0)) return ocsFailure(400, 'Invalid page')
  const asked = shareTypes(call, 'shareType')
  const types = asked ?? [userShare, groupShare]
  const users = types.includes(userShare) ? others(call, search) : []
  const groups = types.includes(groupShare) ? matchingGroups(call, search) : []
  const isExactUser = ({ id, displayName, email }: Account) =>
    search !== '' && [id, displayName, email].some(value => equal(value, search))
  const isExactGroup = (group: string) => equal(group, search)
  const from = (page - 1) * perPage
  const cut = <T>(list: T[]): T[] => list.slice(from, from + perPage)
  const data = {
    exact: {
      users: users.filter(isExactUser).map(userEntry),
      groups: groups.filter(isExactGroup).map(groupEntry),
      remotes: [],
      remote_groups: [],
      emails: [],
      circles: [],
      rooms: [],
    },
    users: cut(users.filter(user => !isExactUser(user))).map(userEntry),
    groups: cut(groups.filter(group => !isExactGroup(group))).map(groupEntry),
    remotes: [],
    remote_groups: [],
    emails: [],
    lookup: [],
    circles: [],
    rooms: [],
    lookupEnabled: false,
  }
  // Nextcloud names a next page whether there is one or not.
  const next = query(call.exchange)
  next.delete('page')
  if (asked === undefined) {
    // It names the kinds it looked for when the client did not.
    const given = next.get('perPage')
    next.delete('perPage')
    for (const [index, type] of allKinds.entries()) next.append(`shareType[${index}]`, `${type}`)
    if (given !== null) next.append('perPage', given)
  }
  next.append('page', String(page + 1))
  const address = `${call.instance.url}${call.exchange.path}?${next}`
  return ocsData(data, { Link: `<${address}>; rel="next"` })
}

/** GET apps/files_sharing/api/v1/sharees_recommended: whom one shares with. */
export function recommended(call: OcsCall): OcsResult {
  if (text(call.parameters.itemType) === undefined) return ocsFailure(400, 'Missing itemType')
  const { shares, directory } = call.instance.state
  const counted = (type: number, label: (id: string) => string) => {
    const counts = new Map<string, number>()
    for (const share of shares.shares.values()) {
      if (share.type !== type || share.sharer !== call.identity.account.id) continue
      const id = share.recipient ?? ''
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    return [...counts].map(([id, count]) => ({
      count,
      label: label(id),
      value: { shareType: type, shareWith: id },
    }))
  }
  const nobody = { users: [], groups: [], remotes: [], remote_groups: [], emails: [] }
  return ocsData({
    exact: {
      ...nobody,
      users: counted(userShare, id => directory.accounts.get(id)?.displayName ?? id),
      groups: counted(groupShare, id => id),
    },
    ...nobody,
  })
}

function userEntry({ id, displayName, email }: Account): object {
  return {
    label: displayName,
    subline: '',
    icon: 'icon-user',
    value: { shareType: userShare, shareWith: id },
    shareWithDisplayNameUnique: email || id,
    status: [],
  }
}

function groupEntry(group: string): object {
  return { label: group, value: { shareType: groupShare, shareWith: group } }
}

function others(call: OcsCall, search: string): Account[] {
  const { account } = call.identity
  if (call.instance.settings.sharing.findPeople === false) return []
  return findAccounts(call.instance.state.directory, search).filter(other => other !== account)
}

function matchingGroups(call: OcsCall, search: string): string[] {
  const groups = [...call.instance.state.directory.groups.keys()].toSorted()
  return groups.filter(group => group.toLowerCase().includes(search.toLowerCase()))
}

function shareTypes(call: OcsCall, name: string): number[] | undefined {
  const value = call.parameters[name]
  if (value === undefined) return undefined
  return (Array.isArray(value) ? value : [value]).map(Number)
}

function equal(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
