/** One occurrence, or this and all that follow, made into something that can be changed alone. */
import {
  addProperty,
  type Component,
  lineEndIn,
  properties,
  property,
  removeProperties,
  replacePart,
} from '../contentline/component.ts'
import { type ContentLine, changeLine, makeLine, withParameter } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import { untilAtWall } from './check-rule.ts'
import { changeValues, type EditContext, setValue, setWhen, stamp, withComponents } from './edit.ts'
import { followOverride, followStart } from './edit-series.ts'
import type { Occurrence } from './expansion.ts'
import { UTC } from './iana.ts'
import type { CalendarObject } from './object.ts'
import { parseRule, type Rule, withRulePart } from './rule.ts'
import { walkRule } from './rule-walk.ts'
import { endFor, isRecurring, lastOf, lengthOfComponent, type Series, seriesOf } from './series.ts'
import {
  parametersFor,
  readWhen,
  readWhenValue,
  valueText,
  type When,
  wallInFormOf,
} from './time.ts'
import { DAY, dayOf, SECOND } from './wall.ts'

/** A new override for an occurrence: what holds for it, without what makes a series. */
export function overrideFor(occurrence: Occurrence, { zoneOf }: CalendarObject): Component {
  const { component, recurrenceId, start, end } = occurrence
  if (recurrenceId === undefined) throw badInput('recurrence_id: the event does not recur')
  let made = ['RRULE', 'RDATE', 'EXDATE', 'EXRULE', 'RECURRENCE-ID'].reduce(
    (each, name) => removeProperties(each, name),
    component,
  )
  const begin = property(made, 'DTSTART')
  if (begin !== undefined) made = setWhen(made, 'DTSTART', start, zoneOf)
  const endName = component.name === 'VTODO' ? 'DUE' : 'DTEND'
  if (property(made, endName) !== undefined) made = setWhen(made, endName, end, zoneOf)
  return addProperty(made, recurrenceIdLine(recurrenceId, lineEndIn(component)))
}

/** The own override of an occurrence; undefined where it has none. */
export function ownOverride(occurrence: Occurrence): Component | undefined {
  const line = property(occurrence.component, 'RECURRENCE-ID')
  if (!occurrence.isOverride || line === undefined) return undefined
  const isRange = line.parameters.some(each => each.name === 'RANGE')
  return isRange ? undefined : occurrence.component
}

/** A series cut in two before an occurrence. */
export interface Split {
  /** Ends before the occurrence; undefined where the occurrence is the first. */
  readonly before: CalendarObject | undefined
  /** Begins with it: a new UID, the rest of COUNT, exceptions and overrides from then on. */
  readonly after: CalendarObject
}

/** Ends a series before an occurrence: UNTIL, and nothing of EXDATE, RDATE, overrides after it. */
export function endedBefore(object: CalendarObject, occurrence: Occurrence): CalendarObject {
  const { master, zoneOf } = object
  const id = occurrence.recurrenceId
  if (master === undefined || id === undefined) throw notRecurring()
  const cut = cutWall(object, id)
  let ended = filtered(master, ['EXDATE', 'RDATE'], object, wall => wall < cut)
  for (const line of properties(ended, 'RRULE')) {
    // A second before, in the form that the start asks for, as calendar apps do.
    const end = id.kind === 'date' ? id.wall - DAY : id.wall - SECOND
    const until = untilAtWall(id, end)
    const value = withRulePart(withRulePart(line.value, 'COUNT', undefined), 'UNTIL', until)
    if (!isOverBefore(line.value, object, cut))
      ended = replacePart(ended, line, changeLine(line, { value }))
  }
  const gone = object.overrides.filter(each => idWall(each, object, zoneOf) >= cut)
  return withComponents(object, new Map([[master, ended], ...gone.map(removed)]))
}

