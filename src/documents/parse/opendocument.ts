/** Documents of LibreOffice and others (OpenDocument 1.3): text, sheets, slides. */
import { DocumentError } from '../document.ts'
import type { Limits } from '../limits.ts'
import { createFlow, type Flow } from './opendocument-flow.ts'
import type { Parser } from './parser.ts'
import { createSheet, MOST_COLUMNS, type Sheet } from './sheet.ts'
import { titleIn } from './title.ts'
import { attribute, countOf, readXml } from './xml.ts'
import { type Archive, openZip } from './zip.ts'

/** Text documents: one flow, as they know no pages before somebody lays them out. */
export const parseOdt: Parser = async ({ bytes, limits, pages }) => {
  const archive = open(bytes, limits)
  const flow = createFlow()
  readXml(archive.read('content.xml'), {
    ...flow.handler,
    get enough() {
      return flow.size > limits.characters
    },
  })
  pages.add(flow.take())
  return { format: 'markdown', processor: 'odt', title: titleOf(archive) }
}

/** Presentations: a page for each slide, with its notes. */
export const parseOdp: Parser = async ({ bytes, limits, pages, progress }) => {
  const archive = open(bytes, limits)
  const slides = slidesOf(archive.read('content.xml'), createFlow({ notes: true }))
  const wanted = pages.wanted(slides.length)
  for (const [index, number] of wanted.entries()) {
    pages.add(slides[number - 1] ?? '', number)
    progress(index + 1, wanted.length)
  }
  const title = titleOf(archive)
  return { format: 'markdown', processor: 'odp', title, pageCount: slides.length }
}

/** Spreadsheets: a page for each sheet. */
export const parseOds: Parser = async ({ bytes, limits, pages, progress }) => {
  const archive = open(bytes, limits)
  const content = archive.read('content.xml')
  const names = sheetNames(content)
  const wanted = new Set(pages.wanted(names.length))
  let done = 0
  readSheets(content, limits, {
    isWanted: number => wanted.has(number),
    take(number, sheet) {
      pages.add(sheet.text(names[number - 1] ?? `Sheet ${number}`), number)
      progress(++done, wanted.size)
    },
  })
  const title = titleOf(archive)
  return { format: 'markdown', processor: 'ods', title, pageCount: names.length }
}

/** @throws DocumentError `ENCRYPTED` where the manifest says so */
function open(bytes: Uint8Array, limits: Limits): Archive {
  const archive = openZip(bytes, limits)
  const manifest = 'META-INF/manifest.xml'
  if (archive.has(manifest)) {
    readXml(archive.read(manifest), {
      open(_, name) {
        if (name !== 'encryption-data') return
        throw new DocumentError('ENCRYPTED', 'The file is encrypted with a password')
      },
    })
  }
  return archive
}

function slidesOf(content: Uint8Array, flow: Flow): string[] {
  const slides: string[] = []
  const { handler } = flow
  readXml(content, {
    open(tag, name) {
      if (name === 'page' && tag.prefix === 'draw') flow.take()
      handler.open(tag, name)
    },
    text: handler.text,
    close(name) {
      handler.close(name)
      if (name === 'page') slides.push(flow.take())
    },
  })
  return slides
}

function sheetNames(content: Uint8Array): string[] {
  const names: string[] = []
  let depth = 0
  readXml(content, {
    open(tag, name) {
      if (name === 'table' && depth++ === 0) names.push(attribute(tag, 'name', true) ?? '')
    },
    close(name) {
      if (name === 'table') depth--
    },
  })
  return names
}

interface SheetReading {
  isWanted(number: number): boolean
  take(number: number, sheet: Sheet): void
}

/** Repeated rows and cells are said once with a count, which for empty ones is a million. */
function readSheets(content: Uint8Array, limits: Limits, reading: SheetReading): void {
  let number = 0
  let depth = 0
  let sheet = createSheet()
  let row = 0
  let rowCount = 1
  let cells: { text: string; count: number }[] = []
  let paragraphs: string[] | undefined
  let text = ''
  let isNote = 0

  const finishRow = () => {
    const repeated = cells.some(({ text }) => text !== '') ? Math.min(rowCount, 1_000) : 0
    for (let copy = 0; copy < repeated && sheet.size < limits.characters; copy++) {
      let column = 0
      for (const cell of cells) {
        if (cell.text === '') column += cell.count
        else for (let at = 0; at < cell.count; at++) sheet.put(row + copy, column++, cell.text)
      }
    }
    row += rowCount
  }

  readXml(content, {
    open(tag, name) {
      if (name === 'table' && depth++ === 0) {
        number++
        sheet = createSheet()
        row = 0
      } else if (!reading.isWanted(number)) {
        return
      } else if (name === 'table-row') {
        rowCount = countOf(tag, 'number-rows-repeated', 1_048_576, true)
        cells = []
      } else if (name === 'table-cell' || name === 'covered-table-cell') {
        const count = countOf(tag, 'number-columns-repeated', MOST_COLUMNS, true)
        cells.push({ text: '', count })
        paragraphs = []
      } else if (name === 'annotation') isNote++
      else if (name === 'p') text = ''
      else if (name === 's') text += ' '.repeat(countOf(tag, 'c', 100, true))
      else if (name === 'line-break') text += '\n'
    },
    text(more) {
      if (paragraphs !== undefined && isNote === 0) text += more
    },
    close(name) {
      if (name === 'annotation') isNote = Math.max(0, isNote - 1)
      else if (name === 'p' && isNote === 0) paragraphs?.push(text)
      else if (name === 'table-cell' || name === 'covered-table-cell') {
        const cell = cells.at(-1)
        if (cell !== undefined) cell.text = paragraphs?.join('\n') ?? ''
        paragraphs = undefined
      } else if (name === 'table-row' && reading.isWanted(number)) finishRow()
      else if (name === 'table' && --depth === 0 && reading.isWanted(number)) {
        reading.take(number, sheet)
      }
    },
  })
}

function titleOf(archive: Archive): string | undefined {
  return titleIn(archive, 'meta.xml')
}
