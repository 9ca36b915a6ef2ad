import type { Reply } from '../http.ts'
import { childOf, type XmlElement } from '../xml.ts'
import type { DavCall } from './call.ts'
import { type Collection, type Member, sortedMembers, syncPrefix } from './collection.ts'
import { DavError } from './errors.ts'
import { multistatus, type ResourceStatus, roomOf } from './multistatus.ts'
import { describe, multistatusReply, requestedProperties } from './propfind.ts'
import type { Resource } from './resource.ts'

/** How a collection shows what a sync finds. */
export interface SyncView<M> {
  href: (uri: string) => string
  resource: (member: M) => Resource
  /** The collection itself, which counts as changed when its properties did. */
  self: Resource
  visible: (member: M) => boolean
}

/** Answers REPORT `sync-collection` (RFC 6578). */
export function syncCollection<M extends Member>(
  call: DavCall,
  body: XmlElement,
  collection: Collection<M>,
  { href, resource, self, visible }: SyncView<M>,
): Reply {
  const token = childOf(body, '{DAV:}sync-token')
  if (token === undefined) {
    const message = 'The {DAV:}sync-token element in the {DAV:}sync-collection report is required'
    throw new DavError('BadRequest', message)
  }
  const text = token.text.trim()
  if (text !== '' && !text.startsWith(syncPrefix)) {
    throw new DavError('InvalidSyncToken', 'Invalid or unknown sync token')
  }
  const wanted = requestedProperties(body)
  const limit = Number(childOf(childOf(body, '{DAV:}limit'), '{DAV:}nresults')?.text ?? 0)
  // PHP's cast: what is no number is the beginning of time.
  const since = Number.parseInt(text.slice(syncPrefix.length), 10) || 0
  const responses: ResourceStatus[] = []
  if (text === '' || since === 0) {
    if (limit > 0) throw new DavError('UnsupportedLimitOnInitialSyncException')
    for (const member of sortedMembers(collection)) {
      if (visible(member)) responses.push(describe(resource(member), wanted))
    }
  } else {
    const changes = changesSince(collection, since)
    for (const uri of limit > 0 ? changes.slice(0, limit) : changes) {
      const member = collection.members.get(uri)
      if (uri === '') responses.push(describe(self, wanted))
      else if (member === undefined) responses.push({ href: href(uri), propstats: [], gone: true })
      else if (visible(member)) responses.push(describe(resource(member), wanted))
    }
  }
  const syncToken = `${syncPrefix}${collection.token}`
  return multistatusReply(
    multistatus(responses, { indented: true, room: roomOf(call.names), syncToken }),
  )
}

/** Names that changed, in order, then the collection itself, then what is gone. */
function changesSince<M extends Member>({ changes }: Collection<M>, since: number): string[] {
  const last = new Map<string, string>()
  for (const { uri, kind, token } of changes) if (token >= since) last.set(uri, kind)
  const gone = [...last].flatMap(([uri, kind]) => (kind === 'deleted' ? uri : []))
  const there = [...last.keys()].filter(uri => uri !== '' && !gone.includes(uri))
  return [...there.toSorted(), ...(last.has('') ? [''] : []), ...gone]
}
