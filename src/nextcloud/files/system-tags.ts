/**
 * System tags, which everybody shares.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/index.html
 */
import { multistatus, propertyText } from '../dav/multistatus.ts'
import { document, oc } from '../dav/xml.ts'
import type { Session } from '../session.ts'

/** A tag as this user sees it. */
export interface Tag {
  id: number
  name: string
  /** Whether this user may put it on files and take it off. */
  mayAssign: boolean
}

/** All tags, by name. One request. */
export async function listTags(session: Session): Promise<Tag[]> {
  const reply = await session.send({
    method: 'PROPFIND',
    path: '/remote.php/dav/systemtags/',
    headers: { depth: '1', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', '<d:prop><oc:id/><oc:display-name/><oc:can-assign/></d:prop>'),
    expect: [207],
    subject: 'the system tags',
  })
  const tags = multistatus(reply).flatMap(resource => {
    const id = Number(propertyText(resource, oc('id')) ?? Number.NaN)
    const name = propertyText(resource, oc('display-name'))
    if (!Number.isSafeInteger(id) || name === undefined) return []
    return [{ id, name, mayAssign: propertyText(resource, oc('can-assign')) === 'true' }]
  })
  return tags.toSorted((one, other) => one.name.localeCompare(other.name))
}

/** Names of tags are compared without regard to case, as people mean them. */
export function foldedName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}
