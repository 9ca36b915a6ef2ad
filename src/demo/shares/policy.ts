import { createHash, randomBytes } from 'node:crypto'
import type { Parameters } from '../http.ts'
import { text } from '../http.ts'
import type { StoredNode } from '../storage/tree.ts'
import { may } from './store.ts'

/** What an administrator decides about sharing. */
export interface SharingPolicy {
  /** Default: true. */
  links?: boolean
  /** Default: true. */
  groups?: boolean
  /** Whether a search finds people at all. Default: true. */
  findPeople?: boolean
  /** The most days that a link may last; default: as long as one likes. */
  linkDays?: number
}

/** A request that is refused, with Nextcloud's status and words. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const shortestPassword = 10

/** The password as it is kept. */
export function passwordHash(password: string): string {
  if (password.length < shortestPassword) {
    throw new Refusal(400, `Password needs to be at least ${shortestPassword} characters long.`)
  }
  const salt = randomBytes(16).toString('base64').replaceAll('=', '')
  return `3|$argon2id$v=19$m=65536,t=4,p=1$${salt}$${digest(password, salt)}`
}

/** Whether a password is the one that was hashed. */
export function isPassword(password: string, hash: string): boolean {
  const [salt = '', kept] = hash.split('$').slice(-2)
  return digest(password, salt) === kept
}

// Quick rather than strong: nothing of a demo needs protecting.
function digest(password: string, salt: string): string {
  return createHash('sha256').update(salt).update(password).digest('base64').replaceAll('=', '')
}

const day = 86_400_000

/**
 * The day an `expireDate` names, in the time zone of the demo, which is UTC.
 * @param malformed status of a refusal for what is no date
 */
export function expiryOf(
  { expireDate }: Parameters,
  { now, policy, malformed }: { now: number; policy: SharingPolicy; malformed: number },
): string | undefined {
  const asked = text(expireDate)
  if (asked === undefined || asked === '') return undefined
  const relative: Record<string, number> = { today: now, tomorrow: now + day }
  const time = relative[asked] ?? Date.parse(asked)
  if (Number.isNaN(time)) throw new Refusal(malformed, 'Invalid date. Format must be YYYY-MM-DD')
  const date = dateOf(time)
  if (date <= dateOf(now)) throw new Refusal(404, 'Expiration date is in the past')
  const days = policy.linkDays
  if (days !== undefined && date > dateOf(now + days * day)) {
    throw new Refusal(404, `Cannot set expiration date more than ${days} days in the future`)
  }
  return date
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** What a link or mail share may allow; who may read it may also put it into a cloud of their own. */
export function linkPermissions(asked: number): number {
  const { read, create, update, share } = may
  if ((asked & (read | create)) === 0) {
    throw new Refusal(400, 'Share must at least have READ or CREATE permissions')
  }
  if ((asked & read) === 0 && (asked & (update | may.delete)) !== 0) {
    throw new Refusal(400, 'Share must have READ permission if UPDATE or DELETE permission is set')
  }
  return (asked & read) === 0 ? asked : asked | share
}

/** A file has nothing that could be created or deleted in it. */
export function forKindOf(node: StoredNode, permissions: number): number {
  return node.kind === 'file' ? permissions & ~(may.create | may.delete) : permissions
}
