/** Cards as multi-status answers have them. */
import { bareEtag } from '../dav/etag.ts'
import { pathBelow } from '../dav/homes.ts'
import { type DavResource, NOT_IN_XML, propertyText } from '../dav/multistatus.ts'
import { card, dav } from '../dav/xml.ts'
import type { Session } from '../session.ts'

/** A card as it is stored. */
export interface StoredCard {
  /** Percent-encoded path below the instance's address. */
  readonly path: string
  /** Bare. */
  readonly etag: string
  readonly data: string
  /** Bytes of what is stored, where that was asked for. */
  readonly length?: number
}

/** Whether a name can be one of an object as it is: no path, nothing to be encoded. */
export function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@=+-]{0,199}$/.test(name)
}

/** The UID of a text; undefined where there is none. */
export function uidOf(data: string): string | undefined {
  const unfolded = data.replace(/(?:\r\n|\n|\r)[ \t]/g, '')
  const written = /^(?:[A-Za-z0-9-]+\.)?UID(?:;[^:\r\n]*)?:(.*)$/im.exec(unfolded)?.[1]?.trim()
  return written?.replace(/\\([\\;,:])/g, '$1') || undefined
}

/** What a card is called by: its UID, else its name without `.vcf`. */
export function identity({ data, path }: Pick<StoredCard, 'data' | 'path'>): string {
  return uidOf(data) ?? nameOf(path).replace(/\.vcf$/i, '')
}

/** The cards of a multi-status answer that came with their text. */
export function storedCards(session: Session, resources: readonly DavResource[]): StoredCard[] {
  return resources.flatMap(resource => {
    // Trimming would take the end of the last line away.
    const data = resource.properties.get(card('address-data'))?.text
    const path = pathBelow(session, resource.href)
    if (data === undefined || path === undefined) return []
    const etag = bareEtag(propertyText(resource, dav('getetag')) ?? '')
    const length = propertyText(resource, dav('getcontentlength'))
    return [{ path, etag, data, ...(length === undefined ? {} : { length: Number(length) }) }]
  })
}

/** A text without what XML can lose. */
export function withoutLoss(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(NOT_IN_XML, '')
}

function nameOf(path: string): string {
  const name = path.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
