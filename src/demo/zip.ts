import { crc32 } from 'node:zlib'

/** One file or folder (its name ends with a slash) of an archive; `mtime` in Unix seconds. */
export interface ZipEntry {
  name: string
  mtime: number
  content: Buffer
}

// General purpose bit 11: names are UTF-8.
const utf8Names = 0x0800
const versionNeeded = 20

/** Builds a ZIP archive (PKWARE APPNOTE 4.3) of uncompressed entries. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const described = describe(entry, name.length)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), described, name])
    const central = Buffer.alloc(46)
    central.write('PK\x01\x02', 'latin1')
    central.writeUInt16LE(versionNeeded, 4)
    described.copy(central, 6)
    central.writeUInt32LE(offset, 42)
    directory.push(central, name)
    parts.push(local, entry.content)
    offset += local.length + entry.content.length
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, index, end])
}

/** The fields a local header and a directory entry share. */
function describe({ mtime, content }: ZipEntry, nameLength: number): Buffer {
  const date = new Date(mtime * 1000)
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(versionNeeded, 0)
  fields.writeUInt16LE(utf8Names, 2)
  fields.writeUInt16LE((date.getUTCHours() << 11) | (date.getUTCMinutes() << 5), 6)
  const year = Math.max(0, date.getUTCFullYear() - 1980)
  fields.writeUInt16LE((year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(), 8)
  fields.writeUInt32LE(crc32(content), 10)
  fields.writeUInt32LE(content.length, 14)
  fields.writeUInt32LE(content.length, 18)
  fields.writeUInt16LE(nameLength, 22)
  return fields
}
