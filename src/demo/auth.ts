import { randomInt } from 'node:crypto'
import { type Exchange, header } from './http.ts'
import { type Account, accountByLogin, type Directory } from './users.ts'

/** Who a request comes from and what it proved that with. */
export interface Identity {
  account: Account
  loginName: string
  /** The app password in use; absent when the request carried the login password. */
  appPassword?: string
  bearer: boolean
}

/**
 * `none`: no credentials (or a bearer token nobody issued, which Nextcloud treats alike);
 * `wrong`: a wrong user name or password; `throttled`: too many of those from this address.
 */
export type Outcome = Identity | 'none' | 'wrong' | 'throttled'

/** What is kept of an app password. */
export interface AppPassword {
  /** Number of its own; later ones are higher. */
  id: number
  userId: string
  /** The only name it logs in with. */
  loginName: string
  /** What the list of a user's devices and sessions shows. */
  name: string
  /** When it was made or last used, in Unix seconds. */
  lastUsed: number
}

/** App passwords, and what is remembered about logins. */
export interface Credentials {
  /** The secret to what is kept of it. */
  appPasswords: Map<string, AppPassword>
  /** How many app passwords there ever were. */
  minted: number
  /** Clock, in milliseconds. */
  now: () => number
  /** Authorization header to identity, so that a known client costs one look-up. */
  known: Map<string, Identity>
  /** Address to number of wrong passwords; absent when brute-force protection is off. */
  failures?: Map<string, number>
}

const knownLimit = 1000
const failureLimit = 11
// Nextcloud writes down the use of a token at most once in this time.
const activityIntervalSeconds = 60
const nameLimit = 128

/** Empty credentials; `now` is the clock in milliseconds. */
export function createCredentials(protect: boolean, now: () => number): Credentials {
  const credentials: Credentials = { appPasswords: new Map(), minted: 0, now, known: new Map() }
  if (protect) credentials.failures = new Map()
  return credentials
}

/** Identifies the sender of a request from its Authorization header; cookies never count. */
export function authenticate(
  directory: Directory,
  credentials: Credentials,
  exchange: Exchange,
): Outcome {
  if (isThrottled(credentials, exchange.address)) return 'throttled'
  const authorization = header(exchange, 'authorization')
  if (authorization === undefined) return 'none'
  const known = credentials.known.get(authorization)
  if (known !== undefined) {
    noteUse(credentials, known)
    return known
  }
  const outcome = identify(directory, credentials, authorization)
  if (outcome === 'wrong') {
    countFailure(credentials, exchange.address)
  } else if (typeof outcome === 'object') {
    if (credentials.known.size >= knownLimit) credentials.known.clear()
    credentials.known.set(authorization, outcome)
    noteUse(credentials, outcome)
  }
  return outcome
}

/** Whether an address sent so many wrong passwords that it is not listened to any more. */
export function isThrottled({ failures }: Credentials, address: string): boolean {
  return failures !== undefined && (failures.get(address) ?? 0) >= failureLimit
}

/** Counts a wrong password of an address, where brute-force protection is on. */
export function countFailure({ failures }: Credentials, address: string): void {
  failures?.set(address, (failures.get(address) ?? 0) + 1)
}

/**
 * Checks a login password. The login name in the answer is the one app passwords get: as typed,
 * but the user id where somebody of Nextcloud's own user database typed a mail address.
 */
export function checkPassword(
  directory: Directory,
  typed: string,
  password: string,
): { account: Account; loginName: string } | 'wrong' | 'disabled' {
  const account = accountByLogin(directory, typed)
  if (account?.enabled === false) return 'disabled'
  if (account?.password !== password) return 'wrong'
  const byMail = !account.loginNames.includes(typed)
  return {
    account,
    loginName: byMail && account.loginNames.includes(account.id) ? account.id : typed,
  }
}

