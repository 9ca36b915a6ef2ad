/**
 * Paths as people write them and hrefs as DAV does.
 *
 * Names travel byte for byte: `%`, `#` and `+` are ordinary characters, and normal forms are left
 * to Nextcloud, which takes NFD and NFC for one name and stores NFC. Encoded on the way out, decoded on the way in, in this file only.
 */
import { badInput } from '../errors.ts'

/**
 * The segments of a path that a person or a model wrote: slashes at either end and in a row do
 * not count, `''` and `/` are the root.
 * @throws CodedError `BAD_INPUT` for `.` and `..`, backslashes and control characters, none of
 *   which Nextcloud has in a name
 */
export function segmentsOf(path: string): string[] {
  const segments = path.split('/').filter(segment => segment !== '')
  for (const segment of segments) {
    if (segment === '.' || segment === '..') {
      throw badInput(
        `The path "${path}" must not contain "${segment}"`,
        'Give the whole path from the root of the files.',
      )
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (/[\\\u0000-\u001F\u007F]/.test(segment)) {
      throw badInput(`The path "${path}" contains a character that Nextcloud does not allow`)
    }
    if (!segment.isWellFormed()) throw badInput('The path contains half a surrogate pair')
  }
  return segments
}

/** The path in one spelling: segments joined by slashes, none at the ends, `''` for the root. */
export function normalPath(path: string): string {
  return segmentsOf(path).join('/')
}

/** Segments as a percent-encoded path with a leading slash (RFC 3986, section 2.1). */
export function encodePath(segments: readonly string[]): string {
  return segments.map(segment => `/${encodeSegment(segment)}`).join('')
}

/** One name, percent-encoded; also what `encodeURIComponent` leaves alone but URLs give a meaning. */
export function encodeSegment(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * The decoded segments of an href from a DAV answer, below `root` (decoded segments as well).
 * Absolute URLs and paths both occur; a part that is not valid UTF-8 stays encoded.
 * @returns undefined when the href is not below `root`
 */
export function segmentsBelow(href: string, root: readonly string[]): string[] | undefined {
  const path = /^https?:\/\/[^/]*(\/.*)?$/i.exec(href)?.[1] ?? href
  const segments = path
    .split('/')
    .filter(segment => segment !== '')
    .map(decodeSegment)
  if (root.some((segment, at) => segments[at] !== segment)) return undefined
  return segments.slice(root.length)
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
