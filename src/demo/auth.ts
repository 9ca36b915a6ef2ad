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

/** App passwords, and what is remembered about logins. */
export interface Credentials {
  /** App password to the user and login name it was made for. */
  appPasswords: Map<string, { userId: string; loginName: string }>
  /** Authorization header to identity, so that a known client costs one look-up. */
  known: Map<string, Identity>
  /** Address to number of wrong passwords; absent when brute-force protection is off. */
  failures?: Map<string, number>
}

const knownLimit = 1000
const failureLimit = 11

/** Empty credentials. */
export function createCredentials(protect: boolean): Credentials {
  const credentials: Credentials = { appPasswords: new Map(), known: new Map() }
  if (protect) credentials.failures = new Map()
  return credentials
}

/** Identifies the sender of a request from its Authorization header; cookies never count. */
export function authenticate(
  directory: Directory,
  credentials: Credentials,
  exchange: Exchange,
): Outcome {
  const { failures } = credentials
  if (failures !== undefined && (failures.get(exchange.address) ?? 0) >= failureLimit) {
    return 'throttled'
  }
  const authorization = header(exchange, 'authorization')
  if (authorization === undefined) return 'none'
  const known = credentials.known.get(authorization)
  if (known !== undefined) return known

  const outcome = identify(directory, credentials, authorization)
  if (outcome === 'wrong') {
    failures?.set(exchange.address, (failures.get(exchange.address) ?? 0) + 1)
  } else if (typeof outcome === 'object') {
    if (credentials.known.size >= knownLimit) credentials.known.clear()
    credentials.known.set(authorization, outcome)
  }
  return outcome
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
  const account = accountByLogin(directory, loginName)
  if (account?.enabled !== true || account.password !== password) return 'wrong'
  return { account, loginName, bearer: false }
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

/** Mints an app password for a user under the given login name. */
export function mintAppPassword(
  credentials: Credentials,
  account: Account,
  loginName = account.loginNames[0] ?? account.id,
): string {
  // Nextcloud's alphabet: letters and digits that cannot be confused when read aloud or typed.
  const alphabet = 'abcdefgijkmnopqrstwxyzABCDEFGHJKLMNPQRSTWXYZ23456789'
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')
  const password = Array.from({ length: 5 }, group).join('-')
  credentials.appPasswords.set(password, { userId: account.id, loginName })
  return password
}

/** Revokes an app password at once. */
export function revokeAppPassword(credentials: Credentials, password: string): void {
  credentials.appPasswords.delete(password)
  credentials.known.clear()
}

/** To be called when users or passwords changed: every client proves itself anew. */
export function forgetKnownClients(credentials: Credentials): void {
  credentials.known.clear()
}
