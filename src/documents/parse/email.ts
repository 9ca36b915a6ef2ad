/** E-mail (RFC 5322, MIME): who wrote what to whom, and what is attached. */
import PostalMime, { type Address } from 'postal-mime'
import { DocumentError } from '../document.ts'
import { htmlToMarkdown } from '../html.ts'
import type { Parser } from './parser.ts'

/** Without any of these it is no e-mail. */
const USUAL = new Set(['from', 'to', 'subject', 'date', 'received', 'mime-version', 'content-type'])
const MOST_PARTS_DEEP = 50
const MOST_HEADER_BYTES = 1024 * 1024

/** The headers that people see, the body, and the names of the attachments. */
export const parseEmail: Parser = async ({ bytes, limits, pages }) => {
  const mail = await PostalMime.parse(bytes, {
    maxNestingDepth: MOST_PARTS_DEEP,
    maxHeadersSize: MOST_HEADER_BYTES,
  })
  if (!mail.headers.some(({ key }) => USUAL.has(key)))
    throw new DocumentError('DAMAGED', 'The file is no e-mail')
  const lines = [
    line('From', mail.from === undefined ? [] : [mail.from]),
    line('To', mail.to),
    line('Cc', mail.cc),
    mail.date === undefined ? '' : `Date: ${mail.date}`,
    mail.attachments.length === 0
      ? ''
      : `Attachments: ${mail.attachments.map(({ filename, mimeType }) => filename ?? mimeType).join(', ')}`,
  ].filter(Boolean)
  const most = limits.characters * 2
  const body = mail.text?.trim() || htmlToMarkdown(mail.html ?? '', { most })
  const heading = mail.subject === undefined ? [] : [`# ${mail.subject}`]
  pages.add([...heading, lines.join('\n'), body].join('\n\n'))
  return { format: 'markdown', processor: 'email', title: mail.subject }
}

function line(name: string, addresses: readonly Address[] | undefined): string {
  const people =
    addresses?.flatMap(entry => (entry.group === undefined ? [entry] : entry.group)) ?? []
  if (people.length === 0) return ''
  const shown = people.map(({ name, address }) => (name ? `${name} <${address}>` : address))
  return `${name}: ${shown.join(', ')}`
}
