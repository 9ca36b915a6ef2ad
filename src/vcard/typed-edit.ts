/**
 * Changes lists of mail addresses, phone numbers, postal addresses and links. A value that stays
 * keeps its line; one that goes takes along the label that nothing else has.
 */
import { type ContentLine, lineEndOf, makeLine } from '../contentline/line.ts'
import { splitEscaped } from '../contentline/text.ts'
import {
  allLines,
  type Card,
  insertLines,
  labelLine,
  lineEnd,
  newGroup,
  removeLine,
  replaceLine,
} from './card.ts'
import {
  addressParts,
  addressText,
  normal,
  TYPED,
  type TypedKind,
  type TypedLine,
  typedLines,
  withPreference,
  withTypes,
} from './typed.ts'
import { keepPart, newLine, reparameter, rewrite, writeText } from './value.ts'

/** A value that a card shall have; what is undefined stays as it is. */
export interface WantedValue {
  /** An address has it where it is given as text. */
  readonly value?: string | undefined
  /** Lower case. */
  readonly types?: readonly string[] | undefined
  /** null takes it away. */
  readonly label?: string | null | undefined
  readonly preferred?: boolean | undefined
  /** Of an address, in the order of ADR. */
  readonly components?: readonly string[] | undefined
}

/** The card with exactly these values of a kind. */
export function changeTyped(card: Card, kind: TypedKind, wanted: readonly WantedValue[]): Card {
  const pairs = paired(kind, typedLines(card, kind), wanted)
  // One that becomes the preferred one is instead of the one that was, if that says nothing of it.
  const otherwise = wanted.some(({ preferred }) => preferred) ? false : undefined
  let changed = card
  for (const { had, want } of pairs) {
    if (had === undefined) continue
    if (want === undefined) changed = removeLine(changed, had.line)
    else {
      const { preferred = otherwise } = want
      changed = adjust(changed, kind, had, { ...want, preferred })
    }
  }
  for (const { had, want } of pairs) {
    if (had === undefined && want !== undefined) changed = add(changed, kind, want)
  }
  return changed
}

interface Pair {
  readonly had: TypedLine | undefined
  readonly want: WantedValue | undefined
}

/** Which value is which: those spelt alike first, then those that mean the same. */
function paired(
  kind: TypedKind,
  lines: readonly TypedLine[],
  wanted: readonly WantedValue[],
): Pair[] {
  const free = new Set(lines)
  const found = new Map<WantedValue, TypedLine>()
  const spellings: ((text: string) => string)[] = [text => text, text => normal(kind, text)]
  for (const spelling of spellings) {
    for (const want of wanted) {
      if (found.has(want)) continue
      const text = spelling(textOf(want))
      const match = [...free].find(({ shown }) => spelling(shown.value) === text)
      if (match === undefined) continue
      found.set(want, match)
      free.delete(match)
    }
  }
  return [
    ...[...free].map(had => ({ had, want: undefined })),
    ...wanted.map(want => ({ had: found.get(want), want })),
  ]
}

function textOf({ value, components }: WantedValue): string {
  return components === undefined ? (value ?? '').trim() : addressText(components)
}

/** The line of a value that stays, with what is said to be different. */
function adjust(card: Card, kind: TypedKind, had: TypedLine, want: WantedValue): Card {
  const { version } = card
  const { shown } = had
  let line = withValue(card, kind, had, want)
  const types = want.types?.filter(type => type !== 'pref')
  if (types !== undefined && types.toSorted().join() !== shown.type.split(',').toSorted().join()) {
    const spelt = version === '4.0' ? types : types.map(type => type.toUpperCase())
    line = reparameter(line, withTypes(line, kind, spelt))
  }
  if (want.preferred !== undefined && want.preferred !== shown.preferred) {
    line = reparameter(line, withPreference(line, want.preferred, version === '4.0'))
  }
  const changed = replaceLine(card, had.line, line)
  return want.label === undefined ? changed : withLabel(changed, line, want.label)
}

