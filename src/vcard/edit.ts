/** Changes a card field by field; what is not named keeps its very text. */
import type { ContentLine } from '../contentline/line.ts'
import { splitEscaped } from '../contentline/text.ts'
import { badInput } from '../nextcloud/errors.ts'
import {
  type Card,
  insertLines,
  isWhole,
  lineEnd,
  linesOf,
  removeLine,
  replaceLine,
} from './card.ts'
import { categoriesOf, customValues, noteOf, PLAIN } from './contact.ts'
import { changeDate, dateLine, type PartialDate } from './date.ts'
import { changeName, type NameChange } from './name.ts'
import { photoLine } from './photo.ts'
import { TYPED, type TypedKind } from './typed.ts'
import { changeTyped, type WantedValue } from './typed-edit.ts'
import {
  keepItem,
  keepPart,
  newLine,
  readPart,
  readParts,
  readText,
  rewrite,
  writeItem,
  writeText,
} from './value.ts'

/** What of a contact is different; undefined stays, null goes. */
export interface ContactChange extends NameChange {
  readonly nickname?: string | null | undefined
  readonly organization?: string | null | undefined
  readonly department?: string | null | undefined
  readonly title?: string | null | undefined
  readonly role?: string | null | undefined
  readonly note?: string | null | undefined
  readonly emails?: readonly WantedValue[] | null | undefined
  readonly phones?: readonly WantedValue[] | null | undefined
  readonly addresses?: readonly WantedValue[] | null | undefined
  readonly urls?: readonly WantedValue[] | null | undefined
  readonly birthday?: PartialDate | null | undefined
  readonly photo?: { readonly mimeType: string; readonly bytes: Buffer } | null | undefined
  readonly categories?: readonly string[] | null | undefined
  /** By name in upper case; null takes all of that name away. */
  readonly custom_fields?: Readonly<Record<string, readonly string[] | null>> | undefined
}

/**
 * The card with the change; the same card where nothing is different.
 * @throws CodedError `BAD_INPUT` where the card cannot be added to, or no name would be left
 */
export function changeContact(card: Card, change: ContactChange): Card {
  if (!isWhole(card)) {
    throw badInput('The card is cut off and cannot be changed', 'Repair or replace it first.')
  }
  let changed = changeName(card, change)
  changed = organization(changed, change)
  changed = setText(changed, 'NICKNAME', change.nickname, nicknameOf)
  changed = setText(changed, 'TITLE', change.title)
  changed = setText(changed, 'ROLE', change.role)
  changed = note(changed, change.note)
  for (const kind of Object.keys(TYPED) as TypedKind[]) {
    const wanted = change[kind]
    if (wanted !== undefined) changed = changeTyped(changed, kind, wanted ?? [])
  }
  changed = birthday(changed, change.birthday)
  changed = categories(changed, change.categories)
  changed = photo(changed, change.photo)
  for (const [name, values] of Object.entries(change.custom_fields ?? {})) {
    changed = custom(changed, name, values ?? [])
  }
  return changed
}

function setText(
  card: Card,
  name: string,
  text: string | null | undefined,
  read: (card: Card, line: ContentLine) => string = (card, line) => readText(line, card.version),
): Card {
  if (text === undefined) return card
  const lines = linesOf(card, name)
  if (text === null || text.trim() === '') return lines.reduce(removeLine, card)
  const [line] = lines
  const { version } = card
  if (line === undefined) return insertLines(card, [made(card, name, text.trim())])
  if (read(card, line).trim() === text.trim()) return card
  return replaceLine(card, line, rewrite(line, writeText(text.trim(), version), version))
}

/** The first part of ORG is the organisation, the others are its units (RFC 6350 6.6.4). */
function organization(card: Card, change: ContactChange): Card {
  const { version } = card
  const { organization: name, department } = change
  if (name === undefined && department === undefined) return card
  const lines = linesOf(card, 'ORG')
  const [line] = lines
  if (name === null && department == null) return lines.reduce(removeLine, card)
  const readable = line === undefined ? [] : readParts(line, version, ';')
  const written =
    line === undefined
      ? []
      : splitEscaped(line.value, ';').map(part => keepPart(line, part, version))
  const shown = readable.map(part => part.trim())
  const units = (department ?? '').split(';').map(unit => unit.trim())
  const isSameName = name === undefined || (name ?? '').trim() === (shown[0] ?? '')
  // As they are shown: a unit may have a semicolon in itself.
  const isSameUnits =
    department === undefined ||
    (department ?? '').trim() === shown.slice(1).filter(Boolean).join('; ')
  if (isSameName && isSameUnits) return card
  const parts = [
    isSameName ? (written[0] ?? '') : writeText((name ?? '').trim(), version),
    ...(isSameUnits
      ? written.slice(1)
      : units.filter(Boolean).map(unit => writeText(unit, version))),
  ]
  if (parts.every(part => part === '')) return lines.reduce(removeLine, card)
  const value = parts.join(';')
  return line === undefined
    ? insertLines(card, [newLine('ORG', value, version, { lineEnd: lineEnd(card) })])
    : replaceLine(card, line, rewrite(line, value, version))
}

