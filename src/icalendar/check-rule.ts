/** Rules that people give: refused where they are wrong, written in the form their start asks for. */
import { badInput } from '../nextcloud/errors.ts'
import { parseRule, type Rule, withRulePart } from './rule.ts'
import { startsOn, walkRule } from './rule-walk.ts'
import { lastOf } from './series.ts'
import { instantOf, valueText, type When } from './time.ts'
import { readUserTime, userTimeIn } from './user-time.ts'
import { basicDate, basicTime, DAY, dayOf } from './wall.ts'
import { type Wall, wallAt, type Zone } from './zone.ts'

/** As many as Nextcloud itself follows before it gives a rule up. */
const MOST = 3500
const YEAR = 366 * DAY
/** 29 February, over a century that has none. */
const RAREST = 12 * YEAR

/**
 * The rule as it is to be written for an event that starts so.
 * @throws CodedError BAD_INPUT that names `recurrence_rule` or `recurrence_end_date`
 */
export function checkedRule(
  text: string,
  start: When,
  zone: Zone,
  endDate: string | undefined,
): string {
  const field = 'recurrence_rule'
  // Blanks mean nothing in a rule; a line break would be the end of it, and begin another property.
  const given = text.replace(/\s/g, '').replace(/^RRULE:/i, '')
  const { rule, problems } = parseRule(given)
  const [problem = /[^\x21-\x7E]/.test(given) ? 'has characters that no rule has' : undefined] =
    problems
  if (rule === undefined || problem !== undefined) {
    throw badInput(`${field} ${problem ?? 'is broken'}`, 'Example: FREQ=WEEKLY;BYDAY=MO,WE.')
  }
  if (rule.count !== undefined && endDate !== undefined) {
    throw badInput(`recurrence_end_date: ${field} has COUNT already`, 'Give one of them.')
  }
  const isTimed = ['SECONDLY', 'MINUTELY', 'HOURLY'].includes(rule.frequency)
  const hasTimes = [rule.byHour, rule.byMinute, rule.bySecond].some(list => list.length > 0)
  if (start.kind === 'date' && (isTimed || hasTimes)) {
    throw badInput(`${field} has times of day, and the event is all-day`)
  }
  const bounded = endDate === undefined ? withForm(given, rule, start, zone) : given
  const ended = endDate === undefined ? bounded : withEnd(bounded, endDate, start, zone)
  const final = parseRule(ended).rule ?? rule
  refuseEndless(final, start, endDate === undefined ? field : 'recurrence_end_date')
  return ended
}

/**
 * The rule with another end; an empty text takes it away, and COUNT goes either way.
 * @throws CodedError BAD_INPUT that names `recurrence_end_date`
 */
export function withEnd(rule: string, endDate: string, start: When, zone: Zone): string {
  const endless = withRulePart(rule, 'COUNT', undefined)
  if (endDate === '') return withRulePart(endless, 'UNTIL', undefined)
  const field = 'recurrence_end_date'
  const startZone = start.kind === 'zoned' ? start.zone : zone
  const time = readUserTime(endDate, field)
  const when =
    time.kind === 'date'
      ? untilDay(time.wall, start, zone)
      : untilText(start, instantOf(userTimeIn(time, startZone), startZone), zone)
  const until = withRulePart(endless, 'UNTIL', when)
  const { rule: read } = parseRule(until)
  if (read !== undefined && lastOf(read, start) < start.wall) {
    throw badInput(`${field} is before the start`)
  }
  return until
}

/** UNTIL as DATE for days, in UTC for zones, floating for floating (RFC 5545 3.3.10). */
export function untilText(start: When, instant: number, zone: Zone): string {
  if (start.kind === 'date') return basicDate(wallAt(zone, instant))
  if (start.kind === 'floating') return basicTime(wallAt(zone, instant))
  return `${basicTime(instant)}Z`
}

/** UNTIL for a clock time of the start's own clock. */
export function untilAtWall(start: When, wall: Wall): string {
  if (start.kind === 'date') return basicDate(wall)
  if (start.kind === 'floating') return basicTime(wall)
  const when: When = { ...start, wall }
  return `${basicTime(start.kind === 'zoned' ? instantOf(when, start.zone) : wall)}Z`
}

/** UNTIL for a whole day, inclusive. */
function untilDay(day: Wall, start: When, zone: Zone): string {
  if (start.kind !== 'utc')
    return untilAtWall(start, start.kind === 'date' ? day : day + DAY - 1000)
  // The day of the person, not the one of UTC.
  return untilText(start, instantOf({ kind: 'floating', wall: day + DAY - 1000 }, zone), zone)
}

/** The rule with its own UNTIL in the form that the start asks for. */
function withForm(text: string, rule: Rule, start: When, zone: Zone): string {
  const { until } = rule
  if (until === undefined) return text
  const isRight = until.isDate === (start.kind === 'date')
  if (isRight && until.isUtc === (start.kind === 'zoned' || start.kind === 'utc')) return text
  const value = until.isDate
    ? untilDay(until.wall, start, zone)
    : until.isUtc
      ? untilText(start, until.wall, zone)
      : untilAtWall(start, start.kind === 'date' ? dayOf(until.wall) : until.wall)
  return withRulePart(text, 'UNTIL', value)
}

function refuseEndless(rule: Rule, start: When, field: string): void {
  const last = lastOf(rule, start)
  if (last < start.wall) {
    throw badInput(`${field} ends before the start, ${valueText(start)}`)
  }
  const isBounded = rule.count !== undefined || Number.isFinite(last)
  const tooMany = () =>
    badInput(
      `${field} makes more than ${MOST} occurrences${isBounded ? '' : ' a year'}`,
      'End it earlier, or let it happen less often.',
    )
  if ((rule.count ?? 0) > MOST) throw tooMany()
  const budget = { left: 300_000 }
  const isDate = start.kind === 'date'
  const reach = isBounded ? last : start.wall + YEAR
  // Far enough for the rarest one where the question is whether it happens at all.
  const until = Math.min(Math.max(reach, start.wall + RAREST), last)
  const walk = { start: start.wall, isDate, from: start.wall, last: until, budget }
  let happened = startsOn(rule, start.wall, isDate) ? 1 : 0
  let total = 0
  for (const wall of walkRule(rule, walk)) {
    if (wall !== start.wall) happened++
    if (wall > reach && happened > 0) break
    if (++total > MOST) throw tooMany()
  }
  if (happened === 0) throw badInput(`${field} never happens`)
}
