import type { Address, Mail } from './store.ts'

/** What a list shows of a mail: the beginning of its text in one line. */
export function preview({ text, html }: Mail): string {
  const shown = html === undefined ? (text ?? '') : textOf(html)
  return shown.replaceAll(/[\r\n]/g, ' ').slice(0, 255)
}

/** HTML as the Mail app makes text of it: what is bold or a heading is shouted. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, '')
    .replaceAll(/<(b|strong|th|h[1-6])\b[^>]*>([\s\S]*?)<\/\1>/gi, (_, __, inner: string) =>
      inner.toUpperCase(),
    )
    .replaceAll(/<[^>]+>/g, '')
    .trim()
}

/**
 * The text of a mail as the API gives it: escaped like HTML, with links around addresses, and
 * without the signature, which comes apart.
 */
export function plainBody(text: string): { body: string; signature: string | null } {
  const all = linked(`${text.replaceAll('\r\n', '\n').trimEnd()}\n\n`)
  const parts = all.split('-- \n')
  const signature = parts.length > 1 ? (parts.pop() ?? null) : null
  return { body: parts.join('-- \r\n'), signature }
}

function linked(text: string): string {
  const found = /(https?:\/\/[^\s<>"]+|www\.[^\s<>"]+)|([\w.+-]+@[\w-]+\.[\w.-]*\w)/g
  let html = ''
  let end = 0
  for (const { 0: all, 1: url, index } of text.matchAll(found)) {
    html += escaped(text.slice(end, index))
    const address = escaped(url?.startsWith('www.') ? `http://${url}` : all)
    html +=
      url === undefined
        ? `<a href="mailto:${address}">${address}</a>`
        : `<a href="${address}" rel="noreferrer noopener" target="_blank">${address}</a>`
    end = index + all.length
  }
  return html + escaped(text.slice(end))
}

/** What looks like an entity is taken for one, and stays. */
function escaped(text: string): string {
  return text
    .replaceAll(/&(?!#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** HTML as the API gives it: nothing runs, and pictures from elsewhere wait behind a proxy. */
export function htmlBody(html: string, mail: Mail, url: string): string {
  const whole = /<body\b/i.test(html)
  const safe = html
    .replaceAll(/<(script|head)\b[\s\S]*?<\/\1>/gi, '')
    .replaceAll(/<\/?(html|body)\b[^>]*>/gi, '')
    .replaceAll(/<a ([^>]*)>/gi, '<a $1 target="_blank" rel="external noopener noreferrer">')
    .replaceAll(/(<img\b[^>]*?)src="([^"]*)"([^>]*?)\/?>/gi, (_, before, source, after) => {
      if (!String(source).startsWith('cid:')) {
        const proxied = `${url}/apps/mail/proxy?id=${mail.databaseId}&amp;src=${source}`
        return `${before}src="/apps/mail/img/blocked-image.png"${after}data-original-src="${proxied}" style="display: none;" />`
      }
      const part = mail.parts.find(({ cid }) => `cid:${cid}` === source)
      return `${before}src="${url}/apps/mail/api/messages/${mail.databaseId}/attachment/${part?.id}"${after}/>`
    })
  return whole ? safe : `${safe}\n<br /><br />`
}

/** The mail as it would travel. */
export function sourceOf(mail: Mail): Buffer {
  if (mail.source !== undefined) return mail.source
  const text = mail.html ?? mail.text ?? ''
  const type = mail.html === undefined ? 'text/plain' : 'text/html; charset=utf-8'
  const lines = [
    `From: ${written(mail.from)}`,
    `To: ${mail.to.map(written).join(', ')}`,
    ...(mail.cc.length > 0 ? [`Cc: ${mail.cc.map(written).join(', ')}`] : []),
    ...(mail.subject === '' ? [] : [`Subject: ${mail.subject}`]),
    ...(mail.undated ? [] : [`Date: ${new Date(mail.date * 1000).toUTCString()}`]),
    `Message-ID: <${mail.messageId}>`,
    ...(mail.inReplyTo === '' ? [] : [`In-Reply-To: <${mail.inReplyTo}>`]),
    'MIME-Version: 1.0',
  ]
  if (mail.parts.length === 0) return joined([...lines, `Content-Type: ${type}`, '', text])
  const parts = mail.parts.flatMap(part => [
    '--bb',
    `Content-Type: ${part.type}${part.name === null ? '' : `; name=${part.name}`}`,
    ...(part.cid === undefined ? [] : [`Content-ID: <${part.cid}>`]),
    ...(part.name === null ? [] : [`Content-Disposition: attachment; filename=${part.name}`]),
    'Content-Transfer-Encoding: base64',
    '',
    part.content.toString('base64'),
  ])
  const begin = ['Content-Type: multipart/mixed; boundary=bb', '', '--bb']
  return joined([...lines, ...begin, `Content-Type: ${type}`, '', text, ...parts, '--bb--'])
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}

function written({ label, email }: Address): string {
  if (label === email) return email
  return /[^\w .]/.test(label) ? `"${label}" <${email}>` : `${label} <${email}>`
}
