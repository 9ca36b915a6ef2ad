/** RRULE after a change (RFC 5545 3.8.5.3). */
import {
  type Component,
  properties,
  removeProperties,
  replacePart,
} from '../contentline/component.ts'
import { changeLine } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import { checkedRule, withEnd } from './check-rule.ts'
import { setValue } from './edit.ts'
import type { CalendarObject } from './object.ts'
import { startOf } from './series.ts'
import type { Zone } from './zone.ts'

export interface RecurrenceWishes {
  /** RRULE value; an empty text ends the recurrence. */
  readonly recurrence_rule?: string | undefined
  /** UNTIL; an empty text takes the end away. */
  readonly recurrence_end_date?: string | undefined
}

/**
 * The component with another rule, or another end of it; an empty rule takes the recurrence away.
 * `startField` is what an error names where there is no start.
 * @throws CodedError BAD_INPUT that names the field
 */
export function withRecurrence(
  { zoneOf }: CalendarObject,
  component: Component,
  changes: RecurrenceWishes,
  zone: Zone,
  startField: string,
): Component {
  const { recurrence_rule: rule, recurrence_end_date: end } = changes
  if (rule === undefined && end === undefined) return component
  const start = startOf(component, zoneOf)
  const [line, ...others] = properties(component, 'RRULE')
  if (rule === '') {
    const names = ['RRULE', 'RDATE', 'EXDATE', 'EXRULE']
    return names.reduce((each, name) => removeProperties(each, name), component)
  }
  if (start === undefined) throw badInput(`${startField} is missing: recurrence_rule needs it`)
  if (rule === undefined) {
    if (end === '' && line === undefined) return component
    if (line === undefined) throw badInput('recurrence_rule is missing: what shall end?')
    const value = withEnd(line.value, end ?? '', start, zone)
    return replacePart(component, line, changeLine(line, { value }))
  }
  const value = checkedRule(rule, start, zone, end || undefined)
  if (line === undefined) return setValue(component, 'RRULE', value)
  const changed = replacePart(component, line, changeLine(line, { value }))
  return others.reduce((each, other) => replacePart(each, other, undefined), changed)
}
