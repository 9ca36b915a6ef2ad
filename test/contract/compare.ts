import { parseXml, type XmlElement } from '../../src/demo/xml.ts'
import type { RecordedExchange } from './recording.ts'

/** What came back from the demo. */
export interface Answer {
  status: number
  headers: Headers
  body: string
}

/** Values that differ between instances, from the recorded one to the demo's. */
export type Names = Map<string, string>

/** Headers whose presence and form are part of the contract. */
const headersOfInterest = [
  'accept-ranges',
  'access-control-allow-origin',
  'allow',
  'content-disposition',
  'content-location',
  'content-range',
  'content-type',
  'dav',
  'etag',
  'last-modified',
  'link',
  'ms-author-via',
  'oc-etag',
  'oc-fileid',
  'vary',
  'www-authenticate',
  'x-chat-last-common-read',
  'x-chat-last-given',
  'x-nextcloud-talk-hash',
  'x-nextcloud-talk-modified-before',
  'x-notes-api-versions',
  'x-notes-chunk-cursor',
  'x-notes-chunk-pending',
  'x-oc-mtime',
]

/** JSON fields whose values are the instance's own; of these only the type is compared. */
const ownFields =
  /^(id|recipe_id|etag|ETag|deletedAt|fileid|creationDateTime|modified|lastModified|added|date(Created|Modified)|filename|apppassword|token|endpoint|login|url|lastLogin|\w+Timestamp|createdAt|lastEditAt|stime|storage|(item|file)_(source|parent|mtime)|URL|timestamp|lastActivity|lastReadMessage|lastCommonReadMessage|attendeeId|roomToken|avatarVersion|hash|created|lastUpdated|lastInteraction|relevantThreshold|expire|databaseId|\w*[mM]ailboxId|accountId|localMessageId|cacheBuster|downloadUrl|rawUrl|updatedAt|datetime|object_id|circleId|\w+Url)$/

/** Elements whose text is the instance's own. */
const ownElements =
  /\}(getetag|getlastmodified|quota-used-bytes|id|fileid|objectId|creationDateTime|trashbin-deletion-time|\w*Timestamp|lastLogin)$/

/** Replaces, token by token, what is named differently in the demo. */
export function translate(text: string, names: Names): string {
  return text.replace(/[\w.%-]+/g, token => names.get(token) ?? token)
}

/** Lists how an answer deviates from the recorded one, and learns the demo's names for things. */
export function compare({ response }: RecordedExchange, answer: Answer, names: Names): string[] {
  if (answer.status !== response.status) {
    return [`status ${answer.status} instead of ${response.status}: ${answer.body.slice(0, 200)}`]
  }
  learnFromHeaders(response.headers, answer.headers, names)
  return [
    ...headersOfInterest.flatMap(name =>
      compareHeader(name, response.headers[name], answer.headers.get(name), names),
    ),
    ...compareBodies(response, answer.body, names),
  ]
}

function compareHeader(
  name: string,
  recorded: string | undefined,
  actual: string | null,
  names: Names,
): string[] {
  const wanted = recorded === undefined ? '' : headerForm(name, translate(recorded, names))
  const got = actual === null ? '' : headerForm(name, actual)
  return wanted === got ? [] : [`header ${name}: ${got || 'none'} instead of ${wanted || 'none'}`]
}

/** A header with everything replaced that is the instance's own. */
function headerForm(name: string, value: string): string {
  if (name === 'vary') {
    // Sent by the web server in front, which compresses; the demo has none.
    return value
      .split(/,\s*/)
      .filter(item => item !== 'Accept-Encoding')
      .join(',')
  }
  if (name === 'oc-fileid') return value.replace(/^\d{8}oc[a-z0-9]{10}$/, 'ID')
  return value
    .replace(/^W\//, '')
    .replace(/(?<=<)https?:\/\/[^/]+/, 'ORIGIN')
    .replace(/"[0-9a-f]{13}(?:[0-9a-f]{19})?"/g, '"ETAG"')
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d /, 'TIME ')
    .replace(/^\d{10}-\d{10}-\d+$/, 'CURSOR')
    .replace(/^[0-9a-f]{40}$/, 'HASH')
    .replace(/^\d{10}$/, 'SECONDS')
}

