/** `contact_data`: from what a model sent to a change of a card. Nothing is guessed or dropped. */
import { closest } from '../../config/closest.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import { isCustom } from '../../vcard/contact.ts'
import { type PartialDate, parseDate } from '../../vcard/date.ts'
import type { ContactChange } from '../../vcard/edit.ts'
import { NAME_PARTS } from '../../vcard/name.ts'
import { imageType } from '../../vcard/photo.ts'
import type { TypedKind } from '../../vcard/typed.ts'
import type { WantedValue } from '../../vcard/typed-edit.ts'

/** A change, and which lists were given as the one value that people often mean. */
export interface ContactData {
  readonly change: ContactChange
  /** Fields that were given as one value by their other name: `email`. */
  readonly single: readonly TypedKind[]
}

const TEXTS = [
  'fn',
  ...NAME_PARTS,
  'nickname',
  'organization',
  'department',
  'title',
  'role',
  'note',
] as const
const LISTS = ['emails', 'phones', 'addresses', 'urls'] as const
const FIELDS = [...TEXTS, ...LISTS, 'birthday', 'categories', 'photo', 'custom_fields'] as const
type Field = (typeof FIELDS)[number]

/** Other names for the fields, as vCards and many programs have them. */
const ALIASES: Readonly<Record<string, Field>> = {
  name: 'fn',
  full_name: 'fn',
  display_name: 'fn',
  first_name: 'given_name',
  last_name: 'family_name',
  middle_name: 'additional_names',
  prefix: 'name_prefix',
  suffix: 'name_suffix',
  org: 'organization',
  company: 'organization',
  email: 'emails',
  phone: 'phones',
  tel: 'phones',
  address: 'addresses',
  adr: 'addresses',
  url: 'urls',
  website: 'urls',
  notes: 'note',
  bday: 'birthday',
  groups: 'categories',
}
const ADDRESS_PARTS = [
  'po_box',
  'extended',
  'street',
  'city',
  'region',
  'postal_code',
  'country',
] as const
const VALUE_FIELDS = ['value', 'type', 'label', 'preferred', 'components', ...ADDRESS_PARTS]
const LONGEST_TEXT = 100_000
/** Nextcloud takes cards up to 5 MiB, of which base64 and folds are a third. */
const LARGEST_PHOTO = 3 * 1024 * 1024

/**
 * Reads `contact_data`. Strings and lists of strings are values without a type; null removes.
 * @throws CodedError `BAD_INPUT` that names the field
 */
export function parseContactData(data: Readonly<Record<string, unknown>>): ContactData {
  const change: Record<string, unknown> = {}
  const single: TypedKind[] = []
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue
    const field = fieldOf(name)
    if (field in change) throw badInput(`${name}: ${field} is given twice`)
    change[field] = parsedField(field, name, value)
    const kind = LISTS.find(each => each === field)
    if (kind !== undefined && name !== kind && value !== null && !Array.isArray(value)) {
      single.push(kind)
    }
  }
  return { change, single }
}

function fieldOf(name: string): Field {
  const known = FIELDS.find(field => field === name)
  if (known !== undefined) return known
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name] as Field
  const near = closest(name, [...FIELDS])
  throw badInput(
    `contact_data.${name}: unknown field${near === undefined ? '' : `, did you mean ${near}?`}`,
    `It takes: ${FIELDS.join(', ')}. Other properties go to custom_fields, as in {"X-NAME": "text"}.`,
  )
}

