/** One object of a calendar: a master component with its overrides, and the zones they use. */
import {
  type Component,
  componentsOf,
  type Part,
  parseComponents,
  property,
} from '../contentline/component.ts'
import { CodedError } from '../nextcloud/errors.ts'
import type { ZoneOf } from './time.ts'
import { zonesOf } from './zones.ts'

export type Kind = 'VEVENT' | 'VTODO'

/** What one `.ics` resource of a calendar holds. */
export interface CalendarObject {
  /** The whole text. */
  readonly parts: readonly Part[]
  readonly calendar: Component
  readonly kind: Kind
  readonly uid: string | undefined
  /** The component without RECURRENCE-ID; none where only single occurrences were received. */
  readonly master: Component | undefined
  /** Those with RECURRENCE-ID, in the order of the text. */
  readonly overrides: readonly Component[]
  readonly zoneOf: ZoneOf
}

/**
 * Reads an object; of several with different UIDs, that of `uid` or the first.
 * @throws CodedError UPSTREAM_ERROR where the text holds no such component
 */
export function readObject(
  text: string,
  options: { readonly kind?: Kind; readonly uid?: string } = {},
): CalendarObject {
  const { kind, uid } = options
  const kinds: readonly Kind[] = kind === undefined ? ['VEVENT', 'VTODO'] : [kind]
  for (const each of kinds) {
    const found = readObjects(text, each).find(
      object => uid === undefined || object.uid === uid.trim(),
    )
    if (found !== undefined) return found
  }
  const thing = { VEVENT: 'an event', VTODO: 'a todo' }[kind ?? 'VEVENT']
  throw new CodedError('UPSTREAM_ERROR', `the calendar object is broken: ${thing} was expected`, {
    hint: 'Nothing was changed. Open it in the calendar app, or delete it there.',
  })
}

/** The objects of a text with several, such as an export; never throws. */
export function readObjects(text: string, kind: Kind): CalendarObject[] {
  // A byte order mark is none of the first line's text; it stays where it is.
  const mark = /^\ufeff/.exec(text)?.[0] ?? ''
  const read = parseComponents(text.slice(mark.length))
  const parts: Part[] = mark === '' ? read : [{ kind: 'other', raw: mark }, ...read]
  return componentsOf(parts, 'VCALENDAR').flatMap(calendar => {
    const zoneOf = zonesOf(calendar)
    const byUid = new Map<string, Component[]>()
    for (const component of componentsOf(calendar.parts, kind)) {
      const uid = uidOf(component) ?? ''
      byUid.set(uid, [...(byUid.get(uid) ?? []), component])
    }
    return [...byUid].map(([uid, components]) => ({
      parts,
      calendar,
      kind,
      uid: uid === '' ? undefined : uid,
      master: components.find(component => !isOverride(component)),
      overrides: components.filter(isOverride),
      zoneOf,
    }))
  })
}

export function uidOf(component: Component): string | undefined {
  return property(component, 'UID')?.value.trim()
}

function isOverride(component: Component): boolean {
  return property(component, 'RECURRENCE-ID') !== undefined
}
