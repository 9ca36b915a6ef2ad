/** Photos in cards (RFC 2426 3.1.4, RFC 6350 6.2.4): in and out, recognised by their bytes. */
import { type ContentLine, parameter } from '../contentline/line.ts'
import { unescapeText } from '../contentline/text.ts'
import { type Card, continuation, isBase64, lineEnd, linesOf } from './card.ts'
import { newLine } from './value.ts'

/** A photo of a card. */
export type Photo =
  | { readonly kind: 'bytes'; readonly mimeType: string; readonly bytes: Buffer }
  /** Kept elsewhere; nothing is fetched from there. */
  | { readonly kind: 'link'; readonly url: string }

const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^\xFF\xD8\xFF/, 'image/jpeg'],
  [/^\x89PNG\r\n/, 'image/png'],
  [/^GIF8[79]a/, 'image/gif'],
  [/^RIFF[\s\S]{4}WEBP/, 'image/webp'],
]

/** The card's photo; undefined where it has none that can be read. */
export function photoOf(card: Card): Photo | undefined {
  for (const line of linesOf(card, 'PHOTO')) {
    const photo = read(card, line)
    if (photo !== undefined) return photo
  }
  return undefined
}

/** What can be said about a photo in a few words: `image/jpeg, 12345 bytes`, or its address. */
export function photoSummary(card: Card): string | undefined {
  const photo = photoOf(card)
  if (photo === undefined) return undefined
  return photo.kind === 'link' ? photo.url : `${photo.mimeType}, ${photo.bytes.length} bytes`
}

/** A new line with a photo, in the card's style. */
export function photoLine(card: Card, mimeType: string, bytes: Buffer): ContentLine {
  const data = bytes.toString('base64')
  const type = mimeType.replace('image/', '').toUpperCase()
  const { version } = card
  if (version === '4.0') {
    return newLine('PHOTO', `data:${mimeType};base64,${data}`, version, { lineEnd: lineEnd(card) })
  }
  return newLine('PHOTO', data, version, {
    lineEnd: lineEnd(card),
    parameters: [
      { name: 'ENCODING', values: [version === '2.1' ? 'BASE64' : 'b'] },
      { name: 'TYPE', values: [type] },
    ],
  })
}

/** The media type that bytes begin like; undefined for what is no photo. */
export function imageType(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 16)
  return SIGNATURES.find(([signature]) => signature.test(start))?.[1]
}

function read(card: Card, line: ContentLine): Photo | undefined {
  const value = line.value.trim()
  // Some servers escape the commas of an address, which needs none of it.
  const uri = /^(?:data|https?):/i.test(value) ? unescapeText(value) : value
  const data = /^data:([^;,]*)((?:;[^,]*)?),(.*)$/is.exec(uri)
  if (data !== null && /;base64$/i.test(data[2] ?? '')) {
    return bytesOf(data[3] ?? '', data[1]?.toLowerCase() ?? '')
  }
  if (/^https?:/i.test(uri)) return { kind: 'link', url: uri }
  if (data === null && (isBase64(line) || parameter(line, 'VALUE') === undefined)) {
    const subtype = parameter(line, 'TYPE') ?? ''
    return bytesOf(value + continuation(card, line), subtype && `image/${subtype.toLowerCase()}`)
  }
  return undefined
}

function bytesOf(base64: string, told: string): Photo | undefined {
  const text = base64.replace(/\s/g, '')
  if (text === '' || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return { kind: 'bytes', mimeType: imageType(bytes) ?? (told || 'image/jpeg'), bytes }
}