function note(card: Card, text: string | null | undefined): Card {
  if (text === undefined || (text !== null && noteOf(card) === text)) return card
  const [line, ...others] = linesOf(card, 'NOTE')
  if (text === null || text.trim() === '' || line === undefined) {
    return setText(card, 'NOTE', text)
  }
  const { version } = card
  const changed = replaceLine(card, line, rewrite(line, writeText(text, version), version))
  // They were shown as one text, which this one takes the place of.
  return others.reduce(removeLine, changed)
}

function birthday(card: Card, date: PartialDate | null | undefined): Card {
  if (date === undefined) return card
  const lines = linesOf(card, 'BDAY')
  if (date === null) return lines.reduce(removeLine, card)
  // A text that is no date stays; another one is refused before.
  if (date.text !== undefined) return card
  const [line] = lines
  const { version } = card
  return line === undefined
    ? insertLines(card, [dateLine('BDAY', date, version, { lineEnd: lineEnd(card) })])
    : replaceLine(card, line, changeDate(line, date, version))
}

/** Each category stays in the line that it is in; new ones go to the last. */
function categories(card: Card, wanted: readonly string[] | null | undefined): Card {
  if (wanted === undefined) return card
  const names = new Set(wanted ?? [])
  const had = categoriesOf(card)
  const added = [...names].filter(name => !had.includes(name))
  const isSame = added.length === 0 && had.every(name => names.has(name))
  if (isSame) return card
  const { version } = card
  let changed = card
  for (const line of linesOf(card, 'CATEGORIES')) {
    const parts = splitEscaped(line.value, ',')
    const kept = parts.filter(part => names.has(readPart(line, part, version).trim()))
    if (kept.length === parts.length) continue
    changed =
      kept.length === 0
        ? removeLine(changed, line)
        : replaceLine(
            changed,
            line,
            rewrite(line, kept.map(part => keepItem(line, part, version)).join(','), version),
          )
  }
  if (added.length === 0) return changed
  const texts = added.map(name => writeItem(name, version))
  const last = linesOf(changed, 'CATEGORIES').at(-1)
  if (last === undefined) {
    const line = newLine('CATEGORIES', texts.join(','), version, { lineEnd: lineEnd(card) })
    return insertLines(changed, [line])
  }
  const parts = splitEscaped(last.value, ',').map(part => keepItem(last, part, version))
  const all = [...parts.filter(part => part.trim() !== ''), ...texts].join(',')
  return replaceLine(changed, last, rewrite(last, all, version))
}

function photo(card: Card, wanted: ContactChange['photo']): Card {
  if (wanted === undefined) return card
  const lines = linesOf(card, 'PHOTO')
  if (wanted === null) return lines.reduce(removeLine, card)
  const line = photoLine(card, wanted.mimeType, wanted.bytes)
  const [first, ...others] = lines
  if (first === undefined) return insertLines(card, [line])
  const rest = others.reduce(removeLine, card)
  return removeLine(insertLines(rest, [line], first), first)
}

/** Values that stay keep their lines, those of a single line are changed in it. */
function custom(card: Card, name: string, wanted: readonly string[]): Card {
  const { version } = card
  const isPlain = (PLAIN as readonly string[]).includes(name)
  const text = (value: string) =>
    isPlain ? value.replace(/\p{Cc}+/gu, ' ') : writeText(value, version)
  const shown = customValues(card, name)
  if (shown.join('\n') === wanted.join('\n')) return card
  const lines = linesOf(card, name)
  const [only] = lines
  const [value] = wanted
  if (only !== undefined && lines.length === 1 && value !== undefined && wanted.length === 1) {
    return replaceLine(card, only, rewrite(only, text(value), version))
  }
  const missing = [...wanted]
  let changed = card
  for (const line of lines) {
    const said = (isPlain ? line.value : readText(line, version)).trim()
    const at = missing.indexOf(said)
    if (at >= 0) missing.splice(at, 1)
    else if (said !== '' || wanted.length === 0) changed = removeLine(changed, line)
  }
  const added = missing.map(each => newLine(name, text(each), version, { lineEnd: lineEnd(card) }))
  return insertLines(changed, added)
}

function nicknameOf(card: Card, line: ContentLine): string {
  const parts = readParts(line, card.version, ',').map(part => part.trim())
  return parts.filter(Boolean).join(', ')
}

function made(card: Card, name: string, text: string): ContentLine {
  const { version } = card
  return newLine(name, writeText(text, version), version, { lineEnd: lineEnd(card) })
}
