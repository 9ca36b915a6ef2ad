/** How far a todo is: STATUS, PERCENT-COMPLETE and COMPLETED, which say one thing together. */
import {
  type Component,
  property,
  removeProperties,
  replacePart,
} from '../contentline/component.ts'
import { changeLine, withParameter } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import { setValue, stamp } from './edit.ts'
import { numberOf } from './event.ts'
import { setNumber } from './fields.ts'
import { instantOf } from './time.ts'
import { statusOf } from './todo.ts'
import { readUserTime, userTimeIn } from './user-time.ts'
import type { Zone } from './zone.ts'

export const TODO_STATUSES = ['NEEDS-ACTION', 'IN-PROCESS', 'COMPLETED', 'CANCELLED']

export interface Progress {
  readonly status?: string | undefined
  readonly percent_complete?: number | undefined
  /** ISO; empty: not completed. */
  readonly completed?: string | undefined
}

/** The status that a wish leads to; undefined where nothing is wished. @throws BAD_INPUT */
export function wishedStatus(progress: Progress, component: Component): string | undefined {
  const { percent_complete: percent, completed } = progress
  const status = progress.status?.trim().toUpperCase() || undefined
  if (status !== undefined && !TODO_STATUSES.includes(status)) {
    throw badInput(`status is one of ${TODO_STATUSES.join(', ')}`)
  }
  if (percent !== undefined && !(Number.isInteger(percent) && percent >= 0 && percent <= 100)) {
    throw badInput('percent_complete is a whole number from 0 to 100')
  }
  const isDone = completed ? true : completed === '' ? false : undefined
  if (status !== undefined) {
    if (status === 'COMPLETED' && percent !== undefined && percent < 100) {
      throw badInput('percent_complete is 100 for status COMPLETED')
    }
    if (percent === 100 && (status === 'NEEDS-ACTION' || status === 'IN-PROCESS')) {
      throw badInput(`percent_complete 100 does not go with status ${status}`)
    }
    if (isDone !== undefined && isDone !== (status === 'COMPLETED')) {
      throw badInput(`completed does not go with status ${status}`)
    }
    return status
  }
  if (isDone && percent !== undefined && percent < 100) {
    throw badInput('percent_complete is 100 where completed is given')
  }
  if (isDone || percent === 100) return 'COMPLETED'
  if (percent !== undefined) return percent === 0 ? 'NEEDS-ACTION' : 'IN-PROCESS'
  if (isDone === undefined || statusOf(component) !== 'COMPLETED') return undefined
  return 'NEEDS-ACTION'
}

/** The component with its progress set, and everything that speaks of it in line. */
export function setProgress(
  component: Component,
  progress: Progress,
  options: { readonly now: number; readonly zone: Zone },
): Component {
  const status = wishedStatus(progress, component)
  if (status === undefined) return component
  const percent = progress.percent_complete
  const hasStatus = property(component, 'STATUS')?.value.trim().toUpperCase() === status
  const stated = hasStatus ? component : setValue(component, 'STATUS', status)
  if (status === 'COMPLETED') {
    const full = setNumber(stated, 'PERCENT-COMPLETE', 100)
    if (property(full, 'COMPLETED') !== undefined && !progress.completed) return full
    return setCompleted(full, completedAt(progress.completed, options))
  }
  const reopened = removeProperties(stated, 'COMPLETED')
  if (percent !== undefined) return setNumber(reopened, 'PERCENT-COMPLETE', percent)
  if (numberOf(component, 'PERCENT-COMPLETE') < 100 || status === 'CANCELLED') return reopened
  // As Nextcloud Tasks does: nearly done again; not begun says nothing.
  if (status === 'IN-PROCESS') return setNumber(reopened, 'PERCENT-COMPLETE', 99)
  return removeProperties(reopened, 'PERCENT-COMPLETE')
}

/** The instant of a `completed` argument; now where there is none. @throws BAD_INPUT */
export function completedAt(
  text: string | undefined,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): number {
  if (!text) return now
  const when = userTimeIn(readUserTime(text, 'completed'), zone)
  return instantOf(when, zone)
}

/** COMPLETED is a time in UTC, always (RFC 5545 3.8.2.1). */
function setCompleted(component: Component, instant: number): Component {
  const changed = setValue(component, 'COMPLETED', stamp(instant))
  const line = property(changed, 'COMPLETED')
  if (line === undefined) return changed
  const untyped = withParameter(line.parameters, 'VALUE', undefined)
  const parameters = withParameter(untyped, 'TZID', undefined)
  return replacePart(changed, line, changeLine(line, { parameters }))
}
