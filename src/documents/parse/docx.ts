/** Word documents, by way of HTML. */
import { zipSync } from 'fflate'
import mammoth from 'mammoth'
import { DocumentError } from '../document.ts'
import { htmlToMarkdown } from '../html.ts'
import { mainPart, openOffice, titleOf } from './ooxml.ts'
import type { Parser } from './parser.ts'
import { readXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** Parts with text, or about it; pictures and what is embedded stay packed. */
const USEFUL = /\.(xml|rels)$/i
const NOT_READ = /(^|\/)(theme|glossary|customXml|webSettings|fontTable)/

/** Headings, lists, tables, notes and emphasis as Markdown. */
export const parseDocx: Parser = async ({ bytes, limits, pages }) => {
  const archive = openOffice(bytes, limits)
  const main = mainPart(archive, 'word/document.xml')
  if (!archive.has(main)) throw new DocumentError('DAMAGED', `The file has no "${main}"`)
  const { value: html } = await mammoth.convertToHtml(
    { buffer: Buffer.from(slim(archive)) },
    {
      externalFileAccess: false,
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
    },
  )
  const most = limits.characters * 2
  pages.add(htmlToMarkdown(html, { dataTables: true, most }))
  return {
    format: 'markdown',
    processor: 'docx',
    title: titleOf(archive),
    truncated: html.length > most,
  }
}

/** The library unpacks whatever it is given, so it is given what has been unpacked within the caps. */
function slim(archive: Archive): Uint8Array {
  const parts: Record<string, Uint8Array> = {}
  for (const name of archive.names) {
    if (!USEFUL.test(name) || NOT_READ.test(name)) continue
    const part = archive.read(name)
    readXml(part, {}) // Refuses document types, and what is nested without end.
    parts[name] = part
  }
  return zipSync(parts, { level: 0 })
}
