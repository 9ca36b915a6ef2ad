import { type DavCall, hrefOf } from './call.ts'
import { ns } from './multistatus.ts'
import { privilegeSet, reportSet } from './privileges.ts'
import type { Resource } from './resource.ts'

/** A collection that every user has from the first day: a home, an inbox, a trash bin. */
export interface Place {
  names: readonly string[]
  /** Its resource types beside that of a collection, as XML. */
  type?: string
  privileges: readonly string[]
  /** As XML. */
  reports?: string
  /** What it has beside these. */
  property: Resource['property']
  children?: Resource['children']
}

/** A place as PROPFIND shows it. */
export function placeResource(call: DavCall, place: Place): Resource {
  const { names, type = '', privileges, reports = reportSet(), property, children } = place
  return {
    href: hrefOf(call, names, true),
    defaults: [`{${ns.d}}resourcetype`],
    property: name => {
      switch (name) {
        case `{${ns.d}}resourcetype`:
          return `<d:collection/>${type}`
        case `{${ns.d}}current-user-privilege-set`:
          return privilegeSet(privileges)
        case `{${ns.d}}supported-report-set`:
          return reports
      }
      return property(name)
    },
    ...(children === undefined ? {} : { children }),
  }
}
