/** Durations (RFC 5545 3.3.6): days and weeks follow the calendar, the rest is exact time. */
import { DAY, HOUR, MINUTE, SECOND } from './wall.ts'

/** A duration; both parts carry its sign. */
export interface Duration {
  readonly days: number
  /** Milliseconds. */
  readonly exact: number
}

const DURATION =
  /^([+-])?P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i

/** Reads `-P1DT2H30M`, `P2W`; undefined where it is none, or longer than a thousand years. */
export function parseDuration(text: string): Duration | undefined {
  const match = DURATION.exec(text.trim())
  if (!match) return undefined
  const [, sign, weeks, days, hours, minutes, seconds] = match
  const factor = sign === '-' ? -1 : 1
  const whole = Number(weeks ?? 0) * 7 + Number(days ?? 0)
  const exact =
    Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND
  if (whole * DAY + exact > 366_000 * DAY) return undefined
  // No negative zero, which would not equal the zero that it is.
  return { days: whole * factor || 0, exact: exact * factor || 0 }
}

/** `-P1DT2H`; `PT0S` for none. Whole weeks stay days, which every reader knows. */
export function formatDuration({ days, exact }: Duration): string {
  const isNegative = days < 0 || exact < 0
  const left = Math.abs(Math.round(exact / SECOND))
  const hours = Math.floor(left / 3600)
  const minutes = Math.floor((left % 3600) / 60)
  const seconds = left % 60
  const time = `${part(hours, 'H')}${part(minutes, 'M')}${part(seconds, 'S')}`
  const text = `${part(Math.abs(days), 'D')}${time === '' ? '' : `T${time}`}`
  return `${isNegative ? '-' : ''}P${text === '' ? 'T0S' : text}`
}

/** Milliseconds, each day 24 hours. */
export function lengthOf({ days, exact }: Duration): number {
  return days * DAY + exact
}

function part(value: number, unit: string): string {
  return value === 0 ? '' : `${value}${unit}`
}
