/** Alarms after a change: what says the same stays, and so does what no reminder can say. */
import { type Component, lineEndIn, makeComponent, replacePart } from '../contentline/component.ts'
import { type ContentLine, makeLine, type Parameter } from '../contentline/line.ts'
import { escapeText } from '../contentline/text.ts'
import { badInput } from '../nextcloud/errors.ts'
import {
  actionOf,
  alarmsOf,
  before,
  type Reminder,
  readTrigger,
  type Trigger,
  triggerKey,
  triggerOf,
} from './alarms.ts'
import { formatDuration, lengthOf } from './duration.ts'
import { type EditContext, setText, setValue } from './edit.ts'
import { valueText, type ZoneOf } from './time.ts'
import type { Zone } from './zone.ts'

const MOST_REMINDERS = 20

/** What alarms are read and written with. */
export interface AlarmSetting {
  readonly zoneOf: ZoneOf
  readonly zone: Zone
  readonly context: EditContext
  /** What a new alarm shows where its reminder does not say. */
  readonly title: string
  /** What a new alarm is before, where its reminder does not say; default: the start. */
  readonly related?: Reminder['related']
}

/**
 * The component with exactly these reminders. An alarm that goes off at the same time in the same
 * way stays as it is; one that no reminder can express (another action, no readable trigger) too.
 * @throws CodedError BAD_INPUT that names `reminders`
 */
export function setReminders(
  component: Component,
  reminders: readonly Reminder[],
  setting: AlarmSetting,
): Component {
  if (reminders.length > MOST_REMINDERS) throw badInput(`reminders: at most ${MOST_REMINDERS}`)
  const { zoneOf, zone } = setting
  const wanted = reminders.map(reminder => {
    const trigger = readTrigger(
      { ...reminder, related: reminder.related ?? setting.related ?? null },
      zone,
    )
    // What is read says nothing of a relation to the start.
    const keys = [trigger, readTrigger(reminder, zone)].map(each => triggerKey(each, zone))
    return { reminder, trigger, keys: keys.map(key => `${reminder.action} ${key}`) }
  })
  const left = [...wanted]
  let changed = component
  for (const alarm of alarmsOf(component)) {
    const action = actionOf(alarm)
    const trigger = triggerOf(alarm, zoneOf)
    if (action === undefined || trigger === undefined) continue
    const key = `${action} ${triggerKey(trigger, zone)}`
    const at = left.findIndex(({ keys }) => keys.includes(key))
    const [match] = at < 0 ? [] : left.splice(at, 1)
    changed = replacePart(changed, alarm, match && withTexts(alarm, match.reminder))
  }
  for (const { reminder, trigger } of left) {
    changed = addAlarm(changed, newAlarm(reminder, trigger, setting, lineEndIn(component)))
  }
  return changed
}

/**
 * The component with its first reminder before the start moved, all others as they are; a new one
 * where there is none.
 * @throws CodedError BAD_INPUT that names `reminder_minutes`
 */
export function moveReminder(
  component: Component,
  minutes: number | undefined,
  isEmail: boolean | undefined,
  setting: AlarmSetting,
): Component {
  const field = 'reminder_minutes'
  if (minutes !== undefined && (!Number.isInteger(minutes) || minutes < 0 || minutes > 527_040)) {
    throw badInput(`${field} is a whole number of minutes, up to a year`)
  }
  const action = isEmail === undefined ? undefined : isEmail ? 'EMAIL' : 'DISPLAY'
  const first = alarmsOf(component).find(alarm => {
    const trigger = triggerOf(alarm, setting.zoneOf)
    const isBefore = trigger?.kind === 'relative' && trigger.related === 'START'
    return isBefore && lengthOf(trigger.duration) <= 0 && actionOf(alarm) !== undefined
  })
  const kind = action ?? (first && actionOf(first)) ?? 'DISPLAY'
  if (first === undefined) {
    const duration = before(minutes ?? 15)
    const added: Trigger = { kind: 'relative', duration, related: 'START' }
    return addAlarm(component, newAlarm({ action: kind }, added, setting, lineEndIn(component)))
  }
  const trigger: Trigger = { kind: 'relative', duration: before(minutes ?? 0), related: 'START' }
  const old = triggerOf(first, setting.zoneOf)
  const isSame = old && triggerKey(old, setting.zone) === triggerKey(trigger, setting.zone)
  const timed =
    minutes === undefined || isSame
      ? first
      : setValue(first, 'TRIGGER', formatDuration(trigger.duration))
  if (actionOf(timed) === kind) return replacePart(component, first, timed)
  const acted = setValue(timed, 'ACTION', kind)
  const complete = completed(acted, kind, setting)
  return replacePart(component, first, complete)
}

function withTexts(alarm: Component, { description, summary }: Reminder): Component {
  const described =
    typeof description === 'string' ? setText(alarm, 'DESCRIPTION', description) : alarm
  return typeof summary === 'string' ? setText(described, 'SUMMARY', summary) : described
}

function newAlarm(
  reminder: Reminder,
  trigger: Trigger,
  setting: AlarmSetting,
  lineEnd: string,
): Component {
  const text = (name: string, value: string) => makeLine(name, escapeText(value), { lineEnd })
  const lines: ContentLine[] = [
    makeLine('ACTION', reminder.action, { lineEnd }),
    triggerLine(trigger, lineEnd),
  ]
  const { description, summary } = reminder
  if (description) lines.push(text('DESCRIPTION', description))
  if (summary) lines.push(text('SUMMARY', summary))
  return completed(makeComponent('VALARM', lines, lineEnd), reminder.action, setting)
}

/** What an action needs (RFC 5545 3.6.6): a text to show; a subject and an address to write to. */
function completed(alarm: Component, action: string, setting: AlarmSetting): Component {
  const names = new Set(alarm.parts.map(part => (part.kind === 'line' ? part.name : '')))
  const title = setting.title || 'Reminder'
  let made = alarm
  if (action !== 'AUDIO' && !names.has('DESCRIPTION')) made = setText(made, 'DESCRIPTION', title)
  if (action !== 'EMAIL') return made
  if (!names.has('SUMMARY')) made = setText(made, 'SUMMARY', title)
  const { organizer, addresses = [] } = setting.context
  const address = organizer?.email ?? addresses[0]
  if (names.has('ATTENDEE') || address === undefined) return made
  return setValue(made, 'ATTENDEE', `mailto:${address}`)
}

function triggerLine(trigger: Trigger, lineEnd: string): ContentLine {
  if (trigger.kind === 'at') {
    const parameters: Parameter[] = [{ name: 'VALUE', values: ['DATE-TIME'] }]
    return makeLine('TRIGGER', valueText(trigger.when), { parameters, lineEnd })
  }
  const parameters = trigger.related === 'END' ? [{ name: 'RELATED', values: ['END'] }] : []
  return makeLine('TRIGGER', formatDuration(trigger.duration), { parameters, lineEnd })
}

function addAlarm(component: Component, alarm: Component): Component {
  return { ...component, parts: [...component.parts, alarm] }
}
