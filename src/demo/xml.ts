import { SaxesParser } from 'saxes'

/** An element of a parsed document, its name in Clark notation: `{DAV:}prop`. */
export interface XmlElement {
  name: string
  /** Attributes without namespace, by name. */
  attributes: Record<string, string>
  /** All character data directly inside. */
  text: string
  children: XmlElement[]
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Escapes text for XML content and attributes; like PHP, it leaves in what XML cannot hold. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, character => escapes[character] ?? character)
}

/**
 * Parses a document into its root element. Entities other than XML's own five are an error, so
 * nothing can be expanded.
 *
 * @throws Error with the parser's message when the document is not well-formed
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true })
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', tag => {
    const attributes = Object.fromEntries(
      Object.values(tag.attributes).flatMap(({ uri, local, value }) =>
        uri === '' ? [[local, value]] : [],
      ),
    )
    const element = { name: `{${tag.uri}}${tag.local}`, attributes, text: '', children: [] }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  const addText = (data: string) => {
    const parent = open.at(-1)
    if (parent !== undefined) parent.text += data
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(text).close()
  if (root === undefined) throw new Error('Document is empty')
  return root
}

/** The first child with this Clark name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find(child => child.name === name)
}
