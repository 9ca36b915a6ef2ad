/** XML in and out: a strict reader with real namespaces, and escaping for what is written. */
import { SaxesParser } from 'saxes'
import { unusable } from '../reply.ts'

/** Namespaces of WebDAV and of what Nextcloud adds to it. */
export const NS = {
  DAV: 'DAV:',
  OC: 'http://owncloud.org/ns',
  NC: 'http://nextcloud.org/ns',
  SABRE: 'http://sabredav.org/ns',
  CALDAV: 'urn:ietf:params:xml:ns:caldav',
  CARDDAV: 'urn:ietf:params:xml:ns:carddav',
  CALENDARSERVER: 'http://calendarserver.org/ns/',
  APPLE: 'http://apple.com/ns/ical/',
} as const

/** Prefixes that request bodies are written with; declare them with {@link document}. */
const PREFIXES = {
  d: NS.DAV,
  oc: NS.OC,
  nc: NS.NC,
  cal: NS.CALDAV,
  card: NS.CARDDAV,
  cs: NS.CALENDARSERVER,
  x: NS.APPLE,
}
/** A name with one of these prefixes, as in `oc:favorite`. */
export type Prefixed = `${keyof typeof PREFIXES}:${string}`
const DECLARATIONS = Object.entries(PREFIXES).map(
  ([prefix, namespace]) => [prefix, ` xmlns:${prefix}="${namespace}"`] as const,
)

/** An element with its children and its own text. */
export interface Element {
  /** `{namespace}local`, as in `{DAV:}href`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** The character data directly inside, unescaped. */
  readonly text: string
}

/** A prefixed name in the form of {@link Element.name}. */
export function resolved(name: Prefixed): string {
  const [prefix, local] = name.split(':', 2)
  return `{${PREFIXES[prefix as keyof typeof PREFIXES]}}${local}`
}

/** A name in the form of {@link Element.name}. */
export const dav = (local: string) => `{${NS.DAV}}${local}`
export const oc = (local: string) => `{${NS.OC}}${local}`
export const nc = (local: string) => `{${NS.NC}}${local}`
export const cal = (local: string) => `{${NS.CALDAV}}${local}`
export const card = (local: string) => `{${NS.CARDDAV}}${local}`
export const cs = (local: string) => `{${NS.CALENDARSERVER}}${local}`
export const apple = (local: string) => `{${NS.APPLE}}${local}`

/** Characters that XML 1.0 forbids (section 2.2). */
const FORBIDDEN = /[^\P{Cc}\t\n\r\u007F-\u009F]|[\uFFFE\uFFFF]/gu
/** The same, written as numbers. */
const FORBIDDEN_NUMBERS =
  /&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]|6553[45]));/gi

/**
 * Reads a document to its end. Characters that XML forbids are passed over: Nextcloud stores them
 * in comments and names, and sends them as they are.
 * @throws CodedError `UNREACHABLE` when it is not well-formed, is cut off, or declares a DTD
 */
export function parseXml(source: string): Element {
  type Open = {
    name: string
    attributes: Record<string, string>
    children: Element[]
    text: string
  }
  const stack: Open[] = []
  let root: Element | undefined
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', error => {
    throw error
  })
  parser.on('doctype', () => {
    throw new Error('a document type is not accepted')
  })
  parser.on('opentag', tag => {
    const attributes: Record<string, string> = {}
    for (const [name, attribute] of Object.entries(tag.attributes))
      attributes[name] = attribute.value
    const element: Open = { name: `{${tag.uri}}${tag.local}`, attributes, children: [], text: '' }
    stack.at(-1)?.children.push(element)
    stack.push(element)
  })
  const addText = (text: string) => {
    const open = stack.at(-1)
    if (open !== undefined) open.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    root = stack.pop()
  })
  try {
    parser.write(source.replace(FORBIDDEN, '').replace(FORBIDDEN_NUMBERS, '')).close()
  } catch (cause) {
    throw unusable('XML that is not well-formed', cause)
  }
  if (root === undefined) throw unusable('an empty XML document')
  return root
}

/** The first child of that name. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find(candidate => candidate.name === name)
}

/** All children of that name. */
export function children(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter(candidate => candidate.name === name) ?? []
}

/** Text made safe for element content and attribute values; characters XML forbids are dropped. */
export function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, '')
    .toWellFormed()
    .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/**
 * A request body: the given root with the prefixes `d`, `oc`, `nc`, `cal`, `card`, `cs` and `x`
 * (Apple's) declared, as far as they are used.
 */
export function document(root: string, content: string): string {
  const all = `<${root}>${content}`
  const declared = DECLARATIONS.filter(([prefix]) => all.includes(`<${prefix}:`))
  const namespaces = declared.map(([, text]) => text).join('')
  return `<?xml version="1.0" encoding="UTF-8"?><${root}${namespaces}>${content}</${root}>`
}
