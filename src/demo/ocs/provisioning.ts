import { forgetKnownClients } from '../auth.ts'
import { text } from '../http.ts'
import { homeOf } from '../storage/changes.ts'
import {
  type Account,
  addAccount,
  findAccounts,
  groupsOf,
  joinGroup,
  removeAccount,
} from '../users.ts'
import { type OcsCall, type OcsResult, ocsCode, ocsData, ocsFailure } from './envelope.ts'

/** GET cloud/user: the one who asks. */
export function ownUser(call: OcsCall): OcsResult {
  return ocsData(withScopes(describe(call, call.identity.account)))
}

/** GET cloud/users: ids, for administrators. */
export function listUsers(call: OcsCall): OcsResult {
  return asAdmin(call, () => ocsData({ users: page(call).map(({ id }) => id) }))
}

/** GET cloud/users/details. */
export function listUserDetails(call: OcsCall): OcsResult {
  return asAdmin(call, () =>
    ocsData({
      users: Object.fromEntries(
        page(call).map(account => [account.id, withStorage(describe(call, account))]),
      ),
    }),
  )
}

/** GET cloud/users/ID: oneself, or anybody for administrators. */
export function getUser(call: OcsCall): OcsResult {
  const id = call.matched[0] ?? ''
  const { account: caller } = call.identity
  const account = call.instance.state.directory.accounts.get(id)
  if (caller.admin && account === undefined) return ocsFailure(404, 'User does not exist')
  if (account === undefined || (!caller.admin && caller !== account)) {
    return ocsFailure(ocsCode.notFound)
  }
  const described = describe(call, account)
  const full = caller === account ? withScopes(described) : described
  return ocsData(caller.admin ? withStorage(full) : full)
}