function withValue(card: Card, kind: TypedKind, had: TypedLine, want: WantedValue): ContentLine {
  const { version } = card
  const { line, shown } = had
  if (want.components !== undefined) {
    const old = addressParts(card, line)
    const written = splitEscaped(line.value, ';')
    const wanted = want.components
    if (old.every((part, at) => part === (wanted[at] ?? ''))) return line
    const value = old.map((part, at) =>
      part === (wanted[at] ?? '')
        ? keepPart(line, written[at] ?? '', version)
        : writeText(wanted[at] ?? '', version),
    )
    return rewrite(line, value.join(';'), version)
  }
  // Another spelling of an address or of a link means the same one.
  const text = (want.value ?? '').trim()
  const isUri = /^(?:tel|mailto):/i.test(line.value)
  if (text === shown.value || kind === 'addresses' || isUri) return line
  return rewrite(line, valueText(card, kind, want), version)
}

/** A value for a new line. */
function valueText({ version }: Card, kind: TypedKind, want: WantedValue): string {
  const text = (want.value ?? '').trim()
  if (kind === 'addresses') {
    const parts = want.components ?? ['', '', text, '', '', '', '']
    return Array.from({ length: 7 }, (_, at) => writeText(parts[at] ?? '', version)).join(';')
  }
  // A link is no text: nothing in it is escaped (RFC 6350 6.7.8).
  return kind === 'urls' ? text.replace(/\s/g, '') : writeText(text, version)
}

function add(card: Card, kind: TypedKind, want: WantedValue): Card {
  const { version } = card
  const types = (want.types ?? []).filter(type => type !== 'pref')
  const isFour = version === '4.0'
  const spelt = isFour ? types : types.map(type => type.toUpperCase())
  const label = want.label ?? undefined
  const isMarked = want.preferred === true
  const values = isMarked && !isFour ? [...spelt, 'PREF'] : spelt
  const line = newLine(TYPED[kind], valueText(card, kind, want), version, {
    group: label === undefined ? undefined : newGroup(card),
    lineEnd: lineEnd(card),
    parameters: [
      ...(values.length === 0 ? [] : [{ name: 'TYPE', values }]),
      ...(isMarked && isFour ? [{ name: 'PREF', values: ['1'] }] : []),
    ],
  })
  const lines = label === undefined ? [line] : [line, newLabel(card, line, label)]
  return insertLines(card, lines, lastOf(card, kind))
}

/** What a new value goes behind: the last one of its kind with the label of that. */
function lastOf(card: Card, kind: TypedKind): ContentLine | undefined {
  const lines = allLines(card)
  const last = lines.findLast(({ name }) => name === TYPED[kind])
  if (last === undefined) return undefined
  const next = lines[lines.indexOf(last) + 1]
  return next !== undefined && next === labelLine(card, last) ? next : last
}

function withLabel(card: Card, line: ContentLine, label: string | null): Card {
  const { version } = card
  const existing = labelLine(card, line)
  const shown = typedLabel(card, line)
  if (shown === label) return card
  if (existing !== undefined) {
    const changed =
      label === null ? undefined : rewrite(existing, writeText(label, version), version)
    return replaceLine(card, existing, changed)
  }
  if (label === null) return card
  if (line.group !== undefined) return insertLines(card, [newLabel(card, line, label)], line)
  const grouped = makeLine(line.name, line.value, {
    group: newGroup(card),
    parameters: line.parameters,
    lineEnd: lineEndOf(line.raw),
  })
  const changed = replaceLine(card, line, grouped)
  return insertLines(changed, [newLabel(card, grouped, label)], grouped)
}

function typedLabel(card: Card, line: ContentLine): string | null {
  for (const kind of Object.keys(TYPED) as TypedKind[]) {
    const found = typedLines(card, kind).find(each => each.line === line)
    if (found !== undefined) return found.shown.label
  }
  return null
}

function newLabel(card: Card, line: ContentLine, label: string): ContentLine {
  return newLine('X-ABLabel', writeText(label, card.version), card.version, {
    group: line.group,
    lineEnd: lineEnd(card),
  })
}
