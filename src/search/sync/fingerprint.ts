/** Tells whether a document says what it said before, without holding up the rest of the process. */
import { createHash } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import type { DocumentContent } from '../document.ts'

const SLICE = 256 * 1024

/** A hash of all that is stored of a document. */
export async function fingerprint({ text, ...rest }: DocumentContent): Promise<string> {
  const hash = createHash('sha256')
  const { title, format, pages, pageCount, category, path, modifiedAt, url } = rest
  hash.update(
    JSON.stringify([title, format, pages, pageCount, category, path, modifiedAt, url, text.length]),
  )
  for (let at = 0; at < text.length; at += SLICE) {
    if (at > 0) await breathe()
    // UTF-16, as halves of a character at the end of a slice would otherwise look all the same.
    hash.update(text.slice(at, at + SLICE), 'utf16le')
  }
  return hash.digest('base64url')
}
