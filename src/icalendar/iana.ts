/** The zones of the IANA database, as this runtime's Intl has them. */
import { DAY, HOUR, MINUTE, SECOND } from './wall.ts'
import type { Instant, Zone } from './zone.ts'

/** A change of a zone's clocks. Offsets in milliseconds ahead of UTC. */
export interface Transition {
  readonly at: Instant
  readonly before: number
  readonly after: number
}

export const UTC: Zone = { tzid: 'UTC', iana: 'UTC', offsetAt: () => 0 }

/** Offsets are looked up once a week of a zone; no zone changes its clocks twice in one. */
const CHUNK = 7 * DAY
const MOST_CHUNKS = 4000
const EARLIEST = Date.UTC(100, 0, 1)
const LATEST = Date.UTC(9999, 0, 1)

const known = new Map<string, Zone | undefined>()
const MOST_NAMES = 2000

/** The zone of an IANA name, in any case; undefined for every other name, offsets included. */
export function ianaZone(name: string): Zone | undefined {
  const key = name.toLowerCase()
  if (known.has(key)) return known.get(key)
  const zone = makeZone(name)
  // Names come from strangers; what is remembered of them must not grow.
  if (known.size >= MOST_NAMES) known.clear()
  known.set(key, zone)
  return zone
}

/** The changes of a zone's clocks between two instants. */
export function transitionsBetween(zone: Zone, from: Instant, to: Instant): Transition[] {
  const found: Transition[] = []
  for (let at = from; at < to; at += CHUNK) {
    const end = Math.min(at + CHUNK, to)
    const [before, after] = [zone.offsetAt(at), zone.offsetAt(end)]
    if (before !== after) found.push({ at: changeWithin(zone.offsetAt, at, end), before, after })
  }
  return found
}

function makeZone(name: string): Zone | undefined {
  // `+01:00` is a zone for Intl, and no name.
  if (!/^[a-z][a-z0-9_+\-/]*$/i.test(name) || name.length > 60) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
  const resolved = format.resolvedOptions().timeZone
  // Its own spelling where it is the same name: Intl may prefer an older one (Asia/Calcutta).
  const iana = resolved.toLowerCase() === name.toLowerCase() ? resolved : name
  if (/^(?:(?:Etc\/)?(?:UTC|UCT|Zulu|Universal|GMT|Greenwich)|Etc\/GMT[+-]?0)$/i.test(name)) {
    return { tzid: iana, iana, offsetAt: () => 0 }
  }
  const chunks = new Map<number, { before: number; at: Instant; after: number }>()
  const read = (instant: Instant) => readOffset(format.format(instant))
  const offsetAt = (instant: Instant) => {
    // Beyond what dates can say, the clocks stand still.
    const index = Math.floor(Math.min(Math.max(instant, EARLIEST), LATEST) / CHUNK)
    let chunk = chunks.get(index)
    if (chunk === undefined) {
      const [begin, end] = [index * CHUNK, (index + 1) * CHUNK]
      const [before, after] = [read(begin), read(end)]
      const at = before === after ? Number.POSITIVE_INFINITY : changeWithin(read, begin, end)
      chunk = { before, at, after }
      if (chunks.size >= MOST_CHUNKS) chunks.clear()
      chunks.set(index, chunk)
    }
    return instant < chunk.at ? chunk.before : chunk.after
  }
  return { tzid: iana, iana, offsetAt }
}

/** The first instant with another offset than at the begin, to the second. */
function changeWithin(offsetAt: (at: Instant) => number, from: Instant, to: Instant): Instant {
  const before = offsetAt(from)
  let [low, high] = [from, to]
  while (high - low > SECOND) {
    const middle = Math.floor((low + high) / 2 / SECOND) * SECOND
    if (middle <= low) break
    if (offsetAt(middle) === before) low = middle
    else high = middle
  }
  return Math.ceil(high / SECOND) * SECOND
}

/** Of `1/1/2026, GMT+05:30`. */
function readOffset(text: string): number {
  const match = /GMT(?:([+-\u2212])(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(text)
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match ?? []
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
  return sign === undefined || sign === '+' ? offset : -offset
}
