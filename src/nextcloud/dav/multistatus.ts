/** Multi-status answers (RFC 4918, section 13), read without losing the good for the bad. */
import { Reply } from '../reply.ts'
import { child, children, dav, type Element, parseXml } from './xml.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those XML 1.0 forbids
export const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g

/** One `response`: an href and the properties that were found. */
export interface DavResource {
  /** As sent: percent-encoded, absolute or not. */
  readonly href: string
  /** Properties with status 2xx by `{namespace}local`. */
  readonly properties: ReadonlyMap<string, Element>
  /** Status of the resource itself, where one was told instead of properties. */
  readonly status: number | undefined
}

/**
 * The resources of a 207 answer, in its order.
 * @throws CodedError `UNREACHABLE` when the body is not a multi-status document
 */
export function multistatus(reply: Reply): DavResource[] {
  if (reply.body.length === 0) throw reply.unusable('an empty body')
  const root = parseXml(reply.text())
  if (root.name !== dav('multistatus'))
    throw reply.unusable('XML that is not a multi-status answer')
  return children(root, dav('response')).flatMap(response => {
    const href = child(response, dav('href'))?.text.trim()
    // A response without an href names nothing: it degrades itself.
    if (!href) return []
    const properties = new Map<string, Element>()
    for (const propstat of children(response, dav('propstat'))) {
      const status = statusOf(child(propstat, dav('status')))
      if (status !== undefined && (status < 200 || status > 299)) continue
      for (const property of child(propstat, dav('prop'))?.children ?? []) {
        properties.set(property.name, property)
      }
    }
    return [{ href, properties, status: statusOf(child(response, dav('status'))) }]
  })
}

/**
 * The resources of an answer with texts in it. Characters that XML cannot hold are sent as they
 * are by Nextcloud: one of them in one text must not lose all others.
 * @throws CodedError `UNREACHABLE` as {@link multistatus}
 */
export function cleanMultistatus(reply: Reply): { resources: DavResource[]; isExact: boolean } {
  const text = reply.text()
  const clean = text.replace(NOT_IN_XML, '')
  if (clean === text) return { resources: multistatus(reply), isExact: true }
  const { status, headers } = reply
  return {
    resources: multistatus(new Reply(status, headers, Buffer.from(clean))),
    isExact: false,
  }
}

/** The trimmed text of a property; undefined where it is missing or empty. */
export function propertyText(resource: DavResource, name: string): string | undefined {
  const text = resource.properties.get(name)?.text.trim()
  return text === '' ? undefined : text
}

function statusOf(element: Element | undefined): number | undefined {
  const found = /^HTTP\/\S+\s+(\d{3})/.exec(element?.text.trim() ?? '')
  return found === null ? undefined : Number(found[1])
}
