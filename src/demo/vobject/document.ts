/** One content line (RFC 5545 3.1, RFC 6350 3.3): `GROUP.NAME;PARAM=value:value`. */
export interface Property {
  /** In capitals. */
  name: string
  /** The prefix some vCards put before a name to bind lines together. */
  group: string | undefined
  /** Names in capitals, values as they stand in the text, quotes included. */
  parameters: [name: string, value: string][]
  /** As it stands in the text, escapes included. */
  value: string
}

/** A component: a whole calendar or card, an event, an alarm. */
export interface Component {
  /** In capitals. */
  name: string
  properties: Property[]
  components: Component[]
}

/** A text that is no calendar and no card; the message is the one of sabre/vobject. */
export class ParseError extends Error {
  override name = 'ParseError'
}

/** What the server calls itself in what it writes. */
export const productId = '-//Sabre//Sabre VObject 4.5.6//EN'

/**
 * Parses the first component of a text. A card may lack its end; then `complete` is false.
 *
 * @throws ParseError
 */
export function parseDocument(text: string): { document: Component; complete: boolean } {
  const lines = unfold(text.replace(/^\uFEFF/, ''))
  const first = lines[0]
  if (first === undefined) throw new ParseError('End of document reached prematurely')
  const type = /^BEGIN:(VCARD|VCALENDAR)$/i.exec(first.text)?.[1]?.toUpperCase()
  if (type === undefined) {
    throw new ParseError('This parser only supports VCARD and VCALENDAR files')
  }
  const document: Component = { name: type, properties: [], components: [] }
  const open = [document]
  for (const { text: line, number } of lines.slice(1)) {
    const current = open.at(-1)
    if (current === undefined) break
    const begun = /^BEGIN:(.+)$/i.exec(line)?.[1]?.toUpperCase()
    const ended = /^END:(.+)$/i.exec(line)?.[1]?.toUpperCase()
    if (begun !== undefined) {
      const component: Component = { name: begun, properties: [], components: [] }
      current.components.push(component)
      open.push(component)
    } else if (ended !== undefined) {
      if (ended !== current.name) {
        const message = `expected: "END:${current.name}" got: "END:${ended}"`
        throw new ParseError(`Invalid MimeDir file. ${message}`)
      }
      open.pop()
    } else {
      current.properties.push(parseProperty(line, number))
    }
  }
  if (open.length > 0 && !(type === 'VCARD' && open.length === 1)) {
    throw new ParseError('End of document reached prematurely')
  }
  return { document, complete: open.length === 0 }
}

function unfold(text: string): { text: string; number: number }[] {
  const lines: { text: string; number: number }[] = []
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const last = lines.at(-1)
    if (/^[ \t]/.test(line) && last !== undefined) last.text += line.slice(1)
    else if (line !== '') lines.push({ text: line, number: index + 1 })
  }
  return lines
}

function parseProperty(line: string, number: number): Property {
  const match = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)$/s.exec(line)
  if (match === null) {
    const where = `Line starting at ${number} did not follow iCalendar/vCard conventions`
    throw new ParseError(`Invalid Mimedir file. ${where}`)
  }
  const [, group, name = '', parameters = '', value = ''] = match
  return { name: name.toUpperCase(), group, parameters: parseParameters(parameters), value }
}

function parseParameters(text: string): [string, string][] {
  const parts = text.match(/;(?:"[^"]*"|[^";])*/g) ?? []
  return parts.map(part => {
    const equals = part.indexOf('=')
    // A vCard 2.1 habit: a type without its name.
    if (equals < 0) return ['TYPE', part.slice(1)]
    return [part.slice(1, equals).toUpperCase(), part.slice(equals + 1)]
  })
}

/** Writes a component with folded lines of at most 75 octets that end in CRLF. */
export function serialise(component: Component): string {
  const version = component.properties.filter(({ name }) => name === 'VERSION')
  const others = component.properties.filter(({ name }) => name !== 'VERSION')
  const zones = component.components.filter(({ name }) => name === 'VTIMEZONE')
  const rest = component.components.filter(({ name }) => name !== 'VTIMEZONE')
  return [
    `BEGIN:${component.name}\r\n`,
    ...[...version, ...others].map(property => fold(lineOf(property))),
    ...[...zones, ...rest].map(serialise),
    `END:${component.name}\r\n`,
  ].join('')
}

function lineOf({ group, name, parameters, value }: Property): string {
  const prefix = group === undefined ? '' : `${group}.`
  return `${prefix}${name}${parameters.map(([key, text]) => `;${key}=${text}`).join('')}:${value}`
}

function fold(line: string): string {
  let rest = Buffer.from(line)
  let folded = ''
  while (rest.length > 75) {
    let cut = 75
    // Never inside a character: octets that go on one begin with the bits 10.
    while (((rest[cut] ?? 0) & 0xc0) === 0x80) cut--
    folded += `${rest.subarray(0, cut).toString('utf8')}\r\n`
    rest = Buffer.concat([Buffer.from(' '), rest.subarray(cut)])
  }
  return `${folded}${rest.toString('utf8')}\r\n`
}

/** The first property of a name. */
export function propertyOf(component: Component, name: string): Property | undefined {
  return component.properties.find(property => property.name === name)
}

/** All properties of a name. */
export function propertiesOf(component: Component, name: string): Property[] {
  return component.properties.filter(property => property.name === name)
}

/** The unescaped text of the first property of a name. */
export function textOf(component: Component, name: string): string | undefined {
  const value = propertyOf(component, name)?.value
  return value === undefined ? undefined : unescapeText(value)
}

/** A text without the escapes of RFC 5545 3.3.11. */
export function unescapeText(value: string): string {
  return value.replace(/\\([nN,;\\:])/g, (_, character: string) =>
    character.toLowerCase() === 'n' ? '\n' : character,
  )
}

/** A text with the escapes it needs. */
export function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replaceAll('\n', '\\n')
}

/** A parameter without its quotes. */
export function parameterOf(property: Property, name: string): string | undefined {
  const value = property.parameters.find(([key]) => key === name)?.[1]
  return value?.replace(/^"(.*)"$/s, '$1')
}

/** A property of a value that needs no escapes. */
export function property(name: string, value: string, parameters: [string, string][] = []) {
  return { name, group: undefined, parameters, value } satisfies Property
}

/** Puts a property in place of the ones of its name, at the end. */
export function setProperty(component: Component, added: Property): void {
  removeProperties(component, added.name)
  component.properties.push(added)
}

/** Removes all properties of some names. */
export function removeProperties(component: Component, ...names: string[]): void {
  component.properties = component.properties.filter(({ name }) => !names.includes(name))
}

/** A copy that shares nothing with the original. */
export function cloneComponent(component: Component): Component {
  return structuredClone(component)
}

/** A calendar as the server begins one itself. */
export function newCalendar(components: Component[] = []): Component {
  return {
    name: 'VCALENDAR',
    properties: [
      property('VERSION', '2.0'),
      property('PRODID', productId),
      property('CALSCALE', 'GREGORIAN'),
    ],
    components,
  }
}
