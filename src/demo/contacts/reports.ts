import { bodyXml, type DavCall, hrefOf, namesOfUri } from '../dav/call.ts'
import { type Access, type Member, sortedMembers } from '../dav/collection.ts'
import { DavError } from '../dav/errors.ts'
import { multistatus } from '../dav/multistatus.ts'
import { describe, multistatusReply, requestedProperties } from '../dav/propfind.ts'
import { unsupportedReport } from '../dav/report.ts'
import { syncCollection } from '../dav/sync.ts'
import { textMatch } from '../dav/text-match.ts'
import { header, type Reply } from '../http.ts'
import {
  type Component,
  type Property,
  parameterOf,
  parseDocument,
  propertiesOf,
  unescapeText,
} from '../vobject/document.ts'
import { childOf, escapeXml, type XmlElement } from '../xml.ts'
import { inVersion } from './cards.ts'
import { bookResource, card, cardResource, d } from './properties.ts'
import type { AddressBook } from './store.ts'

/** Answers REPORT on an address book. */
export function reportOnBook(call: DavCall, access: Access<AddressBook>): Reply {
  const body = bodyXml(call)
  const { collection } = access
  switch (body?.name) {
    case card('addressbook-query'):
      return addressbookQuery(call, access, body)
    case card('addressbook-multiget'):
      return addressbookMultiget(call, access, body)
    case d('sync-collection'):
      if (collection.generated === 'recent') {
        const message = 'The {DAV:}sync-collection REPORT is not supported on this url.'
        throw new DavError('ReportNotSupported', message)
      }
      return syncCollection(call, body, collection, {
        href: uri => hrefOf(call, [...call.names.slice(0, 4), uri], false),
        resource: member => cardResource(call, access, member),
        self: { ...bookResource(call, access), href: hrefOf(call, call.names.slice(0, 4), false) },
        visible: () => true,
      })
  }
  throw unsupportedReport(body)
}

function addressbookQuery(call: DavCall, access: Access<AddressBook>, body: XmlElement): Reply {
  const depth = header(call.exchange, 'depth') || '0'
  if (depth === '0') {
    const message = 'The addressbook-query report is not supported on this url with Depth: 0'
    throw new DavError('ReportNotSupported', message)
  }
  const filter = childOf(body, card('filter'))
  const matches = filter === undefined ? () => true : cardFilter(filter)
  const limit = Number(childOf(childOf(body, card('limit')), card('nresults'))?.text ?? 0)
  const found = sortedMembers(access.collection).filter(({ data }) =>
    matches(parseDocument(data).document),
  )
  return answer(call, access, body, limit > 0 ? found.slice(0, limit) : found)
}

function addressbookMultiget(call: DavCall, access: Access<AddressBook>, body: XmlElement): Reply {
  const wanted = new Set<string>()
  for (const { name, text } of body.children) {
    if (name !== d('href')) continue
    const names = text.includes('/') ? namesOfUri(call, text) : [...call.names, text]
    const [, , user, uri, file] = names
    if (user === call.identity.account.id && uri === access.uri && file) wanted.add(file)
  }
  const found = sortedMembers(access.collection).filter(({ uri }) => wanted.has(uri))
  return answer(call, access, body, found)
}

function answer(
  call: DavCall,
  access: Access<AddressBook>,
  body: XmlElement,
  found: readonly Member[],
): Reply {
  const wanted = requestedProperties(body)
  const data = childOf(childOf(body, d('prop')), card('address-data'))
  const version = data?.attributes.version === '4.0' ? '4.0' : '3.0'
  const names = data?.children.flatMap(({ attributes }) => attributes.name?.toUpperCase() ?? [])
  const only = names === undefined || names.length === 0 ? undefined : names
  const responses = found.map(member => {
    // Unlike those of calendars, carriage returns stay here, as references.
    const text = data && escapeXml(inVersion(member.data, version, only)).replaceAll('\r', '&#13;')
    return describe(cardResource(call, access, member, text), wanted)
  })
  const xml = multistatus(responses, { room: 'addressbooks' })
  return multistatusReply(xml, { Vary: 'Brief,Prefer' })
}

function cardFilter(filter: XmlElement): (document: Component) => boolean {
  const tests = filter.children.filter(({ name }) => name === card('prop-filter')).map(propertyTest)
  return combine(filter, tests)
}

function propertyTest(filter: XmlElement): (document: Component) => boolean {
  const name = filter.attributes.name?.toUpperCase() ?? ''
  if (childOf(filter, card('is-not-defined')) !== undefined) {
    return document => propertiesOf(document, name).length === 0
  }
  const texts = filter.children
    .filter(child => child.name === card('text-match'))
    .map(child => textMatch(child, 'i;unicode-casemap'))
  const parameters = filter.children
    .filter(child => child.name === card('param-filter'))
    .map(parameterTest)
  const test = combine<Property[]>(filter, [
    ...texts.map(match => (lines: Property[]) => {
      return lines.some(({ value }) => match(unescapeText(value)))
    }),
    ...parameters.map(match => (lines: Property[]) => lines.some(match)),
  ])
  return document => {
    const lines = propertiesOf(document, name)
    return lines.length > 0 && test(lines)
  }
}

function parameterTest(filter: XmlElement): (line: Property) => boolean {
  const name = filter.attributes.name?.toUpperCase() ?? ''
  if (childOf(filter, card('is-not-defined')) !== undefined) {
    return line => parameterOf(line, name) === undefined
  }
  const text = childOf(filter, card('text-match'))
  const match = text && textMatch(text, 'i;unicode-casemap')
  return line => {
    const value = parameterOf(line, name)
    return value !== undefined && (match === undefined || match(value))
  }
}

/** RFC 6352 10.5: any of the tests unless all are asked for; no test at all is met by all. */
function combine<T>(
  { attributes }: XmlElement,
  tests: readonly ((subject: T) => boolean)[],
): (subject: T) => boolean {
  const mode = attributes.test ?? 'anyof'
  if (mode !== 'anyof' && mode !== 'allof') {
    const message = 'The "test" attribute must be one of "allof" or "anyof"'
    throw new DavError('BadRequest', message)
  }
  if (tests.length === 0) return () => true
  return mode === 'allof'
    ? subject => tests.every(test => test(subject))
    : subject => tests.some(test => test(subject))
}