/** Splits a series before an occurrence, as Nextcloud's calendar does: two objects, SIBLINGs. */
export function split(
  object: CalendarObject,
  occurrence: Occurrence,
  uid: string,
  context: EditContext,
): Split {
  const { master, zoneOf } = object
  const id = occurrence.recurrenceId
  if (master === undefined || id === undefined || !isRecurring(master)) throw notRecurring()
  const series = seriesOf(master, zoneOf)
  const cut = cutWall(object, id)
  if (series !== undefined && cut <= series.start.wall) return { before: undefined, after: object }
  const lineEnd = lineEndIn(master)
  const sibling = (other: string) =>
    makeLine('RELATED-TO', other, {
      parameters: [{ name: 'RELTYPE', values: ['SIBLING'] }],
      lineEnd,
    })
  const ended = endedBefore(object, occurrence)
  const old = ended.master ?? master
  const before = withComponents(ended, new Map([[old, addProperty(old, sibling(uid))]]))
  // What holds from then on is a range's, where one reaches over the occurrence.
  const source = ownOverride(occurrence) === undefined ? occurrence.component : master
  let begun = withStart(object, master, source, occurrence, id)
  begun = filtered(begun, ['EXDATE', 'RDATE'], object, wall => wall >= cut)
  for (const line of properties(begun, 'RRULE')) {
    const rest = isOverBefore(line.value, object, cut)
      ? undefined
      : withRestOfCount(line, object, cut)
    begun = replacePart(begun, line, rest)
  }
  const time = stamp(context.now)
  begun = setValue(setValue(begun, 'UID', uid), 'SEQUENCE', '0')
  begun = setValue(setValue(begun, 'CREATED', time), 'DTSTAMP', time)
  begun = addProperty(setValue(begun, 'LAST-MODIFIED', time), sibling(object.uid ?? ''))
  for (const line of properties(begun, 'ATTENDEE')) {
    const parameters = withParameter(line.parameters, 'RSVP', 'TRUE')
    begun = replacePart(begun, line, changeLine(line, { parameters }))
  }
  // A range that became the series has moved it, and everything that hangs on its start.
  const move = { from: id, to: source === master ? id : occurrence.start }
  begun = followStart(begun, move, zoneOf, true)
  const overrides = object.overrides.map((each): [Component, Component | undefined] => {
    if (each === source || idWall(each, object, zoneOf) < cut) return [each, undefined]
    return [each, setValue(followOverride(each, master, move, zoneOf), 'UID', uid)]
  })
  const after = withComponents(object, new Map([[master, begun], ...overrides]))
  return { before, after: { ...after, uid } }
}

/** The series without an occurrence: no override, no RDATE, and an EXDATE. */
export function withoutOccurrence(object: CalendarObject, occurrence: Occurrence): CalendarObject {
  const { master, zoneOf } = object
  const id = occurrence.recurrenceId
  if (id === undefined) throw notRecurring()
  const wall = master ? cutWall(object, id) : id.wall
  const gone = object.overrides.filter(
    each => each === ownOverride(occurrence) || (master && idWall(each, object, zoneOf) === wall),
  )
  const isOwn = (each: Component) => ownOverride({ ...occurrence, component: each }) !== undefined
  const removals = new Map(gone.filter(isOwn).map(removed))
  if (master === undefined) return withComponents(object, removals)
  const left = filtered(master, ['RDATE'], object, each => each !== wall)
  return withComponents(object, new Map([[master, withExdate(left, id, object)], ...removals]))
}

/** EXDATE with a further value, in a line of the same form where there is one. */
function withExdate(master: Component, id: When, { zoneOf }: CalendarObject): Component {
  const alike = properties(master, 'EXDATE').find(line => {
    const when = readWhenValue(line, line.value.split(',')[0] ?? '', zoneOf)
    return when?.kind === id.kind && tzidOf(when) === tzidOf(id)
  })
  if (alike === undefined) {
    const parameters = parametersFor(id)
    const lineEnd = lineEndIn(master)
    return addProperty(master, makeLine('EXDATE', valueText(id), { parameters, lineEnd }))
  }
  const value = `${alike.value},${valueText(id)}`
  return replacePart(master, alike, changeLine(alike, { value }))
}

