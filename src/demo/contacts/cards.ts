import { randomUUID } from 'node:crypto'
import { DavError } from '../dav/errors.ts'
import {
  type Component,
  ParseError,
  type Property,
  parameterOf,
  parseDocument,
  productId,
  propertiesOf,
  property,
  propertyOf,
  removeProperties,
  serialise,
} from '../vobject/document.ts'

/** A card fit to be kept. */
export interface CheckedCard {
  uid: string
  data: string
  /** The server had to mend it: what is kept is not what was sent. */
  mended: boolean
}

/**
 * Checks what a client wants to keep as sabre/dav does, and mends what it mends.
 *
 * @throws DavError UnsupportedMediaType
 */
export function checkCard(text: string): CheckedCard {
  const { document, complete } = read(text)
  if (document.name !== 'VCARD') {
    throw new DavError('UnsupportedMediaType', 'This collection can only support vcard objects.')
  }
  const mended = mend(document) || !complete
  const problem = problemOf(document)
  if (problem !== undefined) {
    throw new DavError('UnsupportedMediaType', `Validation error in vCard: ${problem}`)
  }
  const uid = propertyOf(document, 'UID')?.value ?? ''
  return { uid, data: mended ? serialise(document) : text, mended }
}

function read(text: string): { document: Component; complete: boolean } {
  try {
    return parseDocument(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const message = 'This resource only supports valid vCard or jCard data. Parse error: '
    throw new DavError('UnsupportedMediaType', message + error.message)
  }
}

function mend(card: Component): boolean {
  const before = card.properties.length
  if (propertyOf(card, 'VERSION') === undefined) card.properties.push(property('VERSION', '4.0'))
  if (propertyOf(card, 'UID') === undefined) card.properties.push(property('UID', randomUUID()))
  const name = propertyOf(card, 'FN') === undefined ? nameFor(card) : undefined
  if (name !== undefined) card.properties.push(property('FN', name))
  return card.properties.length > before
}

/** A name out of what else a card says. */
function nameFor(card: Component): string | undefined {
  const [last = '', first = ''] = propertyOf(card, 'N')?.value.split(';') ?? []
  const name = `${first} ${last}`.trim()
  if (name !== '') return name
  const others = ['ORG', 'NICKNAME', 'EMAIL'].map(field => propertyOf(card, field)?.value)
  return others.find(value => value !== undefined && value !== '')
}

function problemOf(card: Component): string | undefined {
  const version = propertyOf(card, 'VERSION')?.value
  if (version === '2.1') return 'CardDAV servers are not allowed to accept vCard 2.1.'
  if (version !== '3.0' && version !== '4.0') {
    return (
      'Only vcard version 4.0 (RFC6350), version 3.0 (RFC2426) or version 2.1 (icm-vcard-2.1) ' +
      'are supported.'
    )
  }
  if (propertiesOf(card, 'FN').length !== 1) {
    return 'The FN property must appear in the VCARD component exactly 1 time'
  }
  if (propertiesOf(card, 'UID').length > 1) {
    return 'UID MUST NOT appear more than once in a VCARD component'
  }
  return undefined
}

/**
 * A card in the version a client takes: Nextcloud keeps what was sent, but hands out 3.0 to
 * everybody who does not ask for 4.0. What has the version already stays as it is.
 */
export function inVersion(data: string, wanted: '3.0' | '4.0', only?: readonly string[]): string {
  const { document } = parseDocument(data)
  const same = propertyOf(document, 'VERSION')?.value === wanted
  if (same && only === undefined) return data
  if (only !== undefined) {
    const kept = new Set(['VERSION', 'UID', 'FN', ...only])
    document.properties = document.properties.filter(({ name }) => kept.has(name))
  }
  if (!same) {
    removeProperties(document, 'VERSION', 'PRODID')
    document.properties = [
      property('VERSION', wanted),
      property('PRODID', productId),
      ...document.properties.map(wanted === '3.0' ? toVersion3 : toVersion4),
    ]
  }
  return serialise(document)
}

function toVersion3(line: Property): Property {
  const parameters = line.parameters.flatMap(([name, value]): [string, string][] =>
    name === 'PREF' ? (value === '1' ? [['TYPE', 'PREF']] : []) : [[name, value]],
  )
  const made = { ...line, parameters }
  const image = /^data:image\/([a-z]+);base64,(.*)$/is.exec(line.value)
  if (line.name === 'PHOTO' && image !== null) {
    const type = image[1]?.toUpperCase() ?? ''
    const binary: [string, string][] = [
      ['ENCODING', 'b'],
      ['TYPE', type],
    ]
    return { ...made, parameters: binary, value: image[2] ?? '' }
  }
  const date = /^--(\d\d)-?(\d\d)$/.exec(line.value)
  if (/^(BDAY|ANNIVERSARY)$/.test(line.name) && date !== null) {
    const value = `1604-${date[1]}-${date[2]}`
    made.parameters = [...parameters, ['X-APPLE-OMIT-YEAR', '1604']]
    return { ...made, name: renamed3(line.name), value }
  }
  if (line.name === 'KIND') {
    return { ...made, name: 'X-ADDRESSBOOKSERVER-KIND', value: line.value.toUpperCase() }
  }
  return { ...made, name: renamed3(line.name) }
}

function renamed3(name: string): string {
  const names: Record<string, string> = {
    MEMBER: 'X-ADDRESSBOOKSERVER-MEMBER',
    ANNIVERSARY: 'X-ANNIVERSARY',
  }
  return names[name] ?? name
}

function toVersion4(line: Property): Property {
  const omitted = parameterOf(line, 'X-APPLE-OMIT-YEAR')
  if (omitted !== undefined && line.value.startsWith(omitted)) {
    const parameters = line.parameters.filter(([name]) => name !== 'X-APPLE-OMIT-YEAR')
    return { ...line, parameters, value: `--${line.value.slice(4).replaceAll('-', '')}` }
  }
  if (line.name === 'PHOTO' && parameterOf(line, 'ENCODING') !== undefined) {
    const type = (parameterOf(line, 'TYPE') ?? 'jpeg').toLowerCase()
    return { ...line, parameters: [], value: `data:image/${type};base64,${line.value}` }
  }
  switch (line.name) {
    case 'X-ADDRESSBOOKSERVER-KIND':
      return { ...line, name: 'KIND', value: line.value.toLowerCase() }
    case 'X-ADDRESSBOOKSERVER-MEMBER':
      return { ...line, name: 'MEMBER' }
    case 'X-ANNIVERSARY':
      return { ...line, name: 'ANNIVERSARY' }
  }
  return line
}

/** The picture in a card; `undefined` when there is none, or only its address. */
export function photoOf(data: string): { type: string; content: Buffer } | undefined {
  const line = propertyOf(parseDocument(data).document, 'PHOTO')
  if (line === undefined) return undefined
  const embedded = /^data:(image\/[a-z+]+);base64\\?,(.*)$/is.exec(line.value)
  if (embedded !== null) {
    const [, type = '', content = ''] = embedded
    return { type: type.toLowerCase(), content: Buffer.from(content, 'base64') }
  }
  if (!/^(b|base64)$/i.test(parameterOf(line, 'ENCODING') ?? '')) return undefined
  const type = (parameterOf(line, 'TYPE') ?? 'jpeg').toLowerCase()
  const full = type.startsWith('image/') ? type : `image/${type}`
  return { type: full, content: Buffer.from(line.value, 'base64') }
}
