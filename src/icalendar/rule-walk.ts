/** Walks along the times of a rule, from wherever one wants to begin (RFC 5545 3.3.10). */
import type { Frequency, Rule } from './rule.ts'
import { type Budget, daysOfMonth, daysOfWeek, daysOfYear, matches, weekOf } from './rule-days.ts'
import { DAY, dayOf, HOUR, MINUTE, partsOf, SECOND } from './wall.ts'
import type { Wall } from './zone.ts'

export interface Walk {
  /** DTSTART. It is the first time, whether the rule picks it or not. */
  readonly start: Wall
  /** Whether these are days, which have no hours. */
  readonly isDate: boolean
  /** Times before it may be left out. */
  readonly from: Wall
  /** Nothing after it; UNTIL is told here. */
  readonly last: Wall
  /** The walk ends where it is used up. */
  readonly budget: Budget
}

/** The times of a rule in their order, each once; COUNT counts them, UNTIL is left to `last`. */
export function* walkRule(given: Rule, walk: Walk): Generator<Wall, void, undefined> {
  const { start } = walk
  const step = evenStep(given)
  // Even steps need no counting: the last one is where it is.
  const isEven = step !== undefined && given.count !== undefined
  const rule = isEven ? { ...given, count: undefined } : given
  const last = isEven ? Math.min(walk.last, start + ((given.count ?? 1) - 1) * step) : walk.last
  let counted = 0
  const count = rule.count ?? Number.POSITIVE_INFINITY
  // What was counted must be walked; without COUNT the walk begins where it is wanted.
  const from = rule.count === undefined ? Math.max(walk.from, start) : start
  if (start > last) return
  if (from === start) {
    yield start
    counted++
  }
  for (const set of periods(rule, { ...walk, from, last })) {
    for (const wall of set) {
      if (counted >= count || wall > last) return
      if (wall <= start || wall < from) continue
      yield wall
      counted++
      walk.budget.left--
    }
    if (walk.budget.left <= 0) return
  }
}

/** The distance of the times of a rule that has nothing but a frequency of exact length. */
function evenStep(rule: Rule): number | undefined {
  const { frequency, interval } = rule
  const length = EXACT[frequency]
  const { bySecond, byMinute, byHour, byDay, byMonthDay, byYearDay } = rule
  const times: (readonly unknown[])[] = [bySecond, byMinute, byHour, rule.bySetPos]
  const days: (readonly unknown[])[] = [byDay, byMonthDay, byYearDay, rule.byWeekNo, rule.byMonth]
  const hasParts = [...times, ...days].some(list => list.length > 0)
  return length === undefined || hasParts ? undefined : length * interval
}

const EXACT: Readonly<Partial<Record<Frequency, number>>> = {
  SECONDLY: SECOND,
  MINUTELY: MINUTE,
  HOURLY: HOUR,
  DAILY: DAY,
  WEEKLY: 7 * DAY,
}

/** Whether a rule itself picks the time that it starts with. */
export function startsOn(rule: Rule, start: Wall, isDate: boolean): boolean {
  const walk = { start, isDate, from: start, last: start, budget: { left: 100_000 } }
  for (const set of periods({ ...rule, count: undefined }, walk)) {
    if (set.includes(start)) return true
  }
  return false
}

/** What the rule picks of each period: a year, a month... */
function periods(rule: Rule, walk: Walk): Generator<Wall[], void, undefined> {
  return LONG.has(rule.frequency) ? longPeriods(rule, walk) : shortPeriods(rule, walk)
}