function withStart(
  { zoneOf }: CalendarObject,
  master: Component,
  source: Component,
  occurrence: Occurrence,
  id: When,
): Component {
  const isRange = source !== master
  let begun = source
  if (isRange) {
    begun = removeProperties(source, 'RECURRENCE-ID')
    for (const name of ['RRULE', 'RDATE', 'EXDATE']) {
      for (const line of properties(master, name)) begun = addProperty(begun, line)
    }
  }
  const start = isRange ? occurrence.start : id
  const moved = setWhen(begun, 'DTSTART', start, zoneOf)
  const endName = master.name === 'VTODO' ? 'DUE' : 'DTEND'
  if (property(source, endName) === undefined) return moved
  const first = seriesOf(master, zoneOf)?.start ?? id
  const length = lengthOfComponent(master, zoneOf)
  // An override of its own has its own end, and not that of the series.
  const end =
    ownOverride(occurrence) === undefined
      ? occurrence.end
      : endFor(id, first, length, UTC, master.name === 'VTODO')
  return setWhen(moved, endName, end, zoneOf)
}

/** A rule with its COUNT less the times before a clock time of the series. */
export function withRestOfCount(
  line: ContentLine,
  object: CalendarObject,
  cut: number,
): ContentLine {
  const { rule } = parseRule(line.value)
  const series = object.master && seriesOf(object.master, object.zoneOf)
  if (rule?.count === undefined || series === undefined) return line
  const left = Math.max(1, rule.count - timesBefore(rule, series, cut))
  return changeLine(line, { value: withRulePart(line.value, 'COUNT', String(left)) })
}

/** How many times of a rule are before a clock time, those that are taken out too. */
function timesBefore(rule: Rule, { start }: Series, cut: number): number {
  const budget = { left: 400_000 }
  const walk = { start: start.wall, isDate: start.kind === 'date', from: start.wall, budget }
  let passed = 0
  for (const wall of walkRule(rule, { ...walk, last: cut })) if (wall < cut) passed++
  return passed
}

/** Lists without the values that are not kept; a PERIOD counts by its begin. */
function filtered(
  master: Component,
  names: readonly string[],
  object: CalendarObject,
  keeps: (wall: number) => boolean,
): Component {
  const start = object.master && seriesOf(object.master, object.zoneOf)?.start
  if (start === undefined) return master
  let changed = master
  for (const line of names.flatMap(name => properties(master, name))) {
    const values = line.value.split(',')
    const kept = values.filter(value => {
      const when = readWhenValue(line, value.split('/')[0] ?? '', object.zoneOf)
      if (when === undefined) return true
      const isDay = when.kind === 'date' && start.kind !== 'date'
      return keeps(isDay ? when.wall + start.wall - dayOf(start.wall) : wallInFormOf(start, when))
    })
    if (kept.length < values.length) changed = replacePart(changed, line, changeValues(line, kept))
  }
  return changed
}

/** Whether a rule has ended before a clock time by itself. */
function isOverBefore(text: string, object: CalendarObject, cut: number): boolean {
  const { rule } = parseRule(text)
  const series = object.master && seriesOf(object.master, object.zoneOf)
  if (rule === undefined || series === undefined) return false
  const { count } = rule
  return (
    lastOf(rule, series.start) < cut ||
    (count !== undefined && timesBefore(rule, series, cut) >= count)
  )
}

function idWall(override: Component, object: CalendarObject, zoneOf: CalendarObject['zoneOf']) {
  const line = property(override, 'RECURRENCE-ID')
  const id = line && readWhen(line, zoneOf)
  return id === undefined ? Number.NEGATIVE_INFINITY : cutWall(object, id)
}

/** A recurrence id as a clock time of the series. */
function cutWall(object: CalendarObject, id: When): number {
  const start = object.master && seriesOf(object.master, object.zoneOf)?.start
  if (start === undefined) return id.wall
  if (id.kind === 'date' && start.kind !== 'date') return id.wall + start.wall - dayOf(start.wall)
  return wallInFormOf(start, id)
}

function recurrenceIdLine(id: When, lineEnd: string): ContentLine {
  return makeLine('RECURRENCE-ID', valueText(id), { parameters: parametersFor(id), lineEnd })
}

function tzidOf(when: When): string | undefined {
  return when.kind === 'zoned' ? when.zone.tzid : undefined
}

function removed(component: Component): [Component, undefined] {
  return [component, undefined]
}

function notRecurring(): Error {
  return badInput('recurrence_id: the event does not recur', 'Change it without a recurrence_id.')
}
