/**
 * HTML that somebody else wrote as Markdown, for reading: nothing is fetched, nothing runs, and
 * what is hidden from people stays out.
 */
import {
  compile,
  type DomNode,
  type FormatCallback,
  type HtmlToTextOptions,
  type SelectorDefinition,
} from 'html-to-text'
import { markdownTable } from './markdown-table.ts'

/** More characters of HTML are not read unless told so; a long newsletter has a tenth of them. */
const MOST_CHARACTERS = 1_000_000
/** Deeper elements are left out, so that no nesting exhausts the stack. */
const MOST_LEVELS = 100
/** Newsletters fill their previews with these. Joiners stay: Persian and emoji need them. */
const PADDING = /[\u00AD\u200B\u2060\uFEFF]|\u034F/g
const MOST_OPEN = 1_000
const TAG = /<(\/?)([a-z][a-z0-9]*)/gi
/** Elements without content, and those that people leave open because the next one ends them. */
const NEVER_NESTS = new Set(
  'area base br col dd dt embed hr img input li link meta option p param source td th tr wbr'.split(
    ' ',
  ),
)
/** Other addresses (`javascript:`, `cid:`, `data:`) say nothing to a reader. */
const SHOWN_ADDRESS = /^(?:https?|mailto|tel|ftp):/i

/** How HTML is read. */
export interface HtmlReading {
  /** Whether links are shown with their addresses, or as their text alone. Default true. */
  links?: boolean
  /** True where every table holds data, and none only lays a page out. Default false. */
  dataTables?: boolean
  /** Characters of HTML; default 1,000,000. */
  most?: number
}

/**
 * HTML as Markdown: headings, emphasis, links, lists, quotations, code, and tables that have
 * headings (others only lay a page out). Characters that mean something in Markdown are not
 * escaped, as nobody renders it. Images are shown by their alternative text alone. What is beyond
 * the most characters or 100 levels is left out, with "…" in its place.
 */
export function htmlToMarkdown(
  html: string,
  { links = true, dataTables = false, most = MOST_CHARACTERS }: HtmlReading = {},
): string {
  const convert = dataTables ? withDataTables : links ? withLinks : withoutLinks
  const read = beforeTooDeep(html.slice(0, most))
  return convert(read.length < html.length ? `${read} …` : read)
    .replaceAll('\u00A0', ' ')
    .replaceAll(PADDING, '')
    .replaceAll(/[^\S\n]+$/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/**
 * Up to where elements are nested too deeply for any reader. The parser's own stack takes time in
 * proportion to its height for each element.
 */
function beforeTooDeep(html: string): string {
  let open = 0
  for (const { 1: slash, 2: name = '', index } of html.matchAll(TAG)) {
    if (NEVER_NESTS.has(name.toLowerCase())) continue
    open = Math.max(0, open + (slash === '/' ? -1 : 1))
    if (open > MOST_OPEN) return html.slice(0, index)
  }
  return html
}

const heading: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2 })
  builder.addLiteral(`${'#'.repeat(Number(element.name?.slice(1)))} `)
  walk(element.children, builder)
  builder.closeBlock({ trailingLineBreaks: 2 })
}

const link: FormatCallback = (element, walk, builder) => {
  const address = String(element.attribs?.href ?? '').trim()
  if (!SHOWN_ADDRESS.test(address) || !saysSomething(element)) {
    walk(element.children, builder)
    return
  }
  builder.addLiteral('[')
  walk(element.children, builder)
  builder.addLiteral(`](${address.replaceAll(/[\s()<>]/g, encoded)})`)
}

/** A bracket would end the link. */
function encoded(character: string): string {
  return encodeURIComponent(character).replace('(', '%28').replace(')', '%29')
}

/** Newsletters are full of links around pictures without words. */
function saysSomething({ data, attribs, children = [] }: DomNode): boolean {
  return Boolean(data?.trim() || attribs?.alt?.trim()) || children.some(saysSomething)
}

const image: FormatCallback = ({ attribs }, _walk, builder) => {
  builder.addInline(String(attribs?.alt ?? ''))
}

const code: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 2, isPre: true })
  walk(element.children, builder)
  builder.closeBlock({
    trailingLineBreaks: 2,
    blockTransform: text => `\`\`\`\n${text.replace(/^\n+|\n+$/g, '')}\n\`\`\``,
  })
}

const table: FormatCallback = (element, walk, builder) => {
  const isData = rowsOf(element).some(row => cellsOf(row).some(({ name }) => name === 'th'))
  if (isData) {
    dataTable(element, walk, builder, {})
    return
  }
  for (const row of rowsOf(element)) {
    for (const cell of cellsOf(row)) {
      builder.openBlock({ leadingLineBreaks: 1 })
      walk(cell.children, builder)
      builder.closeBlock({ trailingLineBreaks: 1 })
    }
  }
}

const dataTable: FormatCallback = (element, walk, builder) => {
  builder.openTable()
  for (const row of rowsOf(element)) {
    builder.openTableRow()
    for (const cell of cellsOf(row)) {
      builder.openTableCell()
      walk(cell.children, builder)
      builder.closeTableCell()
    }
    builder.closeTableRow()
  }
  builder.closeTable({
    tableToString: rows => markdownTable(rows.map(cells => cells.map(({ text }) => text))),
  })
}

function rowsOf({ children }: DomNode): DomNode[] {
  return children.flatMap(child => {
    if (child.name === 'tr') return [child]
    return ['thead', 'tbody', 'tfoot'].includes(child.name ?? '') ? rowsOf(child) : []
  })
}

function cellsOf({ children }: DomNode): DomNode[] {
  return children.filter(({ name }) => name === 'td' || name === 'th')
}

/** Styles of what nobody sees; those of tiny letters also lay out what everybody does. */
const HIDING = ['display:none', 'visibility:hidden', 'opacity:0', 'max-height:0', 'max-height:0px']
  .flatMap(style => [style, style.replace(':', ': ')])
  .flatMap(style => [`[style*="${style};" i]`, `[style*="${style} " i]`, `[style$="${style}" i]`])

function surrounded(by: string, ...names: string[]): SelectorDefinition[] {
  const options = { prefix: by, suffix: by }
  return names.map(selector => ({ selector, format: 'inlineSurround', options }))
}

function formatted(format: string, ...selectors: string[]): SelectorDefinition[] {
  return selectors.map(selector => ({ selector, format }))
}

const options = {
  wordwrap: false,
  limits: { maxDepth: MOST_LEVELS, ellipsis: '…' },
  formatters: { heading, link, image, code, table, dataTable },
  selectors: [
    ...formatted('heading', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'),
    ...formatted('link', 'a'),
    ...formatted('image', 'img'),
    ...formatted('code', 'pre'),
    ...formatted('table', 'table'),
    ...formatted('skip', 'style', 'script', 'template', 'noscript', 'head', 'object', 'svg'),
    // What people do not see is written for machines, and rarely with good intentions.
    ...formatted('skip', '[hidden]', ...HIDING),
    ...surrounded('**', 'b', 'strong'),
    ...surrounded('*', 'i', 'em'),
    ...surrounded('`', 'code'),
    { selector: 'ul', options: { itemPrefix: '- ' } },
    { selector: 'hr', options: { length: 3 } },
  ],
} satisfies HtmlToTextOptions

const withLinks = compile(options)
const withoutLinks = compile({
  ...options,
  selectors: [...options.selectors, { selector: 'a', format: 'inline' }],
})
const withDataTables = compile({
  ...options,
  selectors: [...options.selectors, { selector: 'table', format: 'dataTable' }],
})
