/** What hangs on the start of a series, and follows it: exceptions, overrides, the end, the rule. */
import { type Component, properties, property, replacePart } from '../contentline/component.ts'
import { type ContentLine, changeLine } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import { untilAtWall } from './check-rule.ts'
import { UTC } from './iana.ts'
import type { CalendarObject } from './object.ts'
import { byDayText, parseRule, type Rule, withRulePart } from './rule.ts'
import { startsOn } from './rule-walk.ts'
import { lastOf, listOf } from './series.ts'
import {
  inFormOf,
  instantOf,
  parametersFor,
  readWhenValue,
  valueText,
  type When,
  wallInFormOf,
  withWall,
  type ZoneOf,
} from './time.ts'
import { basicDate, DAY, dayOf, daysInMonth, partsOf, weekdayOf } from './wall.ts'

/** A start that moves, and what its clock times become. */
export interface Move {
  readonly from: When
  readonly to: When
}

/** Whether a move changes nothing that hangs on the start. */
function isStill({ from, to }: Move): boolean {
  return isSameForm({ from, to }) && from.wall === to.wall
}

/**
 * The master with EXDATE, RDATE and UNTIL following its start. EXDATE moves with the occurrence
 * that it takes out; RDATE, which is a time of its own, changes only its form.
 * @throws CodedError BAD_INPUT where the rule cannot follow
 */
export function followStart(
  master: Component,
  move: Move,
  zoneOf: ZoneOf,
  keepsRule: boolean,
): Component {
  if (isStill(move)) return master
  const added = addedWalls(master, move, zoneOf)
  let changed = master
  for (const line of properties(master, 'EXDATE')) {
    changed = replacePart(changed, line, movedList(line, move, zoneOf, added))
  }
  if ((move.from.kind === 'date') !== (move.to.kind === 'date')) {
    for (const line of properties(master, 'RDATE')) {
      changed = replacePart(changed, line, movedList(line, move, zoneOf, new Set()))
    }
  }
  for (const line of properties(master, 'RRULE')) {
    const fitted = keepsRule ? fittedRule(line.value, move) : line.value
    const value = withMovedUntil(fitted, move)
    changed = replacePart(changed, line, changeLine(line, { value }))
  }
  return changed
}

/**
 * What becomes of the overrides of a series: they follow a move of its start, and go where its
 * rule is taken away.
 */
export function overridesAfter(
  { overrides, zoneOf }: CalendarObject,
  master: Component,
  move: Move | undefined,
  rule: string | undefined,
): Map<Component, Component | undefined> {
  if (rule === '') return new Map(overrides.map(each => [each, undefined]))
  if (move === undefined) return new Map()
  return new Map(overrides.map(each => [each, followOverride(each, master, move, zoneOf)]))
}

/** An override whose RECURRENCE-ID follows the start of its series. */
export function followOverride(
  override: Component,
  master: Component,
  move: Move,
  zoneOf: ZoneOf,
): Component {
  const line = property(override, 'RECURRENCE-ID')
  if (line === undefined || isStill(move)) return override
  return replacePart(
    override,
    line,
    movedList(line, move, zoneOf, addedWalls(master, move, zoneOf)),
  )
}

/** The clock times that RDATE adds, which do not move where the form stays. */
function addedWalls(master: Component, move: Move, zoneOf: ZoneOf): Set<number> {
  if (!isSameForm(move)) return new Set()
  const starts = properties(master, 'RDATE').map(line =>
    changeLine(line, { value: line.value.replace(/\/[^,]*/g, '') }),
  )
  return new Set(listOf(starts, zoneOf).map(when => wallInFormOf(move.from, when)))
}

function movedList(
  line: ContentLine,
  move: Move,
  zoneOf: ZoneOf,
  still: ReadonlySet<number>,
): ContentLine {
  const read = line.value.split(',').map(text => {
    const when = readWhenValue(line, text.split('/')[0] ?? '', zoneOf)
    if (when === undefined || still.has(wallInFormOf(move.from, when))) return { text, when }
    const moved = movedWhen(when, move)
    return { text: valueText(moved), when: moved }
  })
  const value = read.map(({ text }) => text).join(',')
  const forms = read.flatMap(({ when }) => when ?? [])
  const form = forms.find(({ kind }) => kind === 'zoned') ?? forms[0]
  if (form === undefined) return line
  return changeLine(line, { value, parameters: parametersFor(form, line.parameters) })
}