/** POST cloud/users. */
export function createUser(call: OcsCall): OcsResult {
  return asAdmin(call, () => {
    const { directory, storage } = call.instance.state
    const id = text(call.parameters.userid) ?? ''
    const password = text(call.parameters.password) ?? ''
    if (directory.accounts.has(id)) return ocsFailure(102, 'User already exists')
    if (!/^[\w.@ '-]+$/.test(id)) return ocsFailure(101, 'Invalid username')
    if (password === '') return ocsFailure(108, 'An email address or a password is required')
    const groups = call.parameters.groups
    addAccount(
      directory,
      {
        id,
        password,
        displayName: text(call.parameters.displayName) || id,
        email: text(call.parameters.email) ?? '',
        groups: Array.isArray(groups) ? groups.flatMap(group => text(group) ?? []) : [],
      },
      now(call),
    )
    homeOf(storage, id)
    return ocsData({ id })
  })
}

/** PUT cloud/users/ID with `key` and `value`. */
export function editUser(call: OcsCall): OcsResult {
  const account = call.instance.state.directory.accounts.get(call.matched[0] ?? '')
  const caller = call.identity.account
  if (account === undefined || (!caller.admin && caller !== account)) {
    return ocsFailure(ocsCode.notFound)
  }
  const value = text(call.parameters.value) ?? ''
  switch (text(call.parameters.key)) {
    case 'display':
    case 'displayname':
      account.displayName = value
      break
    case 'email':
      account.email = value
      break
    case 'password':
      account.password = value
      break
    default:
      return ocsFailure(113)
  }
  forgetKnownClients(call.instance.credentials)
  return ocsData([])
}

/** DELETE cloud/users/ID. */
export function deleteUser(call: OcsCall): OcsResult {
  return asAdmin(call, () => {
    const { directory, storage } = call.instance.state
    const id = call.matched[0] ?? ''
    if (!directory.accounts.has(id) || id === call.identity.account.id) return ocsFailure(101)
    removeAccount(directory, id)
    storage.homes.delete(id)
    forgetKnownClients(call.instance.credentials)
    return ocsData([])
  })
}

/** GET cloud/users/ID/groups. */
export function listGroupsOfUser(call: OcsCall): OcsResult {
  const { directory } = call.instance.state
  const id = call.matched[0] ?? ''
  const caller = call.identity.account
  if (!caller.admin && caller.id !== id) return ocsFailure(ocsCode.notFound)
  if (!directory.accounts.has(id)) return ocsFailure(ocsCode.notFound)
  return ocsData({ groups: groupsOf(directory, id) })
}

/** POST cloud/users/ID/groups with `groupid`. */
export function addToGroup(call: OcsCall): OcsResult {
  return asAdmin(call, () => {
    const { directory } = call.instance.state
    const id = call.matched[0] ?? ''
    const group = text(call.parameters.groupid) ?? ''
    if (group === '') return ocsFailure(101)
    if (!directory.groups.has(group)) return ocsFailure(102)
    if (!directory.accounts.has(id)) return ocsFailure(103)
    joinGroup(directory, id, group)
    return ocsData([])
  })
}

/** DELETE cloud/users/ID/groups with `groupid`. */
export function removeFromGroup(call: OcsCall): OcsResult {
  return asAdmin(call, () => {
    const { directory } = call.instance.state
    const members = directory.groups.get(text(call.parameters.groupid) ?? '')
    if (members === undefined) return ocsFailure(102)
    if (!directory.accounts.has(call.matched[0] ?? '')) return ocsFailure(103)
    members.delete(call.matched[0] ?? '')
    return ocsData([])
  })
}

/** GET cloud/groups: everybody may list them. */
export function listGroups(call: OcsCall): OcsResult {
  const search = (text(call.parameters.search) ?? '').toLowerCase()
  const groups = [...call.instance.state.directory.groups.keys()].toSorted()
  return ocsData({ groups: groups.filter(group => group.toLowerCase().includes(search)) })
}

/** GET cloud/groups/ID/users: for administrators. */
export function listMembers(call: OcsCall): OcsResult {
  const { directory } = call.instance.state
  const members = directory.groups.get(call.matched[0] ?? '')
  if (members === undefined) {
    return ocsFailure(404, 'The requested group could not be found')
  }
  if (!call.identity.account.admin) {
    return ocsFailure(403, 'User does not have access to specified group')
  }
  return ocsData({ users: [...members].toSorted() })
}

function asAdmin(call: OcsCall, run: () => OcsResult): OcsResult {
  if (call.identity.account.admin) return run()
  return ocsFailure(403, 'Logged in account must be at least a sub admin')
}

function page(call: OcsCall): Account[] {
  const found = findAccounts(call.instance.state.directory, text(call.parameters.search) ?? '')
  const offset = Number(call.parameters.offset ?? 0)
  const limit = Number(call.parameters.limit ?? found.length)
  return found.slice(offset, offset + limit)
}

function now(call: OcsCall): number {
  return Math.floor(call.instance.settings.now() / 1000)
}

/** A user in the order and with the keys of Nextcloud. */
function describe(call: OcsCall, account: Account): Record<string, unknown> {
  const { directory, storage } = call.instance.state
  // Negative sizes are constants of Nextcloud; -3 is "unlimited".
  const quota = {
    free: -3,
    used: homeOf(storage, account.id).size,
    total: -3,
    relative: 0,
    quota: -3,
  }
  return {
    enabled: account.enabled,
    id: account.id,
    firstLoginTimestamp: account.firstLogin,
    lastLoginTimestamp: account.lastLogin,
    lastLogin: account.lastLogin * 1000,
    backend: account.loginNames.includes(account.id) ? 'Database' : 'LDAP',
    subadmin: [],
    quota,
    manager: '',
    email: account.email,
    additional_mail: [],
    displayname: account.displayName,
    'display-name': account.displayName,
    phone: '',
    address: '',
    website: '',
    twitter: '',
    fediverse: '',
    organisation: '',
    role: '',
    headline: '',
    biography: '',
    profile_enabled: '1',
    pronouns: '',
    groups: groupsOf(directory, account.id),
    language: 'en',
    locale: '',
    notify_email: null,
    backendCapabilities: { setDisplayName: true, setPassword: true },
  }
}

/** Scope fields by the field they follow. */
const scopes: Record<string, [name: string, scope: unknown]> = {
  manager: ['avatarScope', 'v2-federated'],
  email: ['emailScope', 'v2-federated'],
  additional_mail: ['additional_mailScope', []],
  'display-name': ['displaynameScope', 'v2-federated'],
  phone: ['phoneScope', 'v2-local'],
  address: ['addressScope', 'v2-local'],
  website: ['websiteScope', 'v2-local'],
  twitter: ['twitterScope', 'v2-local'],
  fediverse: ['fediverseScope', 'v2-local'],
  organisation: ['organisationScope', 'v2-local'],
  role: ['roleScope', 'v2-local'],
  headline: ['headlineScope', 'v2-local'],
  biography: ['biographyScope', 'v2-local'],
  profile_enabled: ['profile_enabledScope', 'v2-local'],
  pronouns: ['pronounsScope', 'v2-federated'],
}

/** Who may see a field is told only to the one it is about. */
function withScopes(described: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(described).flatMap(entry => {
      const scope = scopes[entry[0]]
      return scope === undefined ? [entry] : [entry, scope]
    }),
  )
}

/** Where the files lie is told only to administrators. */
function withStorage(described: Record<string, unknown>): Record<string, unknown> {
  return { ...described, storageLocation: `/var/www/html/data/${String(described.id)}` }
}
