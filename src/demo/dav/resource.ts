import { type Reply, reply } from '../http.ts'
import { type DavCall, hrefOf } from './call.ts'
import { ns, type Room, roomOf } from './multistatus.ts'

/** Anything PROPFIND and REPORT can speak about. */
export interface Resource {
  href: string
  /** Value of a property as XML, by Clark name; `undefined` when there is no such property. */
  property: (name: string) => string | undefined
  /** Properties told when the client does not choose. */
  defaults: readonly string[]
  children?: () => Iterable<Resource>
}

const begin = '1, 3, extended-mkcol, access-control, calendarserver-principal-property-search'
const end =
  'nc-paginate, nextcloud-checksum-update, nc-calendar-search, nc-enable-birthday-calendar'
const calendarFeatures =
  'oc-resource-sharing, calendar-access, calendar-proxy, calendar-auto-schedule, ' +
  'calendar-availability, nc-calendar-trashbin, nc-calendar-webcal-cache, ' +
  'calendarserver-subscribed, oc-calendar-publishing, calendarserver-sharing'
const davHeaders: Record<Room, string> = {
  files: `${begin}, ${end}`,
  principals: `${begin}, ${calendarFeatures}, addressbook, ${end}`,
  calendars: `${begin}, ${calendarFeatures}, ${end}`,
  addressbooks: `${begin}, oc-resource-sharing, addressbook, ${end}`,
}
const legacyDavHeader = '1, 3, extended-mkcol, nextcloud-checksum-update'

/** Value of the DAV header: the features of the root and of the room in use. */
export function davFeatures(call: DavCall): string {
  return call.prefix.length > 0 ? legacyDavHeader : davHeaders[roomOf(call.names)]
}

/** Properties every collection of the demo has. */
export function collectionProperty(call: DavCall, name: string): string | undefined {
  switch (name) {
    case `{${ns.d}}resourcetype`:
      return '<d:collection/>'
    case `{${ns.d}}current-user-principal`:
      return `<d:href>${hrefOf(
        { ...call, prefix: [], root: `${call.instance.settings.basePath}/remote.php/dav` },
        ['principals', 'users', call.identity.account.id],
        true,
      )}</d:href>`
  }
  return undefined
}

/** Answers OPTIONS; MKCOL is allowed only where there is nothing yet. */
export function options(call: DavCall, exists: boolean, more = ''): Reply {
  return reply(200, {
    'Content-Type': 'text/html; charset=UTF-8',
    Allow: (exists ? allowed : `${allowed}, MKCOL`) + more,
    DAV: davFeatures(call),
    'MS-Author-Via': 'DAV',
    'Accept-Ranges': 'bytes',
  })
}

/** Methods of something that exists. */
export const allowed = 'OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT'