function parsedField(field: Field, name: string, value: unknown): unknown {
  if (value === null) return field === 'custom_fields' ? {} : null
  switch (field) {
    case 'emails':
    case 'phones':
    case 'addresses':
    case 'urls':
      return listOf(value).map((each, at) =>
        typedValue(field, Array.isArray(value) ? `${name}[${at}]` : name, each),
      )
    case 'birthday':
      return dateOf(name, value)
    case 'categories':
      return categoriesOf(name, value)
    case 'photo':
      return photoOf(name, value)
    case 'custom_fields':
      return customFields(value)
    default:
      return textOf(name, value)
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function textOf(name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string') throw badInput(`${name}: text is needed, or null to remove it`)
  if (text.length > LONGEST_TEXT) throw badInput(`${name}: more than ${LONGEST_TEXT} characters`)
  return text.toWellFormed()
}

/** A list, or one text in which commas separate them. */
function categoriesOf(name: string, value: unknown): string[] {
  const all = Array.isArray(value)
    ? value.map((each, at) => textOf(`${name}[${at}]`, each))
    : textOf(name, value).split(',')
  return [...new Set(all.map(text => text.trim()).filter(Boolean))]
}

function typedValue(kind: TypedKind, name: string, value: unknown): WantedValue {
  const given = isRecord(value) ? value : { value }
  const unknown = Object.keys(given).find(key => !VALUE_FIELDS.includes(key))
  if (unknown !== undefined) {
    const fields = kind === 'addresses' ? VALUE_FIELDS : VALUE_FIELDS.slice(0, 4)
    throw badInput(`${name}.${unknown}: unknown field`, `It takes: ${fields.join(', ')}.`)
  }
  const components = kind === 'addresses' ? componentsOf(name, given) : undefined
  const text = given.value == null ? '' : textOf(`${name}.value`, given.value).trim()
  if (components === undefined && text === '') throw badInput(`${name}: a value is missing`)
  if (kind !== 'addresses' && /[\r\n]/.test(text)) throw badInput(`${name}: one line is needed`)
  const { type, label, preferred } = given
  if (preferred != null && typeof preferred !== 'boolean') {
    throw badInput(`${name}.preferred: true or false is needed`)
  }
  return {
    value: text,
    types: type == null ? undefined : typesOf(`${name}.type`, type),
    label: label == null ? (label as null | undefined) : textOf(`${name}.label`, label).trim(),
    preferred: preferred ?? undefined,
    components,
  }
}

function typesOf(name: string, value: unknown): string[] {
  const all = listOf(value).flatMap(each => textOf(name, each).split(','))
  const types = all.map(type => type.trim().toLowerCase()).filter(Boolean)
  const odd = types.find(type => !/^[a-z0-9-]+$/.test(type))
  if (odd !== undefined) {
    throw badInput(`${name}: "${odd}" is not a type`, 'Types are like home, work, cell; use label.')
  }
  return types
}

function componentsOf(
  name: string,
  given: Readonly<Record<string, unknown>>,
): string[] | undefined {
  const named = ADDRESS_PARTS.map(part =>
    given[part] == null ? '' : textOf(`${name}.${part}`, given[part]).trim(),
  )
  if (named.some(Boolean)) return named
  if (given.components == null) return undefined
  const parts = listOf(given.components).map((part, at) =>
    textOf(`${name}.components[${at}]`, part ?? '').trim(),
  )
  if (parts.length > ADDRESS_PARTS.length || !parts.some(Boolean)) {
    throw badInput(
      `${name}.components: up to seven texts are needed`,
      `They are, in this order: ${ADDRESS_PARTS.join(', ')}.`,
    )
  }
  return ADDRESS_PARTS.map((_, at) => parts[at] ?? '')
}

function dateOf(name: string, value: unknown): PartialDate | null {
  const text = textOf(name, value).trim()
  if (text === '') return null
  const none = { year: undefined, month: undefined, day: undefined, text }
  return parseDate(text) ?? none
}

function photoOf(name: string, value: unknown) {
  const text = textOf64(name, value)
  const base64 = text.replace(/^data:[^,]*,/i, '').replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw badInput(`${name}: base64 of an image is needed, or null to remove it`)
  }
  const bytes = Buffer.from(base64, 'base64')
  const mimeType = imageType(bytes)
  if (mimeType === undefined) {
    throw badInput(`${name}: this is no image`, 'Give base64 of a JPEG, PNG, GIF or WebP image.')
  }
  if (bytes.length > LARGEST_PHOTO) {
    throw new CodedError('TOO_LARGE', `${name}: larger than ${LARGEST_PHOTO} bytes`, {
      hint: 'Give a smaller image.',
    })
  }
  return { mimeType, bytes }
}

function textOf64(name: string, value: unknown): string {
  if (typeof value !== 'string') throw badInput(`${name}: base64 of an image is needed`)
  return value
}

function customFields(value: unknown): Record<string, string[] | null> {
  if (!isRecord(value)) {
    throw badInput('custom_fields: an object is needed', 'As in {"X-NAME": "text"}; null removes.')
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const name = key.toUpperCase()
      if (!isCustom(name)) {
        throw badInput(
          `custom_fields.${key}: not a property that can be set here`,
          'Names begin with "X-", or are IMPP, RELATED, ANNIVERSARY, GENDER, LANG, TZ, GEO.',
        )
      }
      if (each === null) return [name, null]
      const texts = listOf(each).map(one => textOf(`custom_fields.${key}`, one).trim())
      return [name, texts.filter(Boolean)]
    }),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
