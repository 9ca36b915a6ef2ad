/** Text or not, and in which encoding: told by the bytes first, as Nextcloud calls all text UTF-8. */

/** What a file is: bytes, text in UTF-16, or text in an encoding that its ASCII is part of. */
export type Format = 'binary' | 'utf-16le' | 'utf-16be' | 'text'

/** A stretch of a file as text. */
export interface DecodedText {
  text: string
  /** Label of the WHATWG Encoding Standard. */
  encoding: string
  /** Bytes at the start that end a character which began before. */
  skipped: number
  /** Bytes at the end that begin a character which ends later. */
  left: number
}

/** Where in its file a stretch of bytes lies. */
export interface Stretch {
  atStart: boolean
  atEnd: boolean
}

const BEGINNING: Stretch = { atStart: true, atEnd: false }

const TEXT_TYPE =
  /^(text\/|image\/svg\+xml|application\/(.*\+(json|xml)|json|xml|javascript|yaml|x-yaml|toml|sql|rtf|x-(sh|shellscript|php|perl|python|tex|ndjson|subrip)|ld\+json)$)/

const BINARY_TYPE =
  /^(image\/(?!svg)|audio\/|video\/|font\/|application\/(pdf|zip|gzip|msword|vnd\.|epub|java|x-(7z|bzip|compressed|gzip|rar|tar|xz|iso|font|sqlite|msdownload|deb|rpm)))/

/** What text does not have: all controls but those from backspace to return, and colours. */
function isControl(byte: number): boolean {
  return byte < 0x20 && (byte < 0x08 || byte > 0x0d) && byte !== 0x1b
}

/** Whether the type alone says that the file is not text. */
export function isBinaryType(contentType: string): boolean {
  return BINARY_TYPE.test(bareType(contentType))
}

/** Whether the type alone says that the file is text. */
export function isTextType(contentType: string): boolean {
  return TEXT_TYPE.test(bareType(contentType))
}

/** What a file is, by its type and its beginning. */
export function formatOf(beginning: Buffer, contentType: string): Format {
  if (isBinaryType(contentType)) return 'binary'
  const marked = byteOrderMark(beginning)
  if (marked !== undefined) return marked === 'utf-8' ? 'text' : marked
  const isDeclared = isTextType(contentType)
  if (beginning.includes(0)) return (isDeclared && utf16Guess(beginning)) || 'binary'
  if (isDeclared) return 'text'
  const isText = !beginning.some(isControl) && isUtf8(beginning, BEGINNING)
  return isText ? 'text' : 'binary'
}

/**
 * Decodes a stretch without cutting a character in two: as UTF-8 where it is UTF-8, else by the charset of the content type, else as windows-1252, in which every byte means
 * something.
 */
export function decodeText(
  bytes: Buffer,
  format: Exclude<Format, 'binary'>,
  contentType: string,
  stretch: Stretch,
): DecodedText {
  const encoding = format === 'text' ? encodingOf(bytes, contentType, stretch) : format
  let skipped = 0
  let end = bytes.length
  if (encoding === 'utf-8') {
    if (!stretch.atStart) skipped = continuationBytes(bytes)
    if (!stretch.atEnd) end -= unfinishedUtf8(bytes)
  } else if (format !== 'text' && !stretch.atEnd) {
    end -= unfinishedUtf16(bytes, format)
  }
  const decoder = new TextDecoder(encoding, { ignoreBOM: !stretch.atStart })
  const text = decoder.decode(bytes.subarray(skipped, Math.max(skipped, end)))
  return { text, encoding, skipped, left: bytes.length - end }
}

function encodingOf(bytes: Buffer, contentType: string, stretch: Stretch): string {
  if (isUtf8(bytes, stretch)) return 'utf-8'
  const declared = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1]
  if (declared === undefined || /^utf-?8$/i.test(declared)) return 'windows-1252'
  try {
    return new TextDecoder(declared).encoding
  } catch {
    return 'windows-1252'
  }
}

function bareType(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function byteOrderMark(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** Text in UTF-16 has the zero bytes of its ASCII characters all on one side. */
function utf16Guess(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const zeros = [0, 0]
  const sample = bytes.subarray(0, 4_096)
  for (const [at, byte] of sample.entries()) {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  }
  const [even = 0, odd = 0] = zeros
  const many = sample.length / 16
  if (odd > many && even < odd / 8) return 'utf-16le'
  if (even > many && odd < even / 8) return 'utf-16be'
  return undefined
}

function isUtf8(bytes: Buffer, { atStart, atEnd }: Stretch): boolean {
  const start = atStart ? 0 : continuationBytes(bytes)
  const end = atEnd ? bytes.length : bytes.length - unfinishedUtf8(bytes)
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, Math.max(start, end)))
    return true
  } catch {
    return false
  }
}

/** How many bytes at the start (at most 3) only continue a character (RFC 3629, section 3). */
function continuationBytes(bytes: Buffer): number {
  let count = 0
  while (count < 3 && ((bytes[count] ?? 0) & 0xc0) === 0x80) count++
  return count
}

/** How many bytes at the end begin a character that is longer than what is there. */
function unfinishedUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? back : 0
  }
  return 0
}

function unfinishedUtf16(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): number {
  const odd = bytes.length % 2
  const lastUnit = bytes.length - odd - 2
  if (lastUnit < 0) return odd
  const unit = encoding === 'utf-16le' ? bytes.readUInt16LE(lastUnit) : bytes.readUInt16BE(lastUnit)
  const isHighSurrogate = unit >= 0xd800 && unit <= 0xdbff
  return odd + (isHighSurrogate ? 2 : 0)
}
