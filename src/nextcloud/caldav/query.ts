/** What a query looks for, as a filter of RFC 4791 9.7. */
import { escapeXml } from '../dav/xml.ts'
import type { ComponentKind } from './calendars.ts'

/** A span of time, in milliseconds since 1970, open where it is undefined; `to` is not part of it. */
export interface Window {
  readonly from: number | undefined
  readonly to: number | undefined
}

/** What a query looks for. */
export interface ObjectQuery {
  readonly component: ComponentKind
  readonly window?: Window | undefined
  /** Only the object of this UID. */
  readonly uid?: string | undefined
}

/** The `filter` element of a query. */
export function filter({ component, window, uid }: ObjectQuery): string {
  const ends = instant('start', window?.from) + instant('end', window?.to)
  const range = ends === '' ? '' : `<cal:time-range${ends}/>`
  const match =
    uid === undefined
      ? ''
      : `<cal:prop-filter name="UID"><cal:text-match collation="i;octet">${escapeXml(uid)}</cal:text-match></cal:prop-filter>`
  return `<cal:filter><cal:comp-filter name="VCALENDAR"><cal:comp-filter name="${component}">${range}${match}</cal:comp-filter></cal:comp-filter></cal:filter>`
}

/** What iCalendar can say: years of four digits. */
const EARLIEST = -62_167_219_200_000
const LATEST = 253_402_300_799_000

function instant(name: string, time: number | undefined): string {
  if (time === undefined || time < EARLIEST || time > LATEST) return ''
  const text = new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
  return ` ${name}="${text}"`
}
