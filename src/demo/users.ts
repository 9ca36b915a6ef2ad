/** A user as given to the demo. */
export interface DemoUser {
  id: string
  /** Names to log in with when they differ from the id, as they do with LDAP. Default: the id. */
  loginNames?: string[]
  displayName: string
  password: string
  email?: string
  groups?: string[]
  admin?: boolean
}

/** A user as the demo keeps it. Times are Unix seconds. */
export interface Account {
  id: string
  loginNames: string[]
  displayName: string
  password: string
  email: string
  admin: boolean
  enabled: boolean
  firstLogin: number
  lastLogin: number
}

/** All users and groups of the instance. */
export interface Directory {
  accounts: Map<string, Account>
  /** Group id to the ids of its members. */
  groups: Map<string, Set<string>>
}

/** Users of a demo that was not told otherwise. */
export const defaultUsers: readonly DemoUser[] = [
  {
    id: 'alice',
    displayName: 'Alice Example',
    password: 'alice-demo',
    email: 'alice@example.org',
    groups: ['team'],
  },
  {
    id: 'bob',
    displayName: 'Bob Example',
    password: 'bob-demo',
    email: 'bob@example.org',
    groups: ['team'],
  },
  {
    id: 'admin',
    displayName: 'Admin',
    password: 'admin-demo',
    email: 'admin@example.org',
    admin: true,
  },
]

/** Builds the directory; `now` is the time of the first login of everybody, in Unix seconds. */
export function createDirectory(users: readonly DemoUser[], now: number): Directory {
  const directory: Directory = { accounts: new Map(), groups: new Map([['admin', new Set()]]) }
  for (const user of users) addAccount(directory, user, now)
  return directory
}

/** Adds a user and the groups it names. */
export function addAccount(directory: Directory, user: DemoUser, now: number): Account {
  const account: Account = {
    id: user.id,
    loginNames: user.loginNames ?? [user.id],
    displayName: user.displayName,
    password: user.password,
    email: user.email ?? '',
    admin: user.admin ?? false,
    enabled: true,
    firstLogin: now,
    lastLogin: now,
  }
  directory.accounts.set(account.id, account)
  const groups = account.admin ? [...(user.groups ?? []), 'admin'] : (user.groups ?? [])
  for (const group of groups) joinGroup(directory, account.id, group)
  return account
}

/** Removes a user and its memberships. */
export function removeAccount(directory: Directory, id: string): void {
  directory.accounts.delete(id)
  for (const members of directory.groups.values()) members.delete(id)
}

/** Puts a user into a group, which is made when it does not exist. */
export function joinGroup(directory: Directory, id: string, group: string): void {
  const members = directory.groups.get(group) ?? new Set()
  directory.groups.set(group, members.add(id))
}

/** Ids of the groups a user is in, sorted. */
export function groupsOf(directory: Directory, id: string): string[] {
  return [...directory.groups].flatMap(([group, members]) => (members.has(id) ? [group] : []))
}

/** The user with this login name or, as Nextcloud allows, with this mail address alone. */
export function accountByLogin(directory: Directory, login: string): Account | undefined {
  const accounts = [...directory.accounts.values()]
  const named = accounts.find(account => account.loginNames.includes(login))
  if (named !== undefined || login === '') return named
  const [first, ...others] = accounts.filter(({ email }) => email === login)
  return others.length === 0 ? first : undefined
}

/** Users whose id, display name or address contains the text, ignoring case; all for `''`. */
export function findAccounts(directory: Directory, needle: string): Account[] {
  const wanted = needle.toLowerCase()
  return [...directory.accounts.values()]
    .filter(({ id, displayName, email }) =>
      [id, displayName, email].some(value => value.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
