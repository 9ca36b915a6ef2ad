/** Kinds of shares: Nextcloud's numbers, and the names that are said for them here. */
import { badInput } from '../../nextcloud/errors.ts'

/** With whom something is shared; `link` is whoever has its address. */
export const KINDS = {
  user: 0,
  group: 1,
  link: 3,
  email: 4,
  federated: 6,
  team: 7,
  federated_group: 9,
  room: 10,
} as const

export type Kind = keyof typeof KINDS

const ALIASES: Readonly<Record<string, Kind>> = {
  public: 'link',
  public_link: 'link',
  mail: 'email',
  remote: 'federated',
  remote_group: 'federated_group',
  circle: 'team',
  talk: 'room',
  conversation: 'room',
}

const NAMES: readonly Kind[] = Object.keys(KINDS).filter(isKind)

/**
 * The kind that a caller named, by its number or a name.
 * @throws CodedError `BAD_INPUT`
 */
export function kindOf(asked: number | string): Kind {
  const text = String(asked).trim().toLowerCase().replaceAll(/[ -]/g, '_')
  const found =
    NAMES.find(name => name === text || String(KINDS[name]) === text) ??
    (Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined)
  if (found !== undefined) return found
  throw badInput(
    `share_type: there is no kind of share "${asked}"`,
    `Use ${NAMES.map(name => `${name} (${KINDS[name]})`).join(', ')}.`,
  )
}

/** The name of a kind; those that only other apps make are called by their number. */
export function kindName(type: number): string {
  return NAMES.find(name => KINDS[name] === type) ?? `type ${type}`
}

/** Whether a share has a link of its own, and with it a password and a label. */
export function hasLink(type: number): boolean {
  return type === KINDS.link || type === KINDS.email
}

function isKind(name: string): name is Kind {
  return Object.hasOwn(KINDS, name)
}
