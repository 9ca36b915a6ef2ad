import { day, type Moment, parseMoment } from './dates.ts'

/** A recurrence rule (RFC 5545 3.3.10) of the parts that are common. */
interface Rule {
  frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  count: number | undefined
  /** Wall time of the last possible occurrence, or its instant where it is given in UTC. */
  until: Moment | undefined
  byDay: { weekday: number; ordinal: number | undefined }[]
  byMonthDay: number[]
  byMonth: number[]
  bySetPosition: number[]
  weekStart: number
}

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const known = new Set([
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'BYDAY',
  'BYMONTHDAY',
  'BYMONTH',
  'BYSETPOS',
  'WKST',
])
/** Periods without any occurrence after which a rule is taken to have come to its end. */
const barrenLimit = 1000

/** Reads a rule; `undefined` when it has parts that are not understood here. */
export function parseRule(text: string): Rule | undefined {
  const parts = new Map(
    text.split(';').map(part => {
      const [name = '', value = ''] = part.split('=')
      return [name.toUpperCase(), value.toUpperCase()]
    }),
  )
  const frequency = parts.get('FREQ')
  if ([...parts.keys()].some(name => !known.has(name))) return undefined
  if (
    frequency !== 'DAILY' &&
    frequency !== 'WEEKLY' &&
    frequency !== 'MONTHLY' &&
    frequency !== 'YEARLY'
  ) {
    return undefined
  }
  const numbers = (name: string) => (parts.get(name)?.split(',') ?? []).map(Number)
  const until = parts.get('UNTIL')
  const count = parts.get('COUNT')
  const byDay = (parts.get('BYDAY')?.split(',') ?? []).map(part => ({
    weekday: weekdays.indexOf(part.slice(-2)),
    ordinal: part.length > 2 ? Number(part.slice(0, -2)) : undefined,
  }))
  const rule: Rule = {
    frequency,
    interval: Number(parts.get('INTERVAL') ?? 1),
    count: count === undefined ? undefined : Number(count),
    until: until === undefined ? undefined : parseMoment(until),
    byDay,
    byMonthDay: numbers('BYMONTHDAY'),
    byMonth: numbers('BYMONTH'),
    bySetPosition: numbers('BYSETPOS'),
    weekStart: Math.max(0, weekdays.indexOf(parts.get('WKST') ?? 'MO')),
  }
  const all = [rule.interval, rule.count ?? 1, ...rule.byMonthDay, ...rule.byMonth]
  const sound =
    [...all, ...rule.bySetPosition, ...byDay.map(({ ordinal }) => ordinal ?? 1)].every(
      value => Number.isInteger(value) && value !== 0,
    ) && byDay.every(({ weekday }) => weekday >= 0)
  return sound && rule.interval > 0 ? rule : undefined
}

/** Whether a rule never ends. */
export function isInfinite(rule: Rule): boolean {
  return rule.count === undefined && rule.until === undefined
}

/**
 * The wall times of a rule, in order; the start is always the first, whether it fits the rule or
 * not, as in sabre/vobject. May go on for ever.
 */
export function* wallTimes(
  rule: Rule,
  start: Moment,
  instant: (wall: number) => number,
): Generator<number> {
  const { until } = rule
  let left = rule.count ?? Number.POSITIVE_INFINITY
  const isPast = (wall: number) =>
    until !== undefined && (until.allDay ? wall >= until.wall + day : instant(wall) > until.wall)
  yield start.wall
  left--
  const time = start.wall % day
  let barren = 0
  for (let period = 0; left > 0 && barren < barrenLimit; period++) {
    const days = select(rule, daysOf(rule, start.wall - time, period))
    barren++
    for (const date of days) {
      const wall = date + time
      if (wall <= start.wall) continue
      if (left <= 0 || isPast(wall)) return
      barren = 0
      left--
      yield wall
    }
    if (days.length === 0 && isPast(periodStart(rule, start.wall - time, period))) return
  }
}

function select({ bySetPosition }: Rule, days: number[]): number[] {
  if (bySetPosition.length === 0) return days
  const chosen = bySetPosition.flatMap(
    position => days.at(position > 0 ? position - 1 : position) ?? [],
  )
  return chosen.toSorted((a, b) => a - b)
}

