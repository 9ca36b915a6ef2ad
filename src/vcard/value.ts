/** Values of vCard properties as people write them, in and out, whatever the version. */
import {
  type ContentLine,
  changeLine,
  type LineOptions,
  lineEndOf,
  makeLine,
  type Parameter,
  parameter,
  parseLines,
} from '../contentline/line.ts'
import { escapeText, splitEscaped, unescapeText } from '../contentline/text.ts'
import type { Version } from './card.ts'

/** What a value says. */
export function readText(line: ContentLine, version: Version): string {
  return readPart(line, line.value, version)
}

/** What the parts of a structured value (`;`) or of a list (`,`) say. */
export function readParts(line: ContentLine, version: Version, separator: ',' | ';'): string[] {
  return splitEscaped(line.value, separator).map(part => readPart(line, part, version))
}

/** What a part of a line's value says. */
export function readPart(line: ContentLine, part: string, version: Version): string {
  const text = isQuotedPrintable(line)
    ? fromQuotedPrintable(part, parameter(line, 'CHARSET'))
    : part
  // 2.1 knows no other escapes; a path like C:\new is one there.
  return version === '2.1' ? text.replace(/\\([;,])/g, '$1') : unescapeText(text)
}

/** A part that stays in a line that is rewritten: in the form that {@link writeText} gives. */
export function keepPart(line: ContentLine, part: string, version: Version): string {
  const isRecoded = version === '2.1' || isQuotedPrintable(line)
  return isRecoded ? writeText(readPart(line, part, version), version) : part
}

/** The same for one of a list. */
export function keepItem(line: ContentLine, part: string, version: Version): string {
  const isRecoded = version === '2.1' || isQuotedPrintable(line)
  return isRecoded ? writeItem(readPart(line, part, version), version) : part
}

/** Text as it is written in a value, or in a part of one. */
export function writeText(text: string, version: Version): string {
  if (version !== '2.1') return escapeText(text)
  return text
    .replace(/\r\n|\r/g, '\n')
    .replace(/;/g, '\\;')
    .replace(/(?![\t\n])\p{Cc}/gu, '')
}

/** Text as it is written as one of a list; 2.1 has no rule for a comma in it. */
export function writeItem(text: string, version: Version): string {
  const written = writeText(text, version)
  return version === '2.1' ? written.replace(/,/g, '\\,') : written
}

/** A line with a value that {@link writeText} made. */
export function newLine(
  name: string,
  value: string,
  version: Version,
  options: LineOptions = {},
): ContentLine {
  if (version !== '2.1' || /^[\t\x20-\x7E]*$/.test(value)) return makeLine(name, value, options)
  const parameters: Parameter[] = [
    ...(options.parameters ?? []),
    { name: 'CHARSET', values: ['UTF-8'] },
    { name: 'ENCODING', values: ['QUOTED-PRINTABLE'] },
  ]
  const { group, lineEnd = '\r\n' } = options
  const plain = makeLine(name, '', { group, parameters, lineEnd: '\n' }).raw
  const head = plain.replace(/\n ?/g, '')
  return parsed(quotedPrintable(head, value, lineEnd) + lineEnd, () =>
    makeLine(name, value.replace(/\n/g, ' '), options),
  )
}

/** The same line with another value, made by {@link writeText}, and other parameters. */
export function rewrite(
  line: ContentLine,
  value: string,
  version: Version,
  parameters: readonly Parameter[] = line.parameters,
): ContentLine {
  const isPlain = version !== '2.1' && !isQuotedPrintable(line)
  if (isPlain) return changeLine(line, { value, parameters })
  if (value === line.value && parameters === line.parameters) return line
  const kept = parameters.filter(({ name, values }) => {
    const isEncoding = name === 'ENCODING' || (name === 'TYPE' && values.some(isQuotedMark))
    return !isEncoding && name !== 'CHARSET'
  })
  const options = { group: line.group, parameters: kept, lineEnd: lineEndOf(line.raw) }
  return newLine(line.name, value, version, options)
}

/** The same line with other parameters, its value as it is written. */
export function reparameter(line: ContentLine, parameters: readonly Parameter[]): ContentLine {
  return changeLine(line, { parameters })
}

/** Whether a value is quoted-printable (2.1). */
export function isQuotedPrintable({ parameters }: ContentLine): boolean {
  return parameters.some(
    ({ name, values }) => (name === 'ENCODING' || name === 'TYPE') && values.some(isQuotedMark),
  )
}

function isQuotedMark(value: string): boolean {
  return /^quoted-printable$/i.test(value)
}

function fromQuotedPrintable(text: string, charset: string | undefined): string {
  const bytes: number[] = []
  const pieces = text.replace(/=(?:\r\n|\n|\r)[ \t]?/g, '').matchAll(/=([0-9A-Fa-f]{2})|[\s\S]/gu)
  for (const [piece, code] of pieces) {
    if (code === undefined) bytes.push(...Buffer.from(piece))
    else bytes.push(Number.parseInt(code, 16))
  }
  return decoded(Uint8Array.from(bytes), charset).replace(/\r\n?/g, '\n')
}

function decoded(bytes: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder('utf-8').decode(bytes)
  }
}

/** RFC 2045 6.7: at most 76 characters a line, no character cut in two. */
function quotedPrintable(head: string, value: string, lineEnd: string): string {
  let text = head
  let length = head.length
  for (const character of value.replace(/\n/g, '\r\n')) {
    const plain = /^[\x20-\x3C\x3E-\x7E]$/.test(character)
    const piece = plain
      ? character
      : [...Buffer.from(character)]
          .map(byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
          .join('')
    if (length + piece.length > 74) {
      text += `=${lineEnd}`
      length = 0
    }
    text += piece
    length += piece.length
  }
  // A blank at the end of a line is lost on the way.
  return text.replace(/ $/, '=20')
}

function parsed(raw: string, otherwise: () => ContentLine): ContentLine {
  const [line, ...more] = parseLines(raw)
  return line?.kind === 'line' && more.length === 0 ? line : otherwise()
}
