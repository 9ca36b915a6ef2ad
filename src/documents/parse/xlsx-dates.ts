/** Dates of Excel: numbers of days that a cell format shows as dates. */
import { attribute, readXml } from './xml.ts'

/** Which parts of a moment a cell shows. */
export type DateFormat = 'date' | 'time' | 'both'

/** The built-in formats that show dates (ECMA-376, part 1, 18.8.30). */
const BUILT_IN: Readonly<Record<number, DateFormat>> = {
  ...Object.fromEntries([14, 15, 16, 17].map(id => [id, 'date'])),
  ...Object.fromEntries([18, 19, 20, 21, 45, 46, 47].map(id => [id, 'time'])),
  22: 'both',
}

const DAY_MS = 86_400_000
/** The first of January 1970 in days of Excel, which counts a 29 February 1900. */
const EPOCH = 25_569
const EPOCH_1904 = 24_107
/** The last day that Excel knows: 31 December 9999. */
const LAST_DAY = 2_958_465

/** For each cell format (`cellXfs`) what it shows of a date; undefined where it shows none. */
export function dateFormats(styles: Uint8Array | undefined): (DateFormat | undefined)[] {
  const own = new Map<number, DateFormat | undefined>()
  const formats: (DateFormat | undefined)[] = []
  let isCellFormat = false
  if (styles === undefined) return formats
  readXml(styles, {
    open(tag, name) {
      const id = Number(attribute(tag, 'numFmtId') ?? 0)
      if (name === 'numFmt') own.set(id, shownBy(attribute(tag, 'formatCode') ?? ''))
      else if (name === 'cellXfs') isCellFormat = true
      else if (name === 'xf' && isCellFormat) formats.push(own.get(id) ?? BUILT_IN[id])
    },
    close(name) {
      if (name === 'cellXfs') isCellFormat = false
    },
  })
  return formats
}

/** Letters outside quotation marks and brackets tell; `m` alone may mean minutes as well. */
function shownBy(code: string): DateFormat | undefined {
  const letters = code.replaceAll(/"[^"]*"|\\.|_.|\[(?!h|m|s)[^\]]*\]|general/gi, '')
  const hasDate = /[yd]/i.test(letters) || /mmm/i.test(letters)
  const hasTime = /[hs]/i.test(letters)
  if (hasDate && hasTime) return 'both'
  return hasDate ? 'date' : hasTime ? 'time' : undefined
}

/**
 * A number of days as ISO 8601 without a zone, which Excel does not know either; undefined for days
 * that it does not know.
 */
export function dateText(days: number, format: DateFormat, since1904: boolean): string | undefined {
  if (!(days >= 0 && days <= LAST_DAY)) return undefined
  const epoch = since1904 ? EPOCH_1904 : EPOCH
  // Before March 1900 the leap day that never was has not been counted yet.
  const counted = !since1904 && days < 60 && days >= 1 ? days + 1 : days
  const seconds = Math.round(((counted - epoch) * DAY_MS) / 1000)
  const [date = '', time = ''] = new Date(seconds * 1000).toISOString().split(/[T.]/)
  const clock = time.replace(/:00$/, '')
  // More than a day without a date is a duration.
  if (format === 'time') return days < 1 ? clock : clock.replace(/^\d+/, hoursOf(days))
  return format === 'date' ? date : `${date} ${clock}`
}

function hoursOf(days: number): string {
  return String(Math.floor(Math.round(days * 86_400) / 3_600))
}