/** Headers that name things which later requests are about. */
const learntHeaders = [
  'etag',
  'oc-fileid',
  'content-location',
  'x-notes-chunk-cursor',
  'x-chat-last-given',
]

function learnFromHeaders(recorded: Record<string, string>, actual: Headers, names: Names): void {
  for (const name of learntHeaders) {
    const wanted = recorded[name]
    const got = actual.get(name)
    if (wanted === undefined || got === null) continue
    learn(names, wanted.replace(/"/g, ''), got.replace(/"/g, ''))
    if (name === 'oc-fileid') learn(names, fileIdOf(wanted), fileIdOf(got))
    if (name === 'content-location') learn(names, lastSegment(wanted), lastSegment(got))
  }
}

function compareBodies(
  { status, bodyType, body, truncated }: RecordedExchange['response'],
  actual: string,
  names: Names,
): string[] {
  if (bodyType === 'json') {
    // A bare number says which thing was made.
    const isId = typeof body === 'number' && status < 300
    return compareJson('body', body, parse(actual), names, isId)
  }
  if (bodyType === 'binary') return actual === '' ? ['body is empty'] : []
  if (typeof body !== 'string') return actual === '' ? [] : [`body ${actual} instead of none`]
  if (truncated) {
    const [wanted, got] = [body, actual].map(withoutPrefixes)
    return got?.startsWith(wanted ?? '') ? [] : [`body ${actual} instead of ${body}...`]
  }
  if (body.startsWith('<?xml')) {
    const layout = indented(body) === indented(actual) ? [] : ['body is laid out differently']
    return [...layout, ...compareXml('body', parseXml(body), parseXml(actual), names)]
  }
  const [wanted, got] = [body, actual].map(textForm)
  return got === wanted ? [] : [`body ${got} instead of ${wanted}`]
}

/** XML with the prefixes made up for foreign namespaces taken out: they mean nothing. */
function withoutPrefixes(xml: string): string {
  return xml.replace(/\bx\d+(?=[:=])/g, 'x')
}

/**
 * Text of calendars and cards with what the server made up: ids, and when it was written. Line
 * ends are not compared, as the recorder did not keep them.
 */
function textForm(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/(?<=sabre(?:dav|-vobject)-)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/(?<=PRODID:-\/\/Sabre[\s\S]*?DTSTAMP:)\d{8}T\d{6}Z/g, 'NOW')
}

/** Whether there is white space between elements, which a client must not take for content. */
function indented(xml: string): boolean {
  return />\n\s+</.test(xml)
}

/** Whether two texts differ only in ids, and in the time that makes an address new. */
function namedAlike(recorded: unknown, actual: unknown, names: Names): boolean {
  if (typeof recorded !== 'string' || typeof actual !== 'string') return false
  const timeless = (text: string) => text.replace(/\bt=\d{10}\b/, 't=TIME')
  return timeless(translate(recorded, names)) === timeless(actual)
}

/** Compares values of all fields, and types where the value is the instance's own. */
export function compareJson(
  at: string,
  recorded: unknown,
  actual: unknown,
  names: Names,
  own = false,
): string[] {
  if (typeOf(recorded) !== typeOf(actual)) {
    return [`${at} is ${typeOf(actual)} instead of ${typeOf(recorded)}`]
  }
  if (typeof recorded !== 'object' || recorded === null || typeof actual !== 'object') {
    if (own) {
      learn(names, String(recorded), String(actual))
      return []
    }
    const isAlike =
      publicValue(recorded) === publicValue(actual) ||
      translate(String(recorded), names) === String(actual) ||
      namedAlike(recorded, actual, names)
    return isAlike ? [] : [`${at} is ${String(actual)} instead of ${String(recorded)}`]
  }
  const wanted: Record<string, unknown> = { ...recorded }
  const got: Record<string, unknown> = { ...actual }
  return [...new Set([...Object.keys(wanted), ...Object.keys(got)])].flatMap(key => {
    if (!(key in got)) return [`${at}.${key} is missing`]
    if (!(key in wanted)) return [`${at}.${key} should not be there`]
    // Ids of users are the same everywhere; those of things are numbers.
    const isName = typeof wanted[key] === 'string' && /\D/.test(wanted[key])
    const isOwn = ownFields.test(key) && !(key === 'id' && isName)
    return compareJson(`${at}.${key}`, wanted[key], got[key], names, isOwn)
  })
}

