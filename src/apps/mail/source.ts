/** The bytes of a mail as text. */

/** Most bytes of a source in one answer: the headers, and the beginning of the rest. */
export const MOST_SOURCE_BYTES = 100_000

/**
 * A part of a mail's source as text, and how many bytes of it were used: no character is cut in
 * two. Old mails hold bytes of other encodings, which then stand for themselves (Latin-1).
 */
export function sourceText(bytes: Buffer, isEnd: boolean): { text: string; used: number } {
  let used = bytes.length
  if (!isEnd) {
    // The start of the last character is at most four bytes from the end.
    const start = bytes.subarray(-4).findLastIndex(byte => (byte & 0xc0) !== 0x80)
    const lead = bytes.length - Math.min(4, bytes.length) + start
    if (start >= 0 && (bytes[lead] ?? 0) >= 0xc0 && lead > 0) used = lead
  }
  const part = bytes.subarray(0, used)
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part), used }
  } catch {
    return { text: bytes.toString('latin1'), used: bytes.length }
  }
}