/** A time of the series, moved with its start; in its own form where the start keeps its own. */
function movedWhen(when: When, move: Move): When {
  const { from, to } = move
  const distance = to.wall - from.wall
  const isDay = when.kind === 'date' && from.kind !== 'date'
  const wall = isDay ? when.wall + (from.wall - dayOf(from.wall)) : wallInFormOf(from, when)
  if (isSameForm(move) && isDay) return { kind: 'date', wall: dayOf(wall + distance) }
  const moved = withWall(to, wall + distance)
  if (!isSameForm(move)) return moved
  // A clock of its own shows it still, as the one who wrote it wanted.
  if (when.kind === 'floating') return { ...when, wall: wall + distance }
  return inFormOf(when, instantOf(moved, UTC), UTC)
}

/** The rule with an UNTIL that lets the same occurrences be, in the form that the start asks for. */
function withMovedUntil(text: string, move: Move): string {
  const { from, to } = move
  const { rule } = parseRule(text)
  if (rule?.until === undefined) return text
  const last = lastOf(rule, from)
  const time = (wall: number) => wall - dayOf(wall)
  const includes = (wall: number, start: When) => time(wall) >= time(start.wall)
  const byDays = last + dayOf(to.wall) - dayOf(from.wall)
  // By days alone where that is enough: an end at midnight stays one.
  const isEnough = to.kind !== 'date' && includes(last, from) === includes(byDays, to)
  const wall = isEnough ? byDays : last + to.wall - from.wall
  if (rule.until.isDate && from.kind !== 'date' && isSameForm(move)) {
    return withRulePart(text, 'UNTIL', basicDate(wall))
  }
  return withRulePart(text, 'UNTIL', untilAtWall(to, wall))
}

/**
 * The rule on the new day: a weekly Monday becomes a weekly Tuesday with its start.
 * @throws CodedError BAD_INPUT where there is more than one way to read the wish
 */
function fittedRule(text: string, { from, to }: Move): string {
  const { rule } = parseRule(text)
  const isDate = to.kind === 'date'
  if (rule === undefined || !startsOn(rule, from.wall, from.kind === 'date')) return text
  const timeless = isDate
    ? ['BYHOUR', 'BYMINUTE', 'BYSECOND'].reduce(
        (parts, name) => withRulePart(parts, name, undefined),
        text,
      )
    : text
  const fits = (candidate: string) => {
    const { rule: read } = parseRule(candidate)
    return read !== undefined && startsOn(read, to.wall, isDate)
  }
  if (fits(timeless)) return timeless
  const fitted = fittedDays(timeless, rule, from, to)
  if (fits(fitted)) return fitted
  throw badInput(
    'start_datetime is no time of the recurrence_rule of the series',
    `The rule is ${text.slice(0, 200)}. Give recurrence_rule too, or move one occurrence.`,
  )
}

function fittedDays(text: string, rule: Rule, from: When, to: When): string {
  const old = partsOf(from.wall)
  const now = partsOf(to.wall)
  let fitted = text
  if (rule.byMonth.length === 1) fitted = withRulePart(fitted, 'BYMONTH', String(now.month))
  const [monthDay] = rule.byMonthDay
  if (rule.byMonthDay.length === 1 && monthDay === old.day) {
    fitted = withRulePart(fitted, 'BYMONTHDAY', String(now.day))
  }
  const [day] = rule.byDay
  if (day === undefined) return fitted
  const isOrdinal = rule.byDay.some(({ ordinal }) => ordinal !== 0)
  if (isOrdinal && rule.byDay.length > 1) return fitted
  if (isOrdinal) {
    const isMonthly = rule.frequency === 'MONTHLY' || rule.byMonth.length > 0
    if (!isMonthly) return fitted
    const fromEnd = Math.ceil((daysInMonth(now.year, now.month) - now.day + 1) / 7)
    const ordinal = day.ordinal < 0 ? -fromEnd : Math.ceil(now.day / 7)
    return withRulePart(fitted, 'BYDAY', byDayText({ weekday: weekdayOf(to.wall), ordinal }))
  }
  const days = Math.round((dayOf(to.wall) - dayOf(from.wall)) / DAY)
  const moved = rule.byDay.map(each => {
    const weekday = (((each.weekday + days) % 7) + 7) % 7
    return byDayText({ ...each, weekday })
  })
  return withRulePart(fitted, 'BYDAY', moved.join(','))
}

function isSameForm({ from, to }: Move): boolean {
  if (from.kind !== to.kind) return false
  return from.kind !== 'zoned' || to.kind !== 'zoned' || from.zone.tzid === to.zone.tzid
}
