import { header, type Reply, reply } from '../http.ts'
import { childOf, type XmlElement } from '../xml.ts'
import { bodyXml, type DavCall } from './call.ts'
import { multistatus, type PropStat, type ResourceStatus, roomOf } from './multistatus.ts'
import { davFeatures, type Resource } from './resource.ts'

/** Answers PROPFIND on a resource and, as Depth says, on what is in it. */
export function propfind(call: DavCall, resource: Resource): Reply {
  const names = requestedProperties(bodyXml(call))
  const depth = header(call.exchange, 'depth') ?? '1'
  // Prefer: return=minimal (RFC 8144) and its forerunner Brief leave out what is not there.
  const minimal =
    (header(call.exchange, 'prefer') ?? '').includes('return=minimal') ||
    header(call.exchange, 'brief')?.toLowerCase() === 't'
  const responses: ResourceStatus[] = []
  const collect = (at: Resource, below: number) => {
    responses.push(describe(at, names, minimal))
    if (below === 0 || at.children === undefined) return
    for (const child of at.children()) collect(child, below - 1)
  }
  collect(resource, depth === '0' ? 0 : depth === 'infinity' ? Number.POSITIVE_INFINITY : 1)
  const room = roomOf(call.names)
  return multistatusReply(multistatus(responses, { room }), propfindHeaders(call))
}

/** Headers of every answer to PROPFIND. */
export function propfindHeaders(call: DavCall): Record<string, string> {
  return { Vary: 'Brief,Prefer', DAV: davFeatures(call) }
}

/** A 207 answer. */
export function multistatusReply(xml: string, headers: Record<string, string> = {}): Reply {
  return reply(207, { 'Content-Type': 'application/xml; charset=utf-8', ...headers }, xml)
}

/** What is known and not known of a resource; the defaults when no properties are chosen. */
export function describe(
  resource: Resource,
  names: readonly string[] | undefined,
  minimal = false,
): ResourceStatus {
  const found: PropStat = { status: '200 OK', properties: [] }
  const missing: PropStat = { status: '404 Not Found', properties: [] }
  for (const name of names ?? resource.defaults) {
    const value = resource.property(name)
    if (value !== undefined) found.properties.push([name, value])
    else if (names !== undefined) missing.properties.push([name, ''])
  }
  const shown = minimal ? [found] : [found, missing]
  const propstats = shown.filter(({ properties }) => properties.length > 0)
  return { href: resource.href, propstats: propstats.length > 0 ? propstats : [found] }
}

/** The properties a PROPFIND or a REPORT asks for; `undefined` for the defaults. */
export function requestedProperties(body: XmlElement | undefined): string[] | undefined {
  const prop = childOf(body, '{DAV:}prop')
  if (prop === undefined || prop.children.length === 0) return undefined
  return prop.children.map(({ name }) => name)
}
