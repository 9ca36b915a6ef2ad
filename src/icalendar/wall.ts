/** Clock times as numbers: what a wall clock shows, as if it showed UTC. */
import type { Wall } from './zone.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** What the numbers of a clock and a calendar say; months from 1. */
export interface WallParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
}

/** The clock time of a date; days beyond the month run over into the next. */
export function wallOf({ year, month, day, hour = 0, minute = 0, second = 0 }: WallParts): Wall {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  if (year < 0 || year > 99) return wall
  return new Date(wall).setUTCFullYear(year)
}

/** The clock time of a date that exists, else undefined. */
export function checkedWallOf(parts: WallParts): Wall | undefined {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = parts
  const isInRange =
    month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 60
  if (!isInRange || day > daysInMonth(year, month)) return undefined
  // A leap second is no time that a clock here can show.
  return wallOf({ ...parts, second: Math.min(second, 59) })
}

export function partsOf(wall: Wall): Required<WallParts> {
  const date = new Date(wall)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/** The midnight that begins the day. */
export function dayOf(wall: Wall): Wall {
  return Math.floor(wall / DAY) * DAY
}

/** 0 is Sunday. */
export function weekdayOf(wall: Wall): number {
  return (((Math.floor(wall / DAY) + 4) % 7) + 7) % 7
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** A DATE or DATE-TIME as iCalendar writes it. */
export interface BasicTime {
  readonly wall: Wall
  readonly isDate: boolean
  readonly isUtc: boolean
}

const BASIC = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?$/i

/** Reads `20260101`, `20260101T100000`, `20260101T100000Z`; seconds may be missing. */
export function parseBasic(text: string): BasicTime | undefined {
  const match = BASIC.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, zulu] = match
  const wall = checkedWallOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
  })
  if (wall === undefined) return undefined
  return { wall, isDate: hour === undefined, isUtc: zulu !== undefined }
}

/** `20260101` */
export function basicDate(wall: Wall): string {
  return isoDate(wall).replaceAll('-', '')
}

/** `20260101T100000` */
export function basicTime(wall: Wall): string {
  return `${basicDate(wall)}T${isoTime(wall).replaceAll(':', '')}`
}

/** `2026-01-01` */
export function isoDate(wall: Wall): string {
  const { year, month, day } = partsOf(wall)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** `10:00:00` */
export function isoTime(wall: Wall): string {
  const { hour, minute, second } = partsOf(wall)
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
