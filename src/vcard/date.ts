/**
 * Birthdays in all their forms: RFC 6350 4.3.1 (`19900102`, `--0102`), RFC 2426 3.1.5 (ISO 8601),
 * Apple's year 1604 for none.
 */
import {
  type ContentLine,
  type LineOptions,
  type Parameter,
  parameter,
} from '../contentline/line.ts'
import type { Version } from './card.ts'
import { newLine, readText, rewrite, writeText } from './value.ts'

/** A date of which the year may be missing; `month` is 1 to 12. */
export interface PartialDate {
  readonly year: number | undefined
  readonly month: number | undefined
  readonly day: number | undefined
  /** What was given in place of a date, where it is none. */
  readonly text?: string
}

const OMITTED = 'X-APPLE-OMIT-YEAR'
/** A leap year, so that every day is in it. */
const NO_YEAR = 1604

/**
 * The date of a line as people write it: `1990-01-02`, `--01-02` without a year, `1990-01`,
 * `1990`; the text itself where it is none.
 */
export function readDate(line: ContentLine, version: Version): string {
  const text = readText(line, version).trim()
  const date = parameter(line, 'VALUE')?.toLowerCase() === 'text' ? undefined : parseDate(text)
  if (date === undefined) return text
  const omitted = parameter(line, OMITTED)
  const isOmitted = omitted !== undefined && date.year === Number(omitted)
  return dateText(isOmitted ? { ...date, year: undefined } : date)
}

/** `1990-01-02`, `--01-02`, `1990-01`, `1990`, `---02`. */
export function dateText({ year, month, day }: PartialDate): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const years = year === undefined ? '-' : String(year).padStart(4, '0')
  if (month === undefined) return day === undefined ? years : `---${two(day)}`
  return `${years}-${two(month)}${day === undefined ? '' : `-${two(day)}`}`
}

/** A date in any form, its time of day left out; undefined where it is none. */
export function parseDate(text: string): PartialDate | undefined {
  const forms = [
    /^(?<y>\d{4})-?(?<m>\d{2})-?(?<d>\d{2})(?:[T ].*)?$/,
    /^--?(?<m>\d{2})-?(?<d>\d{2})(?:[T ].*)?$/,
    /^(?<y>\d{4})-(?<m>\d{2})$/,
    /^(?<y>\d{4})$/,
    /^--(?<m>\d{2})$/,
    /^---(?<d>\d{2})$/,
  ]
  for (const form of forms) {
    const groups = form.exec(text)?.groups
    if (groups === undefined) continue
    const part = (name: string) => (groups[name] === undefined ? undefined : Number(groups[name]))
    const date = { year: part('y'), month: part('m'), day: part('d') }
    return exists(date) ? date : undefined
  }
  return undefined
}

/** A new line with a date. */
export function dateLine(
  name: string,
  date: PartialDate,
  version: Version,
  options: LineOptions = {},
): ContentLine {
  const { value, parameters } = written(date, version, false)
  return newLine(name, value, version, {
    ...options,
    parameters: [...(options.parameters ?? []), ...parameters],
  })
}

/** The line with another date, written as it was; as it is where it says this date already. */
export function changeDate(line: ContentLine, date: PartialDate, version: Version): ContentLine {
  if (readDate(line, version) === dateText(date)) return line
  const isBasic = /^(?:\d{8}|--\d{4})/.test(line.value)
  const { value, parameters } = written(date, version, isBasic)
  const kept = line.parameters.filter(({ name }) => name !== OMITTED && name !== 'VALUE')
  // A date is what everybody expects; saying so is kept where it was said.
  const said = line.parameters.filter(
    parameter => parameter.name === 'VALUE' && parameter.values[0]?.toLowerCase() === 'date',
  )
  return rewrite(line, value, version, [...said, ...kept, ...parameters])
}

function written(
  date: PartialDate,
  version: Version,
  isBasic: boolean,
): { value: string; parameters: Parameter[] } {
  const { year, month, day } = date
  const isNoYear = year === undefined && month !== undefined && day !== undefined
  if (version === '4.0') {
    // Only years and months without a day keep their hyphen.
    const text = dateText(date)
    const isWhole = month !== undefined && day !== undefined
    return { value: isWhole ? text.replace(/(?<=\d)-(?=\d)/g, '') : text, parameters: [] }
  }
  const text = dateText(isNoYear ? { ...date, year: NO_YEAR } : date)
  return {
    value: writeText(isBasic ? text.replaceAll('-', '') : text, version),
    parameters: isNoYear ? [{ name: OMITTED, values: [String(NO_YEAR)] }] : [],
  }
}

function exists({ year, month, day }: PartialDate): boolean {
  if (month !== undefined && (month < 1 || month > 12)) return false
  if (day === undefined) return true
  const last = new Date(Date.UTC(year ?? NO_YEAR, month ?? 1, 0))
  last.setUTCFullYear(year ?? NO_YEAR, month ?? 1, 0)
  return day >= 1 && day <= last.getUTCDate()
}
