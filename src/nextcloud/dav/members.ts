/** The collections in a home of calendars or address books (RFC 4791 6.2.1, RFC 6352 7.1.1). */
import type { Session } from '../session.ts'
import { davPath } from './homes.ts'
import { type DavResource, multistatus, propertyText } from './multistatus.ts'
import { segmentsBelow } from './paths.ts'
import { davRoot } from './principal.ts'
import { child, children, cs, dav, document, oc } from './xml.ts'

/** What is known of every collection. */
export interface Member {
  /** In addresses: `personal`, `work_shared_by_alice`. */
  readonly name: string
  readonly displayName: string
  /** Percent-encoded path below the instance's address, with a slash at its end. */
  readonly path: string
  /** User id of whom it belongs to, where that is somebody else. */
  readonly owner: string | undefined
  /** As far as privileges tell; a server without them leaves it to the first attempt. */
  readonly writable: boolean
  readonly ctag: string | undefined
  readonly syncToken: string | undefined
}

const PROPERTIES =
  '<d:displayname/><d:resourcetype/><d:sync-token/><d:current-user-privilege-set/>' +
  '<cs:getctag/><oc:owner-principal/>'

/**
 * The members of a home, with all that was told of them; one request.
 * @param home decoded segments below the DAV root
 * @param properties further ones, with the prefixes of {@link document}
 * @param subject what the home is called in errors
 * @throws CodedError as any request
 */
export async function membersOf(
  session: Session,
  home: readonly string[],
  properties: string,
  subject: string,
): Promise<(readonly [Member, DavResource])[]> {
  const reply = await session.send({
    method: 'PROPFIND',
    path: `${davPath(home)}/`,
    headers: { depth: '1', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', `<d:prop>${PROPERTIES}${properties}</d:prop>`),
    expect: [207],
    subject,
  })
  const root = [...davRoot(session), ...home]
  return multistatus(reply).flatMap(resource => {
    const [name, ...below] = segmentsBelow(resource.href, root) ?? []
    if (name === undefined || below.length > 0) return []
    return [[memberOf(resource, name, home), resource] as const]
  })
}

function memberOf(resource: DavResource, name: string, home: readonly string[]): Member {
  const owner = propertyText(resource, oc('owner-principal'))?.split('/').filter(Boolean).at(-1)
  return {
    name,
    displayName: propertyText(resource, dav('displayname')) ?? name,
    path: `${davPath([...home, name])}/`,
    owner: owner === home.at(-1) ? undefined : owner,
    writable: mayWrite(resource),
    ctag: propertyText(resource, cs('getctag')),
    syncToken: propertyText(resource, dav('sync-token')),
  }
}

/** Privileges of RFC 3744. */
function mayWrite({ properties }: DavResource): boolean {
  const set = properties.get(dav('current-user-privilege-set'))
  if (set === undefined) return true
  return children(set, dav('privilege')).some(privilege =>
    ['write', 'write-content', 'all'].some(name => child(privilege, dav(name)) !== undefined),
  )
}
