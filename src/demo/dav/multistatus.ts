import { escapeXml } from '../xml.ts'

/** Namespaces of the properties the demo knows. */
export const ns = {
  d: 'DAV:',
  s: 'http://sabredav.org/ns',
  oc: 'http://owncloud.org/ns',
  nc: 'http://nextcloud.org/ns',
} as const

const prefixes = new Map<string, string>(
  Object.entries(ns).map(([prefix, namespace]) => [namespace, prefix]),
)

/** Properties of one resource that share a status. Values are XML. */
export interface PropStat {
  status: '200 OK' | '403 Forbidden' | '404 Not Found' | '424 Failed Dependency'
  /** Clark name and value. */
  properties: [name: string, xml: string][]
}

/** What is said about one resource. */
export interface ResourceStatus {
  href: string
  propstats: PropStat[]
}

/** Writes a multistatus document; reports come indented, everything else in one line. */
export function multistatus(responses: readonly ResourceStatus[], indented = false): string {
  const line = (depth: number) => (indented ? `\n${' '.repeat(depth)}` : '')
  let xml =
    '<?xml version="1.0"?>\n<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"' +
    ' xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">'
  for (const { href, propstats } of responses) {
    xml += `${line(1)}<d:response>${line(2)}<d:href>${href}</d:href>`
    for (const { status, properties } of propstats) {
      xml += `${line(2)}<d:propstat>${line(3)}<d:prop>`
      for (const [name, value] of properties) xml += line(4) + element(name, value)
      xml += `${line(3)}</d:prop>${line(3)}<d:status>HTTP/1.1 ${status}</d:status>`
      xml += `${line(2)}</d:propstat>`
    }
    xml += `${line(1)}</d:response>`
  }
  return `${xml}${line(0)}</d:multistatus>\n`
}

/** An element from a Clark name; a namespace the demo does not know is declared in place. */
function element(name: string, value: string): string {
  const close = name.indexOf('}')
  const namespace = name.slice(1, close)
  const local = name.slice(close + 1)
  const prefix = prefixes.get(namespace)
  const tag = `${prefix ?? 'x1'}:${local}`
  const declared = prefix === undefined ? `${tag} xmlns:x1="${escapeXml(namespace)}"` : tag
  return value === '' ? `<${declared}/>` : `<${declared}>${value}</${tag}>`
}
