/** Which zone a TZID means: that of a place where one is named, else the VTIMEZONE's own rules. */
import { type Component, componentsOf, property } from '../contentline/component.ts'
import { ianaZone, UTC } from './iana.ts'
import type { ZoneOf } from './time.ts'
import { zoneOfComponent } from './vtimezone.ts'
import { HOUR, MINUTE } from './wall.ts'
import { windowsZone } from './windows-zones.ts'
import type { Zone } from './zone.ts'

/** The zones of a calendar object; each TZID is resolved once. */
export function zonesOf(calendar: Component): ZoneOf {
  const components = new Map<string, Component>()
  for (const component of componentsOf(calendar.parts, 'VTIMEZONE')) {
    const tzid = bare(property(component, 'TZID')?.value ?? '')
    if (tzid !== '' && !components.has(tzid)) components.set(tzid, component)
  }
  const resolved = new Map<string, Zone | undefined>()
  return tzid => {
    if (!resolved.has(tzid)) resolved.set(tzid, resolveZone(tzid, components.get(bare(tzid))))
    return resolved.get(tzid)
  }
}

/** The zone that a TZID means, `component` being the VTIMEZONE that the object has for it. */
export function resolveZone(tzid: string, component?: Component): Zone | undefined {
  const name = bare(tzid)
  if (name === '') return undefined
  const named = (zone: Zone | undefined): Zone | undefined =>
    zone === undefined ? undefined : { ...zone, tzid }
  // A place is what is meant, whatever rules a writer gave it that knew only its own year.
  const place = placeOf(name) ?? (component && placeNamedIn(component))
  if (place !== undefined) return named(place)
  if (component !== undefined) {
    const own = zoneOfComponent(component, tzid)
    if (own !== undefined) return own
  }
  return named(ianaZone(name) ?? cityOf(name) ?? offsetOf(name))
}

/** A zone that a person names: an IANA name, or one of Windows. */
export function namedZone(name: string): Zone | undefined {
  const windows = windowsZone(name)
  return ianaZone(windows ?? name.trim())
}

/** Whether two zones are the same one, as far as names tell. */
export function isSameZone(one: Zone, other: Zone): boolean {
  if (one.iana === undefined || other.iana === undefined) return one.tzid === other.tzid
  return canonical(one.iana) === canonical(other.iana)
}

/** Intl's own name of the zone: aliases (Asia/Kolkata, Asia/Calcutta) have the same. */
function canonical(iana: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: iana }).resolvedOptions().timeZone
  } catch {
    return iana
  }
}

/**
 * The zone of `Europe/Berlin`, `/mozilla.org/20050126_1/Europe/Berlin`, a Windows name, which
 * Exchange also writes as `tzone://Microsoft/Utc`.
 */
function placeOf(tzid: string): Zone | undefined {
  const name = tzid.replace(/^tzone:\/\/Microsoft\//i, '')
  if (name.includes('/')) {
    const segments = name.split('/').filter(segment => segment !== '')
    // America/Argentina/Buenos_Aires has three segments; what stands before is a prefix.
    for (const length of [3, 2]) {
      if (segments.length < length) continue
      const zone = ianaZone(segments.slice(-length).join('/'))
      if (zone !== undefined) return zone
    }
    return undefined
  }
  const windows = windowsZone(name)
  return windows === undefined ? undefined : windows === 'UTC' ? UTC : ianaZone(windows)
}

/** The place that a VTIMEZONE says it is about, beside its TZID. */
function placeNamedIn(component: Component): Zone | undefined {
  for (const name of ['X-LIC-LOCATION', 'TZID-ALIAS-OF']) {
    const value = property(component, name)?.value.trim()
    const zone = value?.includes('/') ? ianaZone(value) : undefined
    if (zone !== undefined) return zone
  }
  return undefined
}

let cities: Map<string, string> | undefined

/** Of Outlook's `(UTC+01:00) Amsterdam, Berlin, Bern`: the first city that has a zone. */
function cityOf(name: string): Zone | undefined {
  const match = /^\((?:UTC|GMT)[^)]*\)\s*(.+)$/.exec(name)
  if (!match) return undefined
  cities ??= new Map(
    Intl.supportedValuesOf('timeZone').map(zone => [
      (zone.split('/').at(-1) ?? '').replaceAll('_', ' ').toLowerCase(),
      zone,
    ]),
  )
  for (const city of (match[1] ?? '').split(/[,/]/)) {
    const zone = cities.get(city.trim().toLowerCase())
    if (zone !== undefined) return ianaZone(zone)
  }
  return undefined
}

/** `GMT+0100`, `UTC-03:30`, `(UTC+01:00) Somewhere`: a fixed offset. */
function offsetOf(name: string): Zone | undefined {
  const match = /^\(?(?:UTC|GMT)([+-])(\d{1,2})[:.]?(\d{2})?(?:\)|$)/i.exec(name)
  if (!match) return undefined
  const [, sign, hours, minutes = '0'] = match
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE
  if (offset > 15 * HOUR) return undefined
  return { tzid: name, iana: undefined, offsetAt: () => (sign === '-' ? -offset : offset) || 0 }
}

function bare(tzid: string): string {
  return tzid
    .trim()
    .replace(/^"+|"+$/g, '')
    .trim()
}
