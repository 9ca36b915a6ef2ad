/**
 * Content lines, which iCalendar (RFC 5545 3.1) and vCard (RFC 6350 3.3) are made of: each with its
 * very text, so that what nobody changes is written back as it was, folds and line ends included.
 */
import { parseParameters } from './parameters.ts'

/** A parameter of a content line. */
export interface Parameter {
  /** Upper case. */
  readonly name: string
  /** Without quotation marks, `^` escapes (RFC 6868) decoded. */
  readonly values: readonly string[]
}

/** A content line. */
export interface ContentLine {
  readonly kind: 'line'
  /** As it is in the text, with its folds and its line end. */
  readonly raw: string
  /** `item1` of `item1.TEL`; vCard only. */
  readonly group: string | undefined
  /** Upper case. */
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** Unfolded, as it is written: text in it is still escaped. */
  readonly value: string
}

/** Text between content lines that is none; it is kept and means nothing. */
export interface OtherText {
  readonly kind: 'other'
  readonly raw: string
}

/** What a new line is made of. */
export interface LineOptions {
  readonly group?: string | undefined
  readonly parameters?: readonly Parameter[]
  /** Default: CRLF, as the standards want it. */
  readonly lineEnd?: string
}

const LONGEST_OCTETS = 75
const NAME = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)(?=[;:])/

/** Splits a text into content lines; every character of it is in exactly one `raw`. */
export function parseLines(text: string): (ContentLine | OtherText)[] {
  return logicalLines(text).map(parseLine)
}

/** A content line with this text. */
export function makeLine(name: string, value: string, options: LineOptions = {}): ContentLine {
  const { group, parameters = [], lineEnd = '\r\n' } = options
  const head = (group === undefined ? '' : `${group}.`) + name.toUpperCase()
  const whole = `${head}${parameters.map(parameterText).join('')}:${value}`
  return {
    kind: 'line',
    raw: folded(whole, lineEnd) + lineEnd,
    group,
    name: name.toUpperCase(),
    parameters,
    value,
  }
}

/** The same line with another value, or other parameters; as it is where nothing is different. */
export function changeLine(
  line: ContentLine,
  change: { readonly value?: string; readonly parameters?: readonly Parameter[] },
): ContentLine {
  const { value = line.value, parameters = line.parameters } = change
  const isSame = value === line.value && sameParameters(parameters, line.parameters)
  if (isSame) return line
  const made = makeLine(line.name, value, {
    group: line.group,
    parameters,
    lineEnd: lineEndOf(line.raw),
  })
  // How a name is spelt says nothing, and is left alone all the same.
  const spelt = NAME.exec(line.raw)?.[0]
  if (spelt === undefined || !made.raw.toLowerCase().startsWith(spelt.toLowerCase())) return made
  return { ...made, raw: spelt + made.raw.slice(spelt.length) }
}

/** The first value of a parameter. */
export function parameter(line: ContentLine, name: string): string | undefined {
  return line.parameters.find(each => each.name === name)?.values[0]
}

/** All values of a parameter, which may be given more than once. */
export function parameterValues(line: ContentLine, name: string): string[] {
  return line.parameters.filter(each => each.name === name).flatMap(({ values }) => values)
}

/** Parameters with one set to a value, or gone. */
export function withParameter(
  parameters: readonly Parameter[],
  name: string,
  value: string | undefined,
): Parameter[] {
  const at = parameters.findIndex(each => each.name === name)
  const others = parameters.filter(each => each.name !== name)
  if (value === undefined) return others
  const set = { name, values: [value] }
  return at < 0 ? [...others, set] : [...others.slice(0, at), set, ...others.slice(at)]
}

/** The line end of a text; CRLF where it has none. */
export function lineEndOf(raw: string): string {
  return /\r\n|\n|\r/.exec(raw)?.[0] ?? '\r\n'
}

function parseLine(raw: string): ContentLine | OtherText {
  const text = unfolded(raw)
  const [whole = '', group, name] = NAME.exec(text) ?? []
  if (name === undefined) return { kind: 'other', raw }
  const rest = parseParameters(text.slice(whole.length))
  if (rest === undefined) return { kind: 'other', raw }
  const { parameters, value } = rest
  return { kind: 'line', raw, group, name: name.toUpperCase(), parameters, value }
}

/** Physical lines with those that continue them: folded, or with a soft break (vCard 2.1). */
function logicalLines(text: string): string[] {
  const physical = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
  const lines: string[] = []
  let isSoft = false
  for (const line of physical) {
    const continues = isSoft || /^[ \t]/.test(line)
    if (continues && lines.length > 0) lines[lines.length - 1] += line
    else lines.push(line)
    const last = lines.at(-1) ?? ''
    isSoft = /=\s*$/.test(line) && /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(last)
  }
  return lines
}

function unfolded(raw: string): string {
  const isQuotedPrintable = /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(raw)
  const text = isQuotedPrintable ? raw.replace(/=(?:\r\n|\n|\r)(?!$)/g, '') : raw
  return text.replace(/(?:\r\n|\n|\r)[ \t]/g, '').replace(/(?:\r\n|\n|\r)$/, '')
}

/** At most 75 octets a line, no character cut in two (RFC 5545 3.1). */
function folded(line: string, lineEnd: string): string {
  if (Buffer.byteLength(line) <= LONGEST_OCTETS) return line
  const pieces: string[] = []
  let piece = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > LONGEST_OCTETS) {
      pieces.push(piece)
      piece = ''
      octets = 1 // The blank that a continuation begins with.
    }
    piece += character
    octets += size
  }
  return [...pieces, piece].join(`${lineEnd} `)
}

function parameterText({ name, values }: Parameter): string {
  return `;${name}=${values.map(parameterValueText).join(',')}`
}

function parameterValueText(value: string): string {
  const text = value
    .replace(/\^/g, '^^')
    .replace(/\r\n|\n|\r/g, '^n')
    .replace(/"/g, "^'")
  return /[:;,^]/.test(text) || text !== text.trim() ? `"${text}"` : text
}

function sameParameters(one: readonly Parameter[], other: readonly Parameter[]): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
