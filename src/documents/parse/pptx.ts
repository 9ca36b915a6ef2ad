/** Presentations of PowerPoint: a page for each slide, with its notes. */
import { markdownTable } from '../markdown-table.ts'
import { mainPart, openOffice, relationsOf, titleOf } from './ooxml.ts'
import type { Parser } from './parser.ts'
import { attribute, readXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** Titles become headings, the rest paragraphs and tables. */
export const parsePptx: Parser = async ({ bytes, limits, pages, progress }) => {
  const archive = openOffice(bytes, limits)
  const main = mainPart(archive, 'ppt/presentation.xml')
  const slides = slidesOf(archive, main)
  const wanted = pages.wanted(slides.length)
  for (const [index, number] of wanted.entries()) {
    const slide = slides[number - 1]
    pages.add(slide === undefined ? '' : slideText(archive, slide), number)
    if (pages.full) break
    progress(index + 1, wanted.length)
  }
  return {
    format: 'markdown',
    processor: 'pptx',
    title: titleOf(archive),
    pageCount: slides.length,
  }
}

function slidesOf(archive: Archive, main: string): string[] {
  const { byId } = relationsOf(archive, main)
  const slides: string[] = []
  readXml(archive.read(main), {
    open(tag, name) {
      if (name !== 'sldId') return
      const slide = byId.get(attribute(tag, 'id', true) ?? '')
      if (slide !== undefined) slides.push(slide)
    },
  })
  return slides
}

function slideText(archive: Archive, part: string): string {
  const notes = relationsOf(archive, part).ofKind('notesSlide')
  const blocks = blocksOf(archive.read(part))
  if (notes !== undefined && archive.has(notes)) {
    const said = blocksOf(archive.read(notes), ['sldNum', 'sldImg', 'hdr', 'ftr', 'dt'])
    if (said.length > 0) blocks.push(`Notes: ${said.join('\n')}`)
  }
  return blocks.join('\n\n')
}

/**
 * The shapes in the order in which they are written.
 * @param without kinds of placeholders whose text says nothing
 */
function blocksOf(bytes: Uint8Array, without: readonly string[] = ['sldNum']): string[] {
  const blocks: string[] = []
  let paragraphs: string[] = []
  let paragraph = ''
  let placeholder = ''
  let isText = false
  let rows: string[][] | undefined
  readXml(bytes, {
    open(tag, name) {
      if (name === 'ph') placeholder = attribute(tag, 'type') ?? 'body'
      else if (name === 't') isText = true
      else if (name === 'br') paragraph += '\n'
      else if (name === 'tbl') rows = []
      else if (name === 'tr') rows?.push([])
    },
    text(text) {
      if (isText) paragraph += text
    },
    close(name) {
      if (name === 't') isText = false
      else if (name === 'p') {
        if (paragraph.trim() !== '') paragraphs.push(paragraph)
        paragraph = ''
      } else if (name === 'tc') {
        rows?.at(-1)?.push(paragraphs.join('\n'))
        paragraphs = []
      } else if (name === 'tbl') {
        if (rows !== undefined && rows.length > 0) blocks.push(markdownTable(rows))
        rows = undefined
      } else if (name === 'sp') {
        const text = paragraphs.join('\n')
        const isTitle = placeholder === 'title' || placeholder === 'ctrTitle'
        if (text !== '' && !without.includes(placeholder)) {
          blocks.push(isTitle ? `## ${text.replaceAll('\n', ' ')}` : text)
        }
        paragraphs = []
        placeholder = ''
      }
    },
  })
  return blocks
}
