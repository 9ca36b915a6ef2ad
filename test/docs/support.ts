/** The documents as their tests read them: blocks of code, headings, links, tables. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** A fenced block of code. */
export interface Block {
  /** First word behind the fence; `''` where there is none. */
  readonly language: string
  /** The words behind that. */
  readonly info: string
  readonly text: string
  /** Of the fence; counts from 1. */
  readonly line: number
}

/** A document. */
export interface Document {
  /** From the root of the project, as in `docs/running.md`. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly Block[]
  /** The text without its blocks of code, which become empty lines. */
  readonly prose: string
}

/** Every document there is for people. */
export function documents(): Document[] {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name))
  return ['README.md', 'CONTRIBUTING.md', ...inDocs.toSorted()].map(documentAt)
}

/** One of them. */
export function documentAt(path: string): Document {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const blocks: Block[] = []
  const prose: string[] = []
  let open:
    | { indent: string; fence: string; info: string; line: number; lines: string[] }
    | undefined
  for (const [at, line] of text.split('\n').entries()) {
    const [, indent = '', fence, info = ''] = /^( *)(`{3,})(.*)$/.exec(line) ?? []
    const isClosing = open !== undefined && info === '' && (fence?.length ?? 0) >= open.fence.length
    prose.push(open === undefined && fence === undefined ? line : '')
    if (open === undefined && fence !== undefined) {
      open = { indent, fence, info: info.trim(), line: at + 1, lines: [] }
    } else if (open !== undefined && isClosing) {
      const [language = '', ...words] = open.info.split(/\s+/)
      const { lines } = open
      blocks.push({ language, info: words.join(' '), text: lines.join('\n'), line: open.line })
      open = undefined
    } else open?.lines.push(line.replace(new RegExp(`^${open.indent}`), ''))
  }
  if (open !== undefined) throw new Error(`${path}:${open.line} is not closed`)
  return { path, text, blocks, prose: prose.join('\n') }
}

/** What is between backticks in a text without blocks. */
export function codeSpans(prose: string): string[] {
  return [...prose.matchAll(/(`+)(.+?)\1(?!`)/g)].map(([, , text = '']) => text.trim())
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchors({ prose }: Document): Set<string> {
  const seen = new Map<string, number>()
  const found = new Set<string>()
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    found.add(before === 0 ? slug : `${slug}-${before}`)
  }
  return found
}

/** Where a document's links and pictures lead, other than to the web. */
export function localLinks({ path, prose }: Document): { target: string; anchor: string }[] {
  const text = prose.replace(/(`+)(.+?)\1(?!`)/g, '')
  const targets = [
    ...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]: *(\S+)/gm),
    ...text.matchAll(/\b(?:href|src)="([^"]+)"/g),
  ]
  return targets
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z][a-z+.-]*:/i.test(target))
    .map(target => {
      const [file = '', anchor = ''] = target.split('#')
      const found = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file))
      return { target: decodeURIComponent(found), anchor: decodeURIComponent(anchor) }
    })
}

/** Rows of the tables below a heading, or of all; cells as they are written. */
export function tableRows({ prose }: Document, heading?: string): string[][] {
  const part = heading === undefined ? prose : section(prose, heading)
  const lines = part.split('\n')
  return lines
    .filter((line, at) => {
      const isHead = /^\|[ :|-]+\|$/.test(lines[at + 1] ?? '')
      return line.startsWith('|') && !/^\|[ :|-]+\|$/.test(line) && !isHead
    })
    .map(line =>
      line
        .replace(/^\||\|$/g, '')
        .split(/(?<!\\)\|/)
        .map(cell => cell.trim().replaceAll('\\|', '|')),
    )
}

/** The part of a document from a heading to the next one of its level or above. */
function section(prose: string, heading: string): string {
  const lines = prose.split('\n')
  const from = lines.findIndex(line => line.replace(/^#+ +/, '') === heading && line[0] === '#')
  if (from < 0) throw new Error(`there is no heading "${heading}"`)
  const level = /^#+/.exec(lines[from] ?? '')?.[0].length ?? 0
  const length = lines
    .slice(from + 1)
    .findIndex(line => (/^(#+) /.exec(line)?.[1]?.length ?? 9) <= level)
  return lines.slice(from, length < 0 ? undefined : from + 1 + length).join('\n')
}

/** The sources of the program, the demo aside: it says what a Nextcloud says. */
export function sources(): string {
  const folder = join(ROOT, 'src')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.startsWith('demo/'))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}
