/** A vCard in plain words. */
import { allLines, type Card, linesOf, parseCard } from './card.ts'
import { readDate } from './date.ts'
import { displayName, namePartsOf } from './name.ts'
import { photoSummary } from './photo.ts'
import { type TypedKind, type TypedValue, typedLines } from './typed.ts'
import { readParts, readText } from './value.ts'

/** A contact; null and empty where the card says nothing. */
export interface Contact {
  readonly uid: string
  readonly fn: string
  readonly given_name: string | null
  readonly family_name: string | null
  readonly additional_names?: string
  readonly name_prefix?: string
  readonly name_suffix?: string
  readonly nickname?: string
  readonly organization: string | null
  /** Units of the organisation, joined by `; `. */
  readonly department?: string
  readonly title: string | null
  readonly role?: string
  readonly emails: TypedValue[]
  readonly phones: TypedValue[]
  readonly addresses: TypedValue[]
  readonly urls: TypedValue[]
  readonly note: string | null
  /** `image/jpeg, 12345 bytes`, or the address of a photo that is kept elsewhere. */
  readonly photo: string | null
  /** See `readDate`. */
  readonly birthday: string | null
  /** Groups, as Nextcloud and most programs keep them. */
  readonly categories: string[]
  /** Properties without a field of their own, by name; a list where there are several. */
  readonly custom_fields: Record<string, string | string[]>
  /** `group`, `org`, `location`; left out for a person. */
  readonly kind?: string
  /** UIDs of those in a group. */
  readonly members?: string[]
  /** True where the text is no vCard. */
  readonly broken?: true
}

/** Standard properties that are shown and changed as they are written. */
export const PLAIN = [
  'IMPP',
  'RELATED',
  'ANNIVERSARY',
  'GENDER',
  'LANG',
  'TZ',
  'GEO',
  'CALURI',
  'CALADRURI',
  'FBURL',
] as const

/** What has a field of its own, or means something only together with another line. */
const NOT_CUSTOM =
  /^X-(?:ABLABEL|ABADR|ABSHOWAS|ADDRESSBOOKSERVER-KIND|ADDRESSBOOKSERVER-MEMBER|APPLE-OMIT-YEAR)$/
/** Longer values are data of programs. */
const LONGEST_CUSTOM = 1_000

/** Describes the first card of a text; a broken one by `uid` alone. */
export function describeText(text: string, uid: string): Contact {
  const card = parseCard(text)
  return card === undefined ? brokenContact(uid) : describeContact(card, uid)
}

/** Describes a card. @param uid of a card that has none */
export function describeContact(card: Card, uid = ''): Contact {
  const { version } = card
  const name = namePartsOf(card)
  const [organization = '', ...units] = textParts(card, 'ORG')
  const optional = {
    additional_names: name?.additional_names,
    name_prefix: name?.name_prefix,
    name_suffix: name?.name_suffix,
    nickname: first(card, 'NICKNAME', ','),
    department: units.filter(Boolean).join('; '),
    role: first(card, 'ROLE'),
    kind: kindOf(card),
  }
  const typed = (kind: TypedKind) => typedLines(card, kind).map(({ shown }) => shown)
  const [birthday] = linesOf(card, 'BDAY')
  const members = membersOf(card)
  return {
    uid: uidOf(card) ?? uid,
    fn: shownName(card, organization),
    given_name: name?.given_name || null,
    family_name: name?.family_name || null,
    ...pruned(optional),
    organization: organization || null,
    title: first(card, 'TITLE') || null,
    emails: typed('emails'),
    phones: typed('phones'),
    addresses: typed('addresses'),
    urls: typed('urls'),
    note: noteOf(card) || null,
    photo: photoSummary(card) ?? null,
    birthday: birthday === undefined ? null : readDate(birthday, version) || null,
    categories: categoriesOf(card),
    custom_fields: customFields(card),
    ...(members.length === 0 ? {} : { members }),
  }
}

/** A card that cannot be read. */
export function brokenContact(uid: string): Contact {
  return {
    uid,
    fn: '',
    given_name: null,
    family_name: null,
    organization: null,
    title: null,
    emails: [],
    phones: [],
    addresses: [],
    urls: [],
    note: null,
    photo: null,
    birthday: null,
    categories: [],
    custom_fields: {},
    broken: true,
  }
}

/** UID; undefined where the card has none. */
export function uidOf(card: Card): string | undefined {
  const [line] = linesOf(card, 'UID')
  return line === undefined ? undefined : readText(line, card.version).trim() || undefined
}

/** All notes; cards should have one, and some have several. */
export function noteOf(card: Card): string {
  return linesOf(card, 'NOTE')
    .map(line => readText(line, card.version))
    .filter(text => text.trim() !== '')
    .join('\n')
}

/** Categories of all lines, each once. */
export function categoriesOf(card: Card): string[] {
  const all = linesOf(card, 'CATEGORIES').flatMap(line => readParts(line, card.version, ','))
  return [...new Set(all.map(text => text.trim()).filter(Boolean))]
}

/** The values of a property without a field of its own. */
export function customValues(card: Card, name: string): string[] {
  const isPlain = (PLAIN as readonly string[]).includes(name)
  return linesOf(card, name)
    .map(line => (isPlain ? line.value : readText(line, card.version)).trim())
    .filter(Boolean)
}

/** Whether a property is one without a field of its own. @param name upper case */
export function isCustom(name: string): boolean {
  if ((PLAIN as readonly string[]).includes(name)) return true
  return /^X-[A-Z0-9-]+$/.test(name) && !NOT_CUSTOM.test(name)
}

function customFields(card: Card): Contact['custom_fields'] {
  const names = new Set(allLines(card).map(({ name }) => name))
  const fields: Contact['custom_fields'] = {}
  for (const name of names) {
    if (!isCustom(name)) continue
    const values = customValues(card, name).map(text =>
      text.length > LONGEST_CUSTOM ? `(${text.length} characters)` : text,
    )
    const [value] = values
    if (value !== undefined) fields[name] = values.length === 1 ? value : values
  }
  return fields
}

function shownName(card: Card, organization: string): string {
  const name = displayName(card)
  if (name !== '' || organization !== '') return name || organization
  return typedLines(card, 'emails')[0]?.shown.value ?? ''
}

function textParts(card: Card, name: string): string[] {
  const [line] = linesOf(card, name)
  return line === undefined ? [] : readParts(line, card.version, ';').map(text => text.trim())
}

function first(card: Card, name: string, separator?: ','): string {
  const [line] = linesOf(card, name)
  if (line === undefined) return ''
  if (separator === undefined) return readText(line, card.version).trim()
  return readParts(line, card.version, separator)
    .map(text => text.trim())
    .filter(Boolean)
    .join(', ')
}

function kindOf(card: Card): string | undefined {
  const kind = first(card, 'KIND') || first(card, 'X-ADDRESSBOOKSERVER-KIND')
  return kind === '' || kind.toLowerCase() === 'individual' ? undefined : kind.toLowerCase()
}

function membersOf(card: Card): string[] {
  return [...linesOf(card, 'MEMBER'), ...linesOf(card, 'X-ADDRESSBOOKSERVER-MEMBER')].map(line =>
    readText(line, card.version)
      .trim()
      .replace(/^urn:uuid:/i, ''),
  )
}

function pruned<T extends Record<string, string | undefined>>(
  values: T,
): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as {
    [K in keyof T]?: string
  }
}
