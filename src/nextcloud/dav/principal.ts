/**
 * Where the user's collections are. Never guessed from a login name: user id, login name and a
 * token's subject differ on LDAP and OIDC instances.
 */
import { unusable } from '../reply.ts'
import type { Session } from '../session.ts'
import { multistatus } from './multistatus.ts'
import { segmentsBelow } from './paths.ts'
import { child, dav, document } from './xml.ts'

/** The segments of the DAV root, as hrefs of this instance have them. */
export function davRoot(session: Session): string[] {
  return [...session.basePath.split('/').filter(Boolean), 'remote.php', 'dav']
}

/**
 * The decoded path segments of the user's principal below the DAV root, from `current-user-principal`
 * (RFC 5397); asked once an hour.
 * @throws CodedError as any request
 */
export function davPrincipal(session: Session): Promise<readonly string[]> {
  return session.account.cached('dav-principal', 3_600_000, async () => {
    const reply = await session.detached().send({
      method: 'PROPFIND',
      path: '/remote.php/dav/',
      headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
      body: document('d:propfind', '<d:prop><d:current-user-principal/></d:prop>'),
      expect: [207],
      subject: 'the user',
    })
    const property = multistatus(reply)[0]?.properties.get(dav('current-user-principal'))
    const href = child(property, dav('href'))?.text.trim() ?? ''
    const segments = segmentsBelow(href, davRoot(session))
    if (!segments?.length) throw unusable('no principal for this user')
    return segments
  })
}

/**
 * The user id of the DAV principal.
 * @throws CodedError as any request
 */
export async function davUserId(session: Session): Promise<string> {
  const segments = await davPrincipal(session)
  const userId = segments[0] === 'principals' ? segments.at(-1) : undefined
  if (!userId) throw unusable('no principal for this user')
  return userId
}
