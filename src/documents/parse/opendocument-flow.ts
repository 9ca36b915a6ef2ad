/** The text of an OpenDocument file as Markdown: headings, paragraphs, lists, tables, notes. */
import { markdownTable } from '../markdown-table.ts'
import { attribute, countOf, type Tag } from './xml.ts'

/** Makes blocks out of tags. */
export interface Flow {
  readonly handler: {
    open(tag: Tag, name: string): void
    text(text: string): void
    close(name: string): void
  }
  /** Characters so far. */
  readonly size: number
  /** The blocks since the last time. */
  take(): string
}

/** What is not the text itself: deletions, comments, what repeats, drawings' descriptions. */
const LEFT_OUT = new Set(
  'tracked-changes annotation scripts font-face-decls automatic-styles styles forms sequence-decls title desc date-time footer'.split(
    ' ',
  ),
)

/** @param options.notes whether the notes of slides are kept, said to be that */
export function createFlow({ notes = false } = {}): Flow {
  const blocks: string[] = []
  /** Paragraphs within paragraphs are those of footnotes and frames. */
  const open: string[] = []
  const lists: { isFresh: boolean }[] = []
  const tables: { rows: string[][]; cell: string[] }[] = []
  let heading = 0
  let skipped = 0
  let isBody = false
  let isNotes = false
  let isTitle = false
  let noteCount = 0
  let footnote: string | undefined
  const footnotes: string[] = []
  let size = 0

  const say = (text: string) => {
    const last = open.length - 1
    if (last >= 0) open[last] += text
  }

  const finish = (text: string) => {
    if (text.trim() === '') return
    size += text.length + 2
    const table = tables.at(-1)
    if (footnote !== undefined) footnote += `${footnote === '' ? '' : ' '}${text}`
    else if (table !== undefined) table.cell.push(text)
    else if (lists.length > 0) blocks.push(asItem(text))
    else if (heading > 0) blocks.push(`${'#'.repeat(Math.min(heading, 6))} ${text}`)
    else if (isTitle) blocks.push(`## ${text}`)
    else blocks.push(isNotes ? `Notes: ${text}` : text)
  }

  const asItem = (text: string) => {
    const item = lists.at(-1)
    const mark = item?.isFresh ? '- ' : '  '
    if (item !== undefined) item.isFresh = false
    return `${'  '.repeat(lists.length - 1)}${mark}${text}`
  }

  const begin = (tag: Tag, name: string) => {
    switch (name) {
      case 'h':
        heading = countOf(tag, 'outline-level', 6, true)
        open.push('')
        break
      case 'p':
        open.push('')
        break
      case 's':
        say(' '.repeat(countOf(tag, 'c', 100, true)))
        break
      case 'tab':
        say('\t')
        break
      case 'line-break':
        say('\n')
        break
      case 'list-item':
      case 'list-header':
        lists.push({ isFresh: true })
        break
      case 'table':
        tables.push({ rows: [], cell: [] })
        break
      case 'table-row':
        tables.at(-1)?.rows.push([])
        break
      case 'notes':
        isNotes = true
        break
      case 'frame':
        isTitle = attribute(tag, 'class', true) === 'title'
        break
      case 'note-citation':
        open.push('')
        break
      case 'note-body':
        footnote = ''
    }
  }

  const end = (name: string) => {
    switch (name) {
      case 'h':
        finish(open.pop() ?? '')
        heading = 0
        break
      case 'p':
        finish(open.pop() ?? '')
        break
      case 'list-item':
      case 'list-header':
        lists.pop()
        break
      case 'table-cell':
      case 'covered-table-cell': {
        const table = tables.at(-1)
        table?.rows.at(-1)?.push(table.cell.join('\n'))
        if (table !== undefined) table.cell = []
        break
      }
      case 'table': {
        const rows = tables.pop()?.rows.filter(cells => cells.some(Boolean)) ?? []
        const text = rows.length === 0 ? '' : markdownTable(rows)
        const outer = tables.at(-1)
        if (outer !== undefined) outer.cell.push(rows.flat().join(' '))
        else if (text !== '') blocks.push(text)
        break
      }
      case 'notes':
        isNotes = false
        break
      case 'frame':
        isTitle = false
        break
      case 'note-citation':
        open.pop()
        break
      case 'note-body':
        say(`[^${++noteCount}]`)
        footnotes.push(`[^${noteCount}]: ${footnote ?? ''}`)
        footnote = undefined
    }
  }

  const isLeftOut = (name: string) => LEFT_OUT.has(name) || (name === 'notes' && !notes)

  return {
    get size() {
      return size
    },
    handler: {
      open(tag, name) {
        if (name === 'body') isBody = true
        else if (skipped > 0 || isLeftOut(name)) skipped++
        else if (isBody) begin(tag, name)
      },
      text(text) {
        if (isBody && skipped === 0) say(text.replaceAll(/\s+/g, ' '))
      },
      close(name) {
        if (skipped > 0) skipped--
        else if (isBody) end(name)
      },
    },
    take() {
      const text = joined([...blocks.splice(0), ...footnotes.splice(0)])
      return text
    },
  }
}

/** Items of a list, and footnotes, follow each other line by line. */
function joined(blocks: readonly string[]): string {
  let text = ''
  let before = ''
  for (const block of blocks) {
    const isClose = /^ *- |^ {2,}\S/.test(block) && /^ *- |^ {2,}\S/.test(before)
    text += `${text === '' ? '' : isClose ? '\n' : '\n\n'}${block}`
    before = block
  }
  return text
}
