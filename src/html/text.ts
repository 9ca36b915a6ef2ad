/**
 * HTML that others wrote, as plain text to read: for articles and mails.
 *
 * Reads as forgivingly as browsers do and in one pass, whatever it is given; nothing in it is
 * followed, fetched or run. Scripts, styles and comments say nothing to a reader and are left out.
 */
import { decodeEntities } from './entities.ts'

/** Elements that stand on lines of their own, and those with an empty line around them. */
const LINES = new Set(
  'address article aside center dd div dl dt fieldset figcaption figure footer form header hgroup legend li main menu nav option section select summary td th tr'.split(
    ' ',
  ),
)
const PARAGRAPHS = new Set('blockquote details h1 h2 h3 h4 h5 h6 hr ol p pre table ul'.split(' '))
/** Elements whose content is not text. */
const SILENT = new Set(
  'head iframe noembed noframes object script style svg template title'.split(' '),
)
/** Of these the content is no markup either: it ends at the closing tag and nowhere else. */
const RAW = new Set('iframe noembed noframes script style title textarea'.split(' '))

/**
 * The text of `html`: paragraphs apart by an empty line, list items begun with "- ", other white
 * space collapsed. With `links`, a link's address follows its text in brackets.
 */
export function htmlToText(html: string, { links = false } = {}): string {
  const out = createOutput()
  const hrefs: (string | undefined)[] = []
  let silent: string | undefined
  let pre = 0
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    const end = open < 0 ? html.length : open
    if (silent === undefined && end > at) out.write(decodeEntities(html.slice(at, end)), pre > 0)
    if (open < 0) break
    const tag = readTag(html, open)
    at = tag.end
    if (tag.name === undefined) {
      if (tag.text !== '' && silent === undefined) out.write(tag.text, pre > 0)
      continue
    }
    const { name, closing } = tag
    if (silent !== undefined) {
      if (closing && name === silent) silent = undefined
      continue
    }
    if (!closing && RAW.has(name)) at = closingOf(html, name, at)
    if (!closing && SILENT.has(name)) {
      if (!tag.empty) silent = name
      continue
    }
    if (name === 'br') out.line()
    else if (PARAGRAPHS.has(name)) out.paragraph()
    else if (LINES.has(name)) out.line()
    if (name === 'li' && !closing) out.write('- ', true)
    if (name === 'td' && closing) out.write(' ', false)
    if (name === 'pre') pre = Math.max(0, pre + (closing ? -1 : 1))
    if (name === 'img' && !closing) out.write(tag.attribute('alt') ?? '', false)
    if (name === 'a' && links) {
      if (!closing) hrefs.push(tag.attribute('href'))
      else out.write(linked(hrefs.pop()), false)
    }
  }
  return out.text()
}

/** The beginning of a text on one line, cut between words, with an ellipsis where it goes on. */
export function excerptOf(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= length) return line
  const cut = line.slice(0, length)
  const space = cut.lastIndexOf(' ')
  return `${(space > length / 2 ? cut.slice(0, space) : cut).toWellFormed()}…`
}

/** What a `<` begins. */
interface Tag {
  /** In lower case; undefined for what is no tag. */
  name: string | undefined
  closing: boolean
  /** `<br/>`. */
  empty: boolean
  /** Where it ends. */
  end: number
  /** Of what is no tag: what it says. */
  text: string
  attribute(name: string): string | undefined
}

function readTag(html: string, open: number): Tag {
  const none = { name: undefined, closing: false, empty: false, attribute: () => undefined }
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4)
    return { ...none, end: end < 0 ? html.length : end + 3, text: '' }
  }
  const next = html[open + 1] ?? ''
  if (next === '!' || next === '?') {
    const end = html.indexOf('>', open)
    return { ...none, end: end < 0 ? html.length : end + 1, text: '' }
  }
  const closing = next === '/'
  const start = open + (closing ? 2 : 1)
  if (!/[a-z]/i.test(html[start] ?? '')) return { ...none, end: open + 1, text: '<' }
  const end = endOfTag(html, start)
  const source = html.slice(start, end)
  const name = /^[^\s/>]+/.exec(source)?.[0].toLowerCase() ?? ''
  return {
    name,
    closing,
    empty: source.endsWith('/>'),
    end,
    text: '',
    attribute: wanted => attributeOf(source.slice(name.length), wanted),
  }
}

/** The position after the `>` that ends a tag; those in quotes do not. */
function endOfTag(html: string, start: number): number {
  let quote = ''
  for (let at = start; at < html.length; at++) {
    const character = html[at] ?? ''
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '>') return at + 1
    else if ((character === '"' || character === "'") && html[at - 1] === '=') quote = character
  }
  return html.length
}

/** Names, equals signs and values; nothing that would have to be read twice. */
const ATTRIBUTE_PARTS = /"[^"]*"|'[^']*'|=|[^\s=/>"']+/g

function attributeOf(source: string, wanted: string): string | undefined {
  const parts = source.match(ATTRIBUTE_PARTS) ?? []
  const at = parts.findIndex((part, at) => part.toLowerCase() === wanted && parts[at + 1] === '=')
  const value = at < 0 ? undefined : parts[at + 2]
  return value && decodeEntities(value.replace(/^(["'])(.*)\1$/s, '$2'))
}

function closingOf(html: string, name: string, from: number): number {
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 2)) {
    if (html.slice(at + 2, at + 2 + name.length).toLowerCase() === name) return at
  }
  return html.length
}

function linked(href: string | undefined): string {
  return href !== undefined && /^(https?|mailto):/i.test(href) ? ` [${href.trim()}]` : ''
}

/** Text as it grows: knows how many line ends are due before the next word. */
function createOutput() {
  const parts: string[] = []
  let due = 0
  let space = false
  const flush = () => {
    if (parts.length > 0) parts.push(due > 0 ? '\n'.repeat(due) : space ? ' ' : '')
    due = 0
    space = false
  }
  return {
    line: () => {
      due = Math.max(due, 1)
    },
    paragraph: () => {
      due = 2
    },
    write(text: string, verbatim: boolean) {
      if (verbatim) {
        if (text === '') return
        flush()
        parts.push(text)
        return
      }
      const words = text.replace(/[\s\u00a0]+/g, ' ')
      const said = words.trim()
      if (words.startsWith(' ')) space = true
      if (said === '') return
      if (parts.at(-1)?.endsWith(' ') || parts.at(-1)?.endsWith('\n')) space = false
      flush()
      parts.push(said)
      space = words.endsWith(' ')
    },
    text: () =>
      parts
        .join('')
        .split('\n')
        .map(line => line.trimEnd())
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim(),
  }
}
