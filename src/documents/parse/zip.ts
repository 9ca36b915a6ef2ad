/**
 * The files of an archive (PKWARE APPNOTE 4.3), one by one: nothing is unpacked that nobody asks
 * for, and nothing beyond what the archive declared and the caps allow.
 */
import { inflateRawSync } from 'node:zlib'
import { DocumentError } from '../document.ts'
import type { Limits } from '../limits.ts'

/** An opened archive. */
export interface Archive {
  /** In the order of its directory; without folders. */
  readonly names: readonly string[]
  has(name: string): boolean
  /** @throws DocumentError where the file is missing, broken, encrypted or too large */
  read(name: string): Uint8Array
}

interface Entry {
  readonly flags: number
  readonly method: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

const END = 0x06054b50
const DIRECTORY = 0x02014b50
const LOCAL = 0x04034b50
const ENCRYPTED = 1
const STORED = 0
const DEFLATED = 8
const IN_EXTRA = 0xffffffff
const ZIP64 = 1

/**
 * Reads the directory.
 * @throws DocumentError `DAMAGED` for what is no archive, `TOO_LARGE` for too many files
 */
export function openZip(bytes: Uint8Array, limits: Limits): Archive {
  const entries = directory(bytes, limits)
  let left = limits.unpackedBytes
  return {
    names: [...entries.keys()],
    has: name => entries.has(name),
    read(name) {
      const entry = entries.get(name)
      if (entry === undefined) throw damaged(`has no "${name}"`)
      if ((entry.flags & ENCRYPTED) !== 0) {
        throw new DocumentError('ENCRYPTED', 'The file is encrypted with a password')
      }
      if (entry.size > left) throw tooMuch(limits)
      left -= entry.size
      return unpacked(bytes, entry)
    },
  }
}

function unpacked(bytes: Uint8Array, entry: Entry): Uint8Array {
  const view = viewOf(bytes)
  const { offset } = entry
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL) throw damaged('is cut')
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  const packed = bytes.subarray(start, start + entry.packed)
  if (packed.length < entry.packed) throw damaged('is cut')
  if (entry.method === STORED && entry.size === entry.packed) return packed
  if (entry.method !== DEFLATED) throw damaged('uses a compression that is not known')
  if (entry.size === 0) return new Uint8Array()
  try {
    // More than was declared is not unpacked: that is how bombs lie.
    const content = inflateRawSync(packed, { maxOutputLength: entry.size })
    if (content.length === entry.size) return content
  } catch {
    // Told below, as what is shorter than it should be.
  }
  throw damaged('holds something else than it declares')
}

function directory(bytes: Uint8Array, limits: Limits): Map<string, Entry> {
  const view = viewOf(bytes)
  const end = endOf(view)
  const count = view.getUint16(end + 10, true)
  if (count > limits.entries) throw tooMuch(limits)
  const entries = new Map<string, Entry>()
  let at = view.getUint32(end + 16, true)
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY) {
      throw damaged('has no whole directory')
    }
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
    if (!name.endsWith('/')) entries.set(name, entryAt(view, at, extra))
    at += 46 + nameLength + extraLength + view.getUint16(at + 32, true)
  }
  return entries
}

/** A directory entry; numbers that need more than 32 bits are in its extra field, in this order. */
function entryAt(view: DataView, at: number, extra: Uint8Array): Entry {
  const wide = zip64(extra)
  const number = (offset: number) => {
    const value = view.getUint32(at + offset, true)
    return value === IN_EXTRA ? (wide.shift() ?? value) : value
  }
  const size = number(24)
  const packed = number(20)
  const offset = number(42)
  const flags = view.getUint16(at + 8, true)
  return { flags, method: view.getUint16(at + 10, true), size, packed, offset }
}

function zip64(extra: Uint8Array): number[] {
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === ZIP64) {
      const numbers: number[] = []
      const last = Math.min(at + 4 + length, extra.length)
      for (let from = at + 4; from + 8 <= last; from += 8) {
        numbers.push(Number(view.getBigUint64(from, true)))
      }
      return numbers
    }
    at += 4 + length
  }
  return []
}

/** The end record is the last one; a comment of up to 65,535 bytes may follow it. */
function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff)
  for (let at = view.byteLength - 22; at >= first; at--) {
    if (view.getUint32(at, true) === END) return at
  }
  throw damaged('is no whole archive')
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(how: string): DocumentError {
  return new DocumentError('DAMAGED', `The file ${how}`)
}

function tooMuch({ unpackedBytes, entries }: Limits): DocumentError {
  const most = Math.round(unpackedBytes / 1024 / 1024)
  return new DocumentError(
    'TOO_LARGE',
    `The file unpacks to more than ${most} MiB or ${entries} files`,
  )
}