const LONG = new Set<Frequency>(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'])

function* longPeriods(rule: Rule, walk: Walk): Generator<Wall[], void, undefined> {
  const { start, from, last, budget } = walk
  const times = timesOfDay(rule, walk)
  const { frequency, interval } = rule
  const first = partsOf(start)
  const target = partsOf(from)
  /** How many whole periods lie before the wanted begin; one less, to be on the safe side. */
  const skipped = (distance: number) => Math.max(0, Math.floor(distance / interval) - 1)
  const days = (index: number): [begin: Wall, days: Wall[]] => {
    if (frequency === 'YEARLY') {
      const year = first.year + index * interval
      return [Date.UTC(year, 0, 1), daysOfYear(rule, year, start, budget)]
    }
    if (frequency === 'MONTHLY') {
      const month = first.year * 12 + first.month - 1 + index * interval
      const [year, of] = [Math.floor(month / 12), (month % 12) + 1]
      return [Date.UTC(year, of - 1, 1), daysOfMonth(rule, year, of, start, budget)]
    }
    if (frequency === 'WEEKLY') {
      const week = weekOf(dayOf(start), rule.weekStart) + index * interval * 7 * DAY
      return [week, daysOfWeek(rule, week, start, budget)]
    }
    const day = dayOf(start) + index * interval * DAY
    return [day, matches(rule, day) ? [day] : []]
  }
  let index = skipped(
    {
      YEARLY: target.year - first.year,
      MONTHLY: (target.year - first.year) * 12 + target.month - first.month,
      WEEKLY: Math.floor((from - start) / (7 * DAY)),
    }[frequency as string] ?? Math.floor((from - start) / DAY),
  )
  for (; ; index++) {
    const [begin, picked] = days(index)
    // Before the times are made: there can be 86,400 of them a day.
    budget.left -= 1 + (times.length > 1 ? picked.length * times.length : 0)
    // The negated form ends on years beyond what dates can say, too.
    if (!(begin <= last) || budget.left <= 0) return
    yield positions(
      rule,
      picked.flatMap(day => times.map(time => day + time)),
    )
  }
}

function* shortPeriods(rule: Rule, walk: Walk): Generator<Wall[], void, undefined> {
  const { start, from, last, budget } = walk
  const unit = { HOURLY: HOUR, MINUTELY: MINUTE }[rule.frequency as string] ?? SECOND
  const step = unit * rule.interval
  const base = Math.floor(start / unit) * unit
  const first = partsOf(start)
  let index = Math.max(0, Math.floor((from - base) / step))
  /** The first period that begins at a time or later. */
  const reaching = (wall: Wall) => Math.max(index + 1, Math.ceil((wall - base) / step))
  for (;;) {
    const begin = base + index * step
    budget.left--
    if (!(begin <= last) || budget.left <= 0) return
    const { hour, minute, second } = partsOf(begin)
    if (!matches(rule, dayOf(begin))) {
      index = reaching(dayOf(begin) + DAY)
    } else if (excludes(rule.byHour, hour)) {
      index = reaching(Math.floor(begin / HOUR) * HOUR + HOUR)
    } else if (unit < HOUR && excludes(rule.byMinute, minute)) {
      index = reaching(Math.floor(begin / MINUTE) * MINUTE + MINUTE)
    } else {
      index++
      if (unit === SECOND && excludes(rule.bySecond, second)) continue
      const minutes = unit === HOUR ? orElse(rule.byMinute, first.minute) : [0]
      const seconds = unit === SECOND ? [0] : orElse(rule.bySecond, first.second)
      budget.left -= minutes.length * seconds.length
      const offsets = minutes.flatMap(m => seconds.map(s => m * MINUTE + Math.min(s, 59) * SECOND))
      yield positions(rule, ascending(offsets.map(offset => begin + offset)))
    }
  }
}

/** Milliseconds of the day at which the times of a rule are. */
function timesOfDay(rule: Rule, { start, isDate }: Walk): number[] {
  if (isDate) return [0]
  const { hour, minute, second } = partsOf(start)
  return ascending(
    orElse(rule.byHour, hour).flatMap(h =>
      orElse(rule.byMinute, minute).flatMap(m =>
        orElse(rule.bySecond, second).map(s => h * HOUR + m * MINUTE + Math.min(s, 59) * SECOND),
      ),
    ),
  )
}

/** BYSETPOS */
function positions({ bySetPos }: Rule, set: Wall[]): Wall[] {
  if (bySetPos.length === 0) return set
  const picked = bySetPos.map(position => set.at(position < 0 ? position : position - 1))
  return ascending(picked.filter(wall => wall !== undefined))
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((one, other) => one - other)
}

function orElse(list: readonly number[], value: number): readonly number[] {
  return list.length > 0 ? list : [value]
}

function excludes(list: readonly number[], value: number): boolean {
  return list.length > 0 && !list.includes(value)
}
