/** Books (EPUB 3.3, and 2): a page for each document of the spine, as readers turn them. */
import { DocumentError } from '../document.ts'
import { htmlToMarkdown } from '../html.ts'
import { resolved } from './ooxml.ts'
import type { Parser } from './parser.ts'
import { attribute, readXml } from './xml.ts'
import { type Archive, openZip } from './zip.ts'

interface Book {
  readonly title: string
  /** Names of the documents, in reading order. */
  readonly chapters: readonly string[]
}

/** Chapters as Markdown. */
export const parseEpub: Parser = async ({ bytes, limits, pages, progress }) => {
  const archive = openZip(bytes, limits)
  const { title, chapters } = bookOf(archive)
  const locked = encryptedNames(archive)
  if (chapters.some(name => locked.has(name))) {
    throw new DocumentError('ENCRYPTED', 'The book is protected (DRM)')
  }
  const wanted = pages.wanted(chapters.length)
  for (const [index, number] of wanted.entries()) {
    const name = chapters[number - 1] ?? ''
    const html = archive.has(name) ? new TextDecoder().decode(archive.read(name)) : ''
    pages.add(htmlToMarkdown(html, { most: limits.characters * 2 }), number)
    if (pages.full) break
    progress(index + 1, wanted.length)
  }
  return { format: 'markdown', processor: 'epub', title, pageCount: chapters.length }
}

function bookOf(archive: Archive): Book {
  let packageName: string | undefined
  readXml(archive.read('META-INF/container.xml'), {
    open(tag, name) {
      if (name === 'rootfile') packageName ??= attribute(tag, 'full-path')
    },
  })
  if (packageName === undefined) throw new DocumentError('DAMAGED', 'The book names no contents')
  const folder = packageName.slice(0, packageName.lastIndexOf('/') + 1)
  const items = new Map<string, string>()
  const chapters: string[] = []
  let title = ''
  let isTitle = false
  readXml(archive.read(packageName), {
    open(tag, name) {
      isTitle = name === 'title' && title === ''
      const reference = attribute(tag, 'href')
      if (name === 'item' && reference !== undefined) {
        items.set(attribute(tag, 'id') ?? '', resolved(folder, unescaped(reference)))
      } else if (name === 'itemref') {
        const chapter = items.get(attribute(tag, 'idref') ?? '')
        if (chapter !== undefined) chapters.push(chapter)
      }
    },
    text(text) {
      if (isTitle) title += text
    },
    close() {
      isTitle = false
    },
  })
  return { title, chapters }
}

/** Files that somebody needs a key for; fonts are often among them, and do not matter. */
function encryptedNames(archive: Archive): Set<string> {
  const names = new Set<string>()
  const list = 'META-INF/encryption.xml'
  if (!archive.has(list)) return names
  readXml(archive.read(list), {
    open(tag, name) {
      if (name === 'CipherReference') names.add(unescaped(attribute(tag, 'URI') ?? ''))
    },
  })
  return names
}

function unescaped(reference: string): string {
  try {
    return decodeURIComponent(reference.split('#', 1)[0] ?? '')
  } catch {
    return reference
  }
}
