import { escapeXml } from '../xml.ts'

/** Namespaces of the properties the demo knows, in the order a document declares them. */
export const ns = {
  d: 'DAV:',
  s: 'http://sabredav.org/ns',
  cal: 'urn:ietf:params:xml:ns:caldav',
  cs: 'http://calendarserver.org/ns/',
  card: 'urn:ietf:params:xml:ns:carddav',
  oc: 'http://owncloud.org/ns',
  nc: 'http://nextcloud.org/ns',
} as const

/** Nextcloud's other namespace, which its calendars use; no document declares it at its root. */
export const ncCom = 'http://nextcloud.com/ns'
/** Colours and order of calendars. */
export const apple = 'http://apple.com/ns/ical/'

type Prefix = keyof typeof ns

/** The part of WebDAV a request is about; CalDAV and CardDAV have namespaces of their own. */
export type Room = 'files' | 'principals' | 'calendars' | 'addressbooks'

const declared: Record<Room, readonly Prefix[]> = {
  files: ['d', 's', 'oc', 'nc'],
  principals: ['d', 's', 'cal', 'cs', 'card', 'oc', 'nc'],
  calendars: ['d', 's', 'cal', 'cs', 'oc', 'nc'],
  addressbooks: ['d', 's', 'card', 'oc', 'nc'],
}

/** The room a path leads into; its first folder alone is not inside yet. */
export function roomOf([first, second]: readonly string[]): Room {
  if (second === undefined) return 'files'
  return first === 'principals' || first === 'calendars' || first === 'addressbooks'
    ? first
    : 'files'
}

/** The namespace declarations of a document of a room. */
export function declarations(room: Room): string {
  return declared[room].map(prefix => `xmlns:${prefix}="${ns[prefix]}"`).join(' ')
}

/** Properties of one resource that share a status. Values are XML. */
export interface PropStat {
  status:
    | '200 OK'
    | '204 No Content'
    | '403 Forbidden'
    | '404 Not Found'
    | '424 Failed Dependency'
    | "418 I'm a teapot"
  /** Clark name and value. */
  properties: [name: string, xml: string][]
}

/** What is said about one resource. */
export interface ResourceStatus {
  href: string
  propstats: PropStat[]
  /** The resource is not there any more: nothing but this is said. */
  gone?: boolean
}

/** How to write a multistatus document. */
export interface Layout {
  /** Reports of some kinds come indented, everything else in one line. */
  indented?: boolean
  room?: Room
  /** Ends an answer to sync-collection. */
  syncToken?: string
}

/** Writes a multistatus document. */
export function multistatus(
  responses: readonly ResourceStatus[],
  { indented = false, room = 'files', syncToken }: Layout = {},
): string {
  const line = (depth: number) => (indented ? `\n${' '.repeat(depth)}` : '')
  const writer = elementWriter(room)
  let xml = `<?xml version="1.0"?>\n<d:multistatus ${declarations(room)}`
  if (responses.length === 0 && syncToken === undefined) return `${xml}/>\n`
  xml += '>'
  for (const { href, propstats, gone } of responses) {
    xml += `${line(1)}<d:response>${line(2)}<d:href>${href}</d:href>`
    if (gone) xml += `${line(2)}<d:status>HTTP/1.1 404 Not Found</d:status>`
    for (const { status, properties } of propstats) {
      xml += `${line(2)}<d:propstat>`
      if (properties.length === 0) xml += `${line(3)}<d:prop/>`
      else {
        xml += `${line(3)}<d:prop>`
        for (const [name, value] of properties) xml += line(4) + writer(name, value)
        xml += `${line(3)}</d:prop>`
      }
      xml += `${line(3)}<d:status>HTTP/1.1 ${status}</d:status>${line(2)}</d:propstat>`
    }
    xml += `${line(1)}</d:response>`
  }
  if (syncToken !== undefined) xml += `${line(1)}<d:sync-token>${syncToken}</d:sync-token>`
  return `${xml}${line(0)}</d:multistatus>\n`
}

/** Writes elements from Clark names; a namespace the room does not declare is declared in place. */
function elementWriter(room: Room): (name: string, value: string) => string {
  const prefixes = new Map<string, string>(declared[room].map(prefix => [ns[prefix], prefix]))
  const others: string[] = []
  return (name, value) => {
    const close = name.indexOf('}')
    const namespace = name.slice(1, close)
    const local = name.slice(close + 1)
    let prefix = prefixes.get(namespace)
    let declaration = ''
    if (prefix === undefined) {
      if (!others.includes(namespace)) others.push(namespace)
      prefix = `x${others.indexOf(namespace) + 1}`
      declaration = ` xmlns:${prefix}="${escapeXml(namespace)}"`
    }
    const tag = `${prefix}:${local}`
    return value === '' ? `<${tag}${declaration}/>` : `<${tag}${declaration}>${value}</${tag}>`
  }
}
