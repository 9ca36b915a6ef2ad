/** Workbooks of Excel: a page for each sheet. */
import type { Limits } from '../limits.ts'
import { mainPart, openOffice, relationsOf, titleOf } from './ooxml.ts'
import type { Parser } from './parser.ts'
import { createSheet } from './sheet.ts'
import { dateFormats, dateText } from './xlsx-dates.ts'
import { attribute, readXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** What all sheets of a workbook share. */
interface Workbook {
  readonly sheets: readonly { readonly name: string; readonly part: string }[]
  readonly strings: readonly string[]
  /** Whether the n-th cell format shows a date, and which parts of it. */
  readonly dates: ReturnType<typeof dateFormats>
  readonly since1904: boolean
}

/** Values as they are stored, dates as ISO 8601; formulas by their last result. */
export const parseXlsx: Parser = async ({ bytes, limits, pages, progress }) => {
  const archive = openOffice(bytes, limits)
  const workbook = workbookOf(archive, limits)
  const wanted = pages.wanted(workbook.sheets.length)
  for (const [index, number] of wanted.entries()) {
    const sheet = workbook.sheets[number - 1]
    if (sheet === undefined) continue
    pages.add(sheetText(archive.read(sheet.part), sheet.name, workbook, limits), number)
    if (pages.full) break
    progress(index + 1, wanted.length)
  }
  return {
    format: 'markdown',
    processor: 'xlsx',
    title: titleOf(archive),
    pageCount: workbook.sheets.length,
  }
}

function workbookOf(archive: Archive, limits: Limits): Workbook {
  const main = mainPart(archive, 'xl/workbook.xml')
  const relations = relationsOf(archive, main)
  const sheets: { name: string; part: string }[] = []
  let since1904 = false
  readXml(archive.read(main), {
    open(tag, name) {
      if (name === 'workbookPr') since1904 = /^(1|true)$/.test(attribute(tag, 'date1904') ?? '')
      if (name !== 'sheet') return
      const part = relations.byId.get(attribute(tag, 'id', true) ?? '')
      const label = attribute(tag, 'name') ?? `Sheet ${sheets.length + 1}`
      if (part !== undefined && archive.has(part)) sheets.push({ name: label, part })
    },
  })
  const part = (kind: string) => {
    const name = relations.ofKind(kind)
    return name !== undefined && archive.has(name) ? archive.read(name) : undefined
  }
  return {
    sheets,
    strings: stringsOf(part('sharedStrings'), limits),
    dates: dateFormats(part('styles')),
    since1904,
  }
}

/** Texts that cells refer to by number; phonetic readings beside them are left out. */
function stringsOf(bytes: Uint8Array | undefined, limits: Limits): string[] {
  const strings: string[] = []
  let text = ''
  let isText = false
  let isReading = false
  let size = 0
  if (bytes === undefined) return strings
  readXml(bytes, {
    open(_, name) {
      if (name === 'si') text = ''
      else if (name === 'rPh') isReading = true
      else if (name === 't') isText = !isReading
    },
    text(more) {
      if (isText) text += more
    },
    close(name) {
      if (name === 't') isText = false
      else if (name === 'rPh') isReading = false
      else if (name === 'si') {
        strings.push(text)
        size += text.length
      }
    },
    get enough() {
      return size > limits.characters * 4
    },
  })
  return strings
}

function sheetText(bytes: Uint8Array, name: string, workbook: Workbook, limits: Limits): string {
  const sheet = createSheet()
  let row = -1
  let column = -1
  let kind = ''
  let style = 0
  let value = ''
  let isValue = false
  readXml(bytes, {
    open(tag, local) {
      if (local === 'row') {
        row = Number(attribute(tag, 'r') ?? row + 2) - 1
        column = -1
      } else if (local === 'c') {
        column = columnOf(attribute(tag, 'r')) ?? column + 1
        kind = attribute(tag, 't') ?? 'n'
        style = Number(attribute(tag, 's') ?? 0)
        value = ''
      } else if (local === 'v' || local === 't') isValue = true
    },
    text(text) {
      if (isValue) value += text
    },
    close(local) {
      if (local === 'v' || local === 't') isValue = false
      else if (local === 'c') sheet.put(row, column, shown(value, kind, style, workbook))
    },
    get enough() {
      return sheet.size > limits.characters
    },
  })
  return sheet.text(name)
}

/** `BC7` is in column 54. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0]
  if (letters === undefined) return undefined
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function shown(value: string, kind: string, style: number, workbook: Workbook): string {
  if (value === '') return ''
  if (kind === 's') return workbook.strings[Number(value)] ?? ''
  if (kind === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  const format = kind === 'n' ? workbook.dates[style] : undefined
  if (format === undefined) return value
  return dateText(Number(value), format, workbook.since1904) ?? value
}
