/** What is text already, in whichever encoding. */
import { DocumentError } from '../document.ts'
import { decodeText, formatOf } from '../encoding.ts'
import { htmlToMarkdown } from '../html.ts'
import type { ParseInput, Parser } from './parser.ts'

/** Text as it is. */
export const parseText: Parser = async input => {
  input.pages.add(textOf(input))
  return { format: 'plain', processor: 'text' }
}

/** Markdown as it is, with its first heading as the title. */
export const parseMarkdown: Parser = async input => {
  const text = textOf(input)
  input.pages.add(text)
  return { format: 'markdown', processor: 'markdown', title: /^#\s+(.+)$/m.exec(text)?.[1] }
}

/** Web pages as Markdown. */
export const parseHtml: Parser = async input => {
  const html = textOf(input)
  const most = input.limits.characters * 2
  input.pages.add(htmlToMarkdown(html, { most }))
  const title = /<title\b[^>]*>([^<]*)/i.exec(html.slice(0, 100_000))?.[1]
  return {
    format: 'markdown',
    processor: 'html',
    title: title === undefined ? undefined : htmlToMarkdown(title),
    truncated: html.length > most,
  }
}

function textOf({ bytes, mediaType }: ParseInput): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const declared = /charset\s*=/i.test(mediaType ?? '') ? mediaType : charsetInside(buffer)
  const contentType = declared ?? 'text/plain'
  const format = formatOf(buffer.subarray(0, 16_384), contentType)
  if (format === 'binary') throw new DocumentError('DAMAGED', 'The file is not text')
  return decodeText(buffer, format, contentType, { atStart: true, atEnd: true }).text
}

/** What a web page says of itself at its beginning. */
function charsetInside(bytes: Buffer): string | undefined {
  const beginning = bytes.toString('latin1', 0, 2_048)
  const charset = /<meta\b[^>]*?charset\s*=\s*["']?([\w-]+)/i.exec(beginning)?.[1]
  return charset === undefined ? undefined : `text/html; charset=${charset}`
}
