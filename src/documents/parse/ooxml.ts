/** What the formats of Microsoft Office have in common (ECMA-376, parts 1 and 2). */
import { DocumentError } from '../document.ts'
import type { Limits } from '../limits.ts'
import { titleIn } from './title.ts'
import { attribute, readXml } from './xml.ts'
import { type Archive, openZip } from './zip.ts'

const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0]

/**
 * Opens a document. What is encrypted with a password is no archive but a compound file.
 * @throws DocumentError `ENCRYPTED`, `DAMAGED`, `TOO_LARGE`
 */
export function openOffice(bytes: Uint8Array, limits: Limits): Archive {
  if (COMPOUND_FILE.every((byte, at) => bytes[at] === byte)) {
    const isEncrypted = Buffer.from(bytes).includes(Buffer.from('EncryptedPackage', 'utf16le'))
    throw isEncrypted
      ? new DocumentError('ENCRYPTED', 'The file is encrypted with a password')
      : new DocumentError('DAMAGED', 'The file is an older Office file under a newer name')
  }
  return openZip(bytes, limits)
}

/** The parts that a part refers to: absolute names by relationship id, and by kind. */
export interface Relations {
  readonly byId: ReadonlyMap<string, string>
  /** The first of a kind, as in `notesSlide`. */
  ofKind(kind: string): string | undefined
}

/** The relationships of a part; none where it has none. */
export function relationsOf(archive: Archive, part: string): Relations {
  const folder = part.slice(0, part.lastIndexOf('/') + 1)
  const name = `${folder}_rels/${part.slice(folder.length)}.rels`
  const byId = new Map<string, string>()
  const byKind = new Map<string, string>()
  if (archive.has(name)) {
    readXml(archive.read(name), {
      open(tag, local) {
        const id = attribute(tag, 'Id')
        const target = attribute(tag, 'Target')
        if (local !== 'Relationship' || id === undefined || target === undefined) return
        if (attribute(tag, 'TargetMode') === 'External') return
        const absolute = resolved(folder, target)
        const kind = attribute(tag, 'Type')?.split('/').at(-1) ?? ''
        byId.set(id, absolute)
        if (!byKind.has(kind)) byKind.set(kind, absolute)
      },
    })
  }
  return { byId, ofKind: kind => byKind.get(kind) }
}

/** The name of a part in the archive, from a reference in a part of a folder. */
export function resolved(folder: string, target: string): string {
  const segments = target.startsWith('/') ? [] : folder.split('/').filter(Boolean)
  for (const segment of target.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.' && segment !== '') segments.push(segment)
  }
  return segments.join('/')
}

/** The main part, told by the relationships of the whole archive. */
export function mainPart(archive: Archive, usual: string): string {
  return relationsOf(archive, '').ofKind('officeDocument') ?? usual
}

/** What the properties of the document call it. */
export function titleOf(archive: Archive): string | undefined {
  return titleIn(archive, 'docProps/core.xml')
}
