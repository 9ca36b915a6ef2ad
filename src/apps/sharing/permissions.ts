/** What a share allows: Nextcloud's bits, and words for them. */
import { badInput } from '../../nextcloud/errors.ts'

/** Bits of a share's permissions. */
export const BITS = { read: 1, edit: 2, create: 4, delete: 8, share: 16 } as const

export type Permission = keyof typeof BITS

const NAMES: readonly Permission[] = ['read', 'edit', 'create', 'delete', 'share']
const ALL = 31
/** What makes sense in folders only. */
const IN_FOLDERS = BITS.create | BITS.delete

/**
 * The bits of what a caller asked for: a number as Nextcloud counts, or words. Words always
 * include reading, save for "file drop", which lets people put files in and see none.
 * @throws CodedError `BAD_INPUT`
 */
export function permissionBits(asked: number | string): number {
  const text = String(asked).trim().toLowerCase()
  if (/^\d+$/.test(text)) {
    const bits = Number(text)
    if (bits >= 1 && bits <= ALL) return bits
    throw badInput(`permissions: ${text} is not between 1 and ${ALL}`, HINT)
  }
  if (/^file[ _-]?drop$/.test(text)) return BITS.create
  if (text === 'all') return ALL
  let bits: number = BITS.read
  for (const word of text.split(/[\s,+]+/)) {
    const name = NAMES.find(known => known === word)
    if (name === undefined) throw badInput(`permissions: "${word}" is none`, HINT)
    bits |= BITS[name]
  }
  return bits
}

const HINT = `Use words out of ${NAMES.join(', ')}; or all; or "file drop" for links. As a number, the sum of ${NAMES.map(name => `${BITS[name]} (${name})`).join(', ')}.`

/** The words for bits. */
export function permissionNames(bits: number): Permission[] {
  return NAMES.filter(name => (bits & BITS[name]) !== 0)
}

/** Of these bits, what a file cannot have. */
export function beyondFiles(bits: number): number {
  return bits & IN_FOLDERS
}

/** All that this kind of item can have, where "all" was asked for; else what was asked for. */
export function fitted(asked: number | string, bits: number, itemType: string): number {
  const isAll = String(asked).trim().toLowerCase() === 'all'
  return isAll && itemType === 'file' ? bits & ~IN_FOLDERS : bits
}