function identify(
  directory: Directory,
  credentials: Credentials,
  authorization: string,
): Identity | 'none' | 'wrong' {
  const [, scheme = '', value = ''] = /^(\S+)\s+(.*)$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') {
    return fromAppPassword(directory, credentials, value, undefined) ?? 'none'
  }
  if (scheme.toLowerCase() !== 'basic') return 'none'
  const pair = Buffer.from(value, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) return 'none'
  const loginName = pair.slice(0, colon)
  const password = pair.slice(colon + 1)
  const byToken = fromAppPassword(directory, credentials, password, loginName)
  if (byToken !== undefined) return byToken
  const checked = checkPassword(directory, loginName, password)
  return typeof checked === 'string' ? 'wrong' : { ...checked, bearer: false }
}

/**
 * Nextcloud ties an app password to the login name it was made with: the right password under
 * another name of the same user is refused. As a bearer token it needs no name.
 */
function fromAppPassword(
  directory: Directory,
  credentials: Credentials,
  password: string,
  loginName: string | undefined,
): Identity | undefined {
  const owner = credentials.appPasswords.get(password)
  const account = owner && directory.accounts.get(owner.userId)
  if (owner === undefined || account?.enabled !== true) return undefined
  if (loginName !== undefined && loginName !== owner.loginName) return undefined
  return {
    account,
    loginName: owner.loginName,
    appPassword: password,
    bearer: loginName === undefined,
  }
}

/** How to make an app password. */
export interface Minting {
  /** Shortened as in Nextcloud when longer than 128 characters. */
  name: string
  /** Default: the first of the user. */
  loginName?: string
  /** Five groups of five characters, as for people to type; otherwise 72, as for clients. */
  typed?: boolean
}

/** Mints an app password for a user. */
export function mintAppPassword(
  credentials: Credentials,
  account: Account,
  { name, loginName = account.loginNames[0] ?? account.id, typed = false }: Minting,
): string {
  const group = () => randomText(5, typeable)
  const password = typed ? Array.from({ length: 5 }, group).join('-') : randomText(72)
  credentials.appPasswords.set(password, {
    id: ++credentials.minted,
    userId: account.id,
    loginName,
    name: shortened(name),
    lastUsed: Math.floor(credentials.now() / 1000),
  })
  return password
}

// Without what is confused when read aloud or typed.
const typeable = 'abcdefgijkmnopqrstwxyzABCDEFGHJKLMNPQRSTWXYZ23456789'
const letters = 'abcdefghijklmnopqrstuvwxyz'
const alphanumeric = `${letters}${letters.toUpperCase()}0123456789`

/** Characters drawn from an alphabet; letters and digits unless told otherwise. */
export function randomText(length: number, alphabet = alphanumeric): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

function shortened(name: string): string {
  const characters = [...name]
  return characters.length > nameLimit ? `${characters.slice(0, 120).join('')}…` : name
}

/** App passwords of a user with their secrets, oldest first. */
export function appPasswordsOf(
  { appPasswords }: Credentials,
  userId: string,
): [secret: string, kept: AppPassword][] {
  return [...appPasswords].filter(([, kept]) => kept.userId === userId)
}

/** Revokes the app password of a user that has a number; false when there is none. */
export function revokeById(credentials: Credentials, userId: string, id: number): boolean {
  const found = appPasswordsOf(credentials, userId).find(([, kept]) => kept.id === id)
  if (found !== undefined) revokeAppPassword(credentials, found[0])
  return found !== undefined
}

/** Revokes an app password at once. */
export function revokeAppPassword(credentials: Credentials, password: string): void {
  credentials.appPasswords.delete(password)
  credentials.known.clear()
}

function noteUse({ appPasswords, now }: Credentials, { appPassword }: Identity): void {
  const kept = appPassword === undefined ? undefined : appPasswords.get(appPassword)
  if (kept === undefined) return
  const seconds = Math.floor(now() / 1000)
  if (kept.lastUsed < seconds - activityIntervalSeconds) kept.lastUsed = seconds
}

/** To be called when users or passwords changed: every client proves itself anew. */
export function forgetKnownClients(credentials: Credentials): void {
  credentials.known.clear()
}