function periodStart(rule: Rule, first: number, period: number): number {
  const step = period * rule.interval
  const date = new Date(first)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  switch (rule.frequency) {
    case 'DAILY':
      return first + step * day
    case 'WEEKLY': {
      const back = (date.getUTCDay() - rule.weekStart + 7) % 7
      return first + (step * 7 - back) * day
    }
    case 'MONTHLY':
      return Date.UTC(year, month + step, 1)
    case 'YEARLY':
      return Date.UTC(year + step, 0, 1)
  }
}

/** The days of one period that fit, in order. */
function daysOf(rule: Rule, first: number, period: number): number[] {
  const begin = periodStart(rule, first, period)
  const start = new Date(first)
  const inMonth = (at: number) =>
    rule.byMonth.length === 0 || rule.byMonth.includes(new Date(at).getUTCMonth() + 1)
  switch (rule.frequency) {
    case 'DAILY':
      return [begin].filter(at => inMonth(at) && fitsDay(rule, at) && fitsMonthDay(rule, at))
    case 'WEEKLY': {
      const week = Array.from({ length: 7 }, (_, index) => begin + index * day)
      const wanted = rule.byDay.length > 0 ? fitsDay : onWeekdayOf(start)
      return week.filter(at => wanted(rule, at) && inMonth(at))
    }
    case 'MONTHLY':
      return inMonth(begin) ? monthDays(rule, begin, start) : []
    case 'YEARLY':
      return yearDays(rule, new Date(begin).getUTCFullYear(), start)
  }
}

function yearDays(rule: Rule, year: number, start: Date): number[] {
  if (rule.byMonth.length === 0 && rule.byDay.length > 0 && rule.byMonthDay.length === 0) {
    // Ordinals count within the year, as no month is named.
    return ordinals(rule, daysBetween(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)))
  }
  const months = rule.byMonth.length > 0 ? rule.byMonth : [start.getUTCMonth() + 1]
  const all = rule.byMonthDay.length > 0 && rule.byMonth.length === 0
  const wanted = all ? Array.from({ length: 12 }, (_, index) => index + 1) : months
  return wanted
    .toSorted((a, b) => a - b)
    .flatMap(month => monthDays(rule, Date.UTC(year, month - 1, 1), start))
}

function monthDays(rule: Rule, month: number, start: Date): number[] {
  const date = new Date(month)
  const all = daysBetween(month, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1))
  if (rule.byDay.length > 0) return ordinals(rule, all).filter(at => fitsMonthDay(rule, at))
  if (rule.byMonthDay.length > 0) return all.filter(at => fitsMonthDay(rule, at))
  return all.filter(at => new Date(at).getUTCDate() === start.getUTCDate())
}

/** The days with the wanted weekdays; `2TU` is the second Tuesday among them, `-1FR` the last. */
function ordinals(rule: Rule, days: number[]): number[] {
  const chosen = rule.byDay.flatMap(({ weekday, ordinal }) => {
    const fitting = days.filter(at => new Date(at).getUTCDay() === weekday)
    if (ordinal === undefined) return fitting
    return fitting.at(ordinal > 0 ? ordinal - 1 : ordinal) ?? []
  })
  return [...new Set(chosen)].toSorted((a, b) => a - b)
}

function daysBetween(from: number, to: number): number[] {
  return Array.from({ length: Math.round((to - from) / day) }, (_, index) => from + index * day)
}

function fitsDay({ byDay }: Rule, at: number): boolean {
  return byDay.length === 0 || byDay.some(({ weekday }) => weekday === new Date(at).getUTCDay())
}

function fitsMonthDay({ byMonthDay }: Rule, at: number): boolean {
  if (byMonthDay.length === 0) return true
  const date = new Date(at)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return byMonthDay.some(wanted => (wanted > 0 ? wanted : last + 1 + wanted) === date.getUTCDate())
}

function onWeekdayOf(start: Date): (rule: Rule, at: number) => boolean {
  return (_, at) => new Date(at).getUTCDay() === start.getUTCDay()
}
