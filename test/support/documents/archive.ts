/** Archives for documents, and archives that lie. */
import { deflateRawSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'

/** An archive of texts, the same bytes every time. */
export function archive(files: Record<string, string>): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)])
  return zipSync(Object.fromEntries(entries), { mtime: new Date(2026, 0, 1), level: 9 })
}

/**
 * An archive in which one file unpacks to zeros.
 * @param real bytes that it really unpacks to
 * @param declared bytes that the directory says
 */
export function bomb(name: string, real: number, declared = real): Uint8Array {
  const packed = deflateRawSync(Buffer.alloc(real), { level: 9 })
  const label = Buffer.from(name)
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(20, 0)
  fields.writeUInt16LE(8, 4)
  fields.writeUInt32LE(packed.length, 14)
  fields.writeUInt32LE(declared, 18)
  fields.writeUInt16LE(label.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, label, packed])
  const central = Buffer.alloc(46)
  central.write('PK\x01\x02', 'latin1')
  central.writeUInt16LE(20, 4)
  fields.copy(central, 6)
  const directory = Buffer.concat([central, label])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, directory, end])
}