/** A value that says nothing of the instance's own secrets. */
function publicValue(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^3\|\$argon2id\$.*/, 'HASH') : value
}

/**
 * Lists what a value has that the recorded one lacks, or has with another type. For documents
 * that may say less than the recorded instance did, but nothing else.
 */
export function compareSubset(at: string, recorded: unknown, actual: unknown): string[] {
  if (typeOf(recorded) !== typeOf(actual)) {
    return [`${at} is ${typeOf(actual)} instead of ${typeOf(recorded)}`]
  }
  if (typeof recorded !== 'object' || typeof actual !== 'object' || Array.isArray(actual)) return []
  const wanted: Record<string, unknown> = { ...recorded }
  return Object.entries({ ...actual }).flatMap(([key, value]) =>
    key in wanted
      ? compareSubset(`${at}.${key}`, wanted[key], value)
      : [`${at}.${key} should not be there`],
  )
}

function compareXml(at: string, recorded: XmlElement, actual: XmlElement, names: Names): string[] {
  if (recorded.name !== actual.name) return [`${at}: ${actual.name} instead of ${recorded.name}`]
  const path = `${at}/${recorded.name.replace(/^\{.*\}/, '')}`
  const [wanted, got] = [recorded.children, actual.children].map(children =>
    children.map(({ name }) => name),
  )
  if (String(wanted) !== String(got)) return [`${path} has ${got} instead of ${wanted}`]
  if (JSON.stringify(recorded.attributes) !== JSON.stringify(actual.attributes)) {
    return [`${path}: other attributes`]
  }
  const below = recorded.children.flatMap((child, index) => {
    const other = actual.children[index]
    return other === undefined ? [] : compareXml(path, child, other, names)
  })
  return [...compareText(path, recorded, actual, names), ...below]
}

function compareText(
  path: string,
  { name, text }: XmlElement,
  actual: XmlElement,
  names: Names,
): string[] {
  const wanted = text.trim()
  const got = actual.text.trim()
  if (ownElements.test(name)) {
    learn(names, wanted.replace(/"/g, ''), got.replace(/"/g, ''))
    const [first, second] = name.endsWith('getlastmodified')
      ? [wanted, got].map(value => String(Number.isNaN(Date.parse(value))))
      : [valueForm(wanted), valueForm(got)]
    return first === second ? [] : [`${path}: ${got} instead of ${wanted}`]
  }
  if (name === '{DAV:}href') {
    const [last, other] = [wanted, got].map(lastSegment)
    // Things in the trash bin are named after the time they were deleted.
    if (/\.d\d{10}$/.test(last ?? '')) learn(names, last ?? '', other ?? '')
  }
  const translated = textForm(translate(wanted, names))
  return translated === textForm(got) ? [] : [`${path}: ${got} instead of ${translated}`]
}

/** A value with numbers, ETags and the id of the instance taken out. */
function valueForm(value: string): string {
  return value.replace(/^\d{8}oc[a-z0-9]{10}$/, 'ID').replace(/[0-9a-f]{13,}|\d+/g, '#')
}

function learn(names: Names, recorded: string, actual: string): void {
  if (recorded !== actual && /^[\w.%-]+$/.test(recorded)) names.set(recorded, actual)
}

function fileIdOf(ocFileId: string): string {
  return String(Number.parseInt(ocFileId.slice(0, 8), 10))
}

function lastSegment(path: string): string {
  return path.split('/').at(-1) ?? ''
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return `not JSON: ${text.slice(0, 200)}`
  }
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}
