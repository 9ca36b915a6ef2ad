/** The days that a rule picks out of a year, a month, a week or a day (RFC 5545 3.3.10). */
import type { Rule } from './rule.ts'
import { DAY, daysInMonth, isLeapYear, partsOf, wallOf, weekdayOf } from './wall.ts'
import type { Wall } from './zone.ts'

/** Counts down what a rule may cost, so that a hostile one ends. */
export interface Budget {
  left: number
}

/** The days of a year, by date. */
export function daysOfYear(rule: Rule, year: number, start: Wall, budget: Budget): Wall[] {
  const { byMonth, byMonthDay, byDay, byYearDay, byWeekNo } = rule
  const isPlain = byDay.length === 0 && byYearDay.length === 0 && byWeekNo.length === 0
  const from = partsOf(start)
  if (isPlain) {
    const months = byMonth.length > 0 ? byMonth : byMonthDay.length > 0 ? ALL_MONTHS : [from.month]
    const days = byMonthDay.length > 0 ? byMonthDay : [from.day]
    budget.left -= months.length * days.length
    return unique(months.flatMap(month => monthDays(year, month, days)))
  }
  const onlyWeeks = byDay.length === 0 && byYearDay.length === 0 && byMonthDay.length === 0
  const all =
    byMonth.length > 0
      ? [...new Set(byMonth)]
          .toSorted((one, other) => one - other)
          .flatMap(month => span(wallOf({ year, month, day: 1 }), daysInMonth(year, month)))
      : span(wallOf({ year, month: 1, day: 1 }), isLeapYear(year) ? 366 : 365)
  budget.left -= all.length
  return all.filter(
    day => matches(rule, day) && (!onlyWeeks || weekdayOf(day) === weekdayOf(start)),
  )
}

/** The days of a month, by date. */
export function daysOfMonth(
  rule: Rule,
  year: number,
  month: number,
  start: Wall,
  budget: Budget,
): Wall[] {
  budget.left -= 1
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month)) return []
  if (rule.byDay.length === 0 && rule.byYearDay.length === 0) {
    const days = rule.byMonthDay.length > 0 ? rule.byMonthDay : [partsOf(start).day]
    budget.left -= days.length
    return unique(monthDays(year, month, days))
  }
  const all = span(wallOf({ year, month, day: 1 }), daysInMonth(year, month))
  budget.left -= all.length
  return all.filter(day => matches(rule, day))
}

/** The days of the week that begins so, by date. */
export function daysOfWeek(rule: Rule, first: Wall, start: Wall, budget: Budget): Wall[] {
  budget.left -= 7
  return span(first, 7).filter(
    day => matches(rule, day) && (rule.byDay.length > 0 || weekdayOf(day) === weekdayOf(start)),
  )
}

/** The midnight of the first day of a week. */
export function weekOf(day: Wall, weekStart: number): Wall {
  return day - ((weekdayOf(day) - weekStart + 7) % 7) * DAY
}

/** Whether no part of a rule speaks against a day (BYMONTH, -WEEKNO, -YEARDAY, -MONTHDAY, -DAY). */
export function matches(rule: Rule, wall: Wall): boolean {
  const { year, month, day } = partsOf(wall)
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month)) return false
  const length = daysInMonth(year, month)
  if (rule.byMonthDay.length > 0) {
    if (!rule.byMonthDay.includes(day) && !rule.byMonthDay.includes(day - length - 1)) return false
  }
  if (rule.byYearDay.length === 0 && rule.byWeekNo.length === 0 && rule.byDay.length === 0) {
    return true
  }
  const dayOfYear = Math.round((wall - wallOf({ year, month: 1, day: 1 })) / DAY) + 1
  const daysInYear = isLeapYear(year) ? 366 : 365
  if (rule.byYearDay.length > 0) {
    const fromEnd = dayOfYear - daysInYear - 1
    if (!rule.byYearDay.includes(dayOfYear) && !rule.byYearDay.includes(fromEnd)) return false
  }
  if (rule.byWeekNo.length > 0 && !matchesWeek(rule, wall, year)) return false
  if (rule.byDay.length === 0) return true
  const weekday = weekdayOf(wall)
  // Ordinals count within the month where the rule speaks of months, else within the year.
  const isMonthly =
    rule.frequency === 'MONTHLY' || (rule.frequency === 'YEARLY' && rule.byMonth.length > 0)
  const [nth, total] = isMonthly ? [day, length] : [dayOfYear, daysInYear]
  const hasOrdinals = rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY'
  return rule.byDay.some(each => {
    if (each.weekday !== weekday) return false
    if (each.ordinal === 0 || !hasOrdinals) return true
    if (each.ordinal > 0) return Math.ceil(nth / 7) === each.ordinal
    return Math.ceil((total - nth + 1) / 7) === -each.ordinal
  })
}

/** Weeks have four days in the year they count for; the first days may be the year's before. */
function matchesWeek({ byWeekNo, weekStart }: Rule, wall: Wall, year: number): boolean {
  const first = firstWeek(year, weekStart)
  const next = firstWeek(year + 1, weekStart)
  const of = wall < first ? year - 1 : wall >= next ? year + 1 : year
  const begin = firstWeek(of, weekStart)
  const week = Math.floor((wall - begin) / (7 * DAY)) + 1
  const weeks = Math.round((firstWeek(of + 1, weekStart) - begin) / (7 * DAY))
  return byWeekNo.includes(week) || byWeekNo.includes(week - weeks - 1)
}

function firstWeek(year: number, weekStart: number): Wall {
  return weekOf(wallOf({ year, month: 1, day: 4 }), weekStart)
}

const ALL_MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

function monthDays(year: number, month: number, days: readonly number[]): Wall[] {
  const length = daysInMonth(year, month)
  return days
    .map(day => (day < 0 ? length + 1 + day : day))
    .filter(day => day >= 1 && day <= length)
    .map(day => wallOf({ year, month, day }))
}

function span(first: Wall, days: number): Wall[] {
  return Array.from({ length: days }, (_, index) => first + index * DAY)
}

function unique(days: readonly Wall[]): Wall[] {
  return [...new Set(days)].toSorted((one, other) => one - other)
}
