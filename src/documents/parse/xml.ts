/** XML of documents as a stream of tags and text: no document type, so no entities of anybody's. */
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { DocumentError } from '../document.ts'

export type Tag = SaxesTagNS

/** What is told of the document; names are local ones. */
export interface XmlHandler {
  open?(tag: Tag, name: string): void
  close?(name: string): void
  text?(text: string): void
  /** Asked now and then: true ends the reading. */
  readonly enough?: boolean
}

const STRETCH = 256 * 1024
const MOST_LEVELS = 1_000

/**
 * Reads a document.
 * @throws DocumentError `DAMAGED` where it is not well-formed or declares a document type
 */
export function readXml(bytes: Uint8Array, handler: XmlHandler): void {
  const parser = new SaxesParser({ xmlns: true })
  let levels = 0
  parser.on('error', error => {
    throw damaged(`holds XML that is broken (line ${parser.line})`, error)
  })
  parser.on('doctype', () => {
    throw damaged('holds XML that declares a document type')
  })
  parser.on('opentag', tag => {
    if (++levels > MOST_LEVELS) throw damaged('holds XML that is nested too deeply')
    handler.open?.(tag, tag.local)
  })
  parser.on('closetag', tag => {
    levels--
    handler.close?.(tag.local)
  })
  if (handler.text !== undefined) parser.on('text', text => handler.text?.(text))
  parser.on('cdata', text => handler.text?.(text))
  const text = decoded(bytes)
  for (let at = 0; at < text.length; at += STRETCH) {
    parser.write(text.slice(at, at + STRETCH))
    if (handler.enough) return
  }
  parser.close()
}

/** An attribute by its local name: one without a prefix, or with any. */
export function attribute(tag: Tag, local: string, prefixed = false): string | undefined {
  for (const attribute of Object.values(tag.attributes)) {
    if (attribute.local === local && (attribute.prefix !== '') === prefixed) return attribute.value
  }
  return undefined
}

/** An attribute that is a count, never more than `most`. */
export function countOf(tag: Tag, local: string, most: number, prefixed = false): number {
  const count = Number.parseInt(attribute(tag, local, prefixed) ?? '', 10)
  return Number.isNaN(count) ? 1 : Math.min(Math.max(count, 0), most)
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes
  const isLittle = first === 0xff && second === 0xfe
  const isBig = first === 0xfe && second === 0xff
  return new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8').decode(bytes)
}

function damaged(how: string, cause?: unknown): DocumentError {
  const error = new DocumentError('DAMAGED', `The file ${how}`)
  if (cause !== undefined) error.cause = cause
  return error
}
