/** Documents of office programs by hand, as small as they can be. */
import { archive } from './archive.ts'

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const CORE = 'http://schemas.openxmlformats.org/package/2006/metadata/core-properties'
const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types'
const MAIN = 'application/vnd.openxmlformats-officedocument'

type Relation = readonly [kind: string, target: string]

function relations(list: readonly Relation[]): string {
  const items = list.map(
    ([kind, target], at) =>
      `<Relationship Id="rId${at + 1}" Type="${OFFICE}/${kind}" Target="${target}"/>`,
  )
  return `${XML}<Relationships xmlns="${RELATIONS}">${items.join('')}</Relationships>`
}

function office(main: string, type: string, title: string, parts: Record<string, string>) {
  return archive({
    '[Content_Types].xml': `${XML}<Types xmlns="${TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${main}" ContentType="${MAIN}.${type}.main+xml"/></Types>`,
    '_rels/.rels': relations([['officeDocument', main]]),
    'docProps/core.xml': `${XML}<cp:coreProperties xmlns:cp="${CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></cp:coreProperties>`,
    ...parts,
  })
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

/** @param body paragraphs and tables in WordprocessingML */
export function docx(title: string, body: string): Uint8Array {
  return office('word/document.xml', 'wordprocessingml.document', title, {
    'word/document.xml': `${XML}<w:document ${W}><w:body>${body}</w:body></w:document>`,
    'word/_rels/document.xml.rels': relations([['styles', 'styles.xml']]),
    'word/styles.xml': `${XML}<w:styles ${W}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
  })
}

/** A paragraph, a heading with `style`. */
export function paragraph(text: string, style?: string): string {
  const properties = style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
}

/** A table. */
export function wordTable(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`
  return `<w:tbl>${rows.map(cells => `<w:tr>${cells.map(cell).join('')}</w:tr>`).join('')}</w:tbl>`
}

const S = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"`

/** @param sheets rows in SpreadsheetML by name; `styles` 1 is a date, 2 a date with a time */
export function xlsx(
  title: string,
  sheets: Readonly<Record<string, string>>,
  strings: readonly string[] = [],
): Uint8Array {
  const names = Object.keys(sheets)
  const parts = Object.values(sheets).map((rows, at) => [
    `xl/worksheets/sheet${at + 1}.xml`,
    `${XML}<worksheet ${S}><sheetData>${rows}</sheetData></worksheet>`,
  ])
  const list = names.map(
    (name, at) => `<sheet name="${name}" sheetId="${at + 7}" r:id="rId${at + 1}"/>`,
  )
  return office('xl/workbook.xml', 'spreadsheetml.sheet', title, {
    'xl/workbook.xml': `${XML}<workbook ${S}><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...names.map((_, at): Relation => ['worksheet', `worksheets/sheet${at + 1}.xml`]),
      ['sharedStrings', 'sharedStrings.xml'],
      ['styles', 'styles.xml'],
    ]),
    'xl/sharedStrings.xml': `${XML}<sst ${S}>${strings.map(text => `<si>${text}</si>`).join('')}</sst>`,
    'xl/styles.xml': `${XML}<styleSheet ${S}><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(parts),
  })
}

const A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
const P = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ${A} xmlns:r="${OFFICE}"`

/** A shape with paragraphs; `kind` is that of a placeholder. */
export function shape(kind: string, ...paragraphs: string[]): string {
  const text = paragraphs.map(line => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join('')
  return `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${kind}"/></p:nvPr></p:nvSpPr><p:txBody>${text}</p:txBody></p:sp>`
}

/** @param slides shapes in PresentationML, and notes */
export function pptx(title: string, slides: readonly { shapes: string; notes?: string }[]) {
  const parts: Record<string, string> = {}
  for (const [at, { shapes, notes }] of slides.entries()) {
    const name = `slide${at + 1}.xml`
    parts[`ppt/slides/${name}`] =
      `${XML}<p:sld ${P}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`
    if (notes === undefined) continue
    parts[`ppt/slides/_rels/${name}.rels`] = relations([['notesSlide', `../notesSlides/${name}`]])
    parts[`ppt/notesSlides/${name}`] =
      `${XML}<p:notes ${P}><p:cSld><p:spTree>${shape('body', notes)}${shape('sldNum', '9')}</p:spTree></p:cSld></p:notes>`
  }
  const ids = slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="rId${at + 1}"/>`)
  return office('ppt/presentation.xml', 'presentationml.presentation', title, {
    'ppt/presentation.xml': `${XML}<p:presentation ${P}><p:sldIdLst>${ids.join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(
      slides.map((_, at): Relation => ['slide', `slides/slide${at + 1}.xml`]),
    ),
    ...parts,
  })
}

const ODF = 'urn:oasis:names:tc:opendocument:xmlns'
const NAMES = ['office', 'text', 'table', 'drawing', 'presentation', 'meta', 'manifest']
const NAMESPACES = NAMES.map(
  name => `xmlns:${name === 'drawing' ? 'draw' : name}="${ODF}:${name}:1.0"`,
).join(' ')

/** @param body content of `office:text`, `office:spreadsheet` or `office:presentation` */
export function openDocument(
  kind: 'text' | 'spreadsheet' | 'presentation',
  title: string,
  body: string,
  { isEncrypted = false } = {},
): Uint8Array {
  const type = `application/vnd.oasis.opendocument.${kind}`
  const data = isEncrypted ? '<manifest:encryption-data/>' : ''
  return archive({
    mimetype: type,
    'META-INF/manifest.xml': `${XML}<manifest:manifest ${NAMESPACES}><manifest:file-entry manifest:full-path="content.xml">${data}</manifest:file-entry></manifest:manifest>`,
    'meta.xml': `${XML}<office:document-meta ${NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>${title}</dc:title></office:meta></office:document-meta>`,
    'content.xml': `${XML}<office:document-content ${NAMESPACES}><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
  })
}

/** @param chapters bodies of XHTML */
export function epub(title: string, chapters: readonly string[]): Uint8Array {
  const ids = chapters.map((_, at) => `c${at + 1}`)
  return archive({
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': `${XML}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
    'OEBPS/book.opf': `${XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></metadata><manifest>${ids.map(id => `<item id="${id}" href="text/${id}%20.xhtml" media-type="application/xhtml+xml"/>`).join('')}</manifest><spine>${ids.map(id => `<itemref idref="${id}"/>`).join('')}</spine></package>`,
    ...Object.fromEntries(
      chapters.map((body, at) => [
        `OEBPS/text/${ids[at]} .xhtml`,
        `${XML}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>${title}</title></head><body>${body}</body></html>`,
      ]),
    ),
  })
}
