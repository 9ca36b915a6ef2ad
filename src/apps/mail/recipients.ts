/** Recipients as people write them (RFC 5322, section 3.4, without groups and comments). */
import { domainToASCII } from 'node:url'
import { badInput } from '../../nextcloud/errors.ts'

/** A recipient as the Mail app takes it. */
export interface Recipient {
  label: string
  email: string
}

/** What Nextcloud stores of a name or an address. */
const MOST_CHARACTERS = 255

const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const DOMAIN =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/i

/**
 * The recipients in a list, separated by commas or semicolons: `a@b.org`, `Ann <a@b.org>` or
 * `"Last, First" <a@b.org>`. Domains in other scripts are encoded (RFC 5891).
 *
 * @param argument what the list is called, for errors
 * @throws CodedError `BAD_INPUT` that names the first address which is none
 */
export function parseRecipients(argument: string, text: string): Recipient[] {
  return entriesOf(text).map(entry => recipientOf(argument, entry))
}

/** Splits at separators that are neither in quotes nor in angle brackets. */
function entriesOf(text: string): string[] {
  const entries = ['']
  let inside: '' | '"' | '<' = ''
  let escaped = false
  for (const character of text) {
    if (inside === '' && (character === ',' || character === ';')) {
      entries.push('')
      continue
    }
    entries[entries.length - 1] += character
    if (inside === '' && (character === '"' || character === '<')) inside = character
    else if (inside === '<' ? character === '>' : character === '"' && !escaped) inside = ''
    escaped = inside === '"' && character === '\\' && !escaped
  }
  return entries.map(entry => entry.trim()).filter(entry => entry !== '')
}

function recipientOf(argument: string, entry: string): Recipient {
  const [, quoted, name, bracketed] =
    /^(?:"((?:[^"\\]|\\.)*)"\s*|([^"<>]*))<([^<>]*)>$/s.exec(entry) ?? []
  const email = emailOf(bracketed ?? entry)
  const label = (quoted?.replaceAll(/\\(.)/gs, '$1') ?? name ?? '').trim()
  if (email === undefined || /\p{Cc}/u.test(label)) {
    throw badInput(
      `${argument}: "${shortened(entry)}" is not a mail address`,
      'Write name@example.org or "Last, First" <name@example.org>, separated by commas.',
    )
  }
  if (label.length > MOST_CHARACTERS) {
    throw badInput(`${argument}: "${shortened(label)}" is too long for a name`)
  }
  return { label: label === '' ? email : label, email }
}

function emailOf(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at).trim()
  if (at < 1 || text.length > MOST_CHARACTERS || !LOCAL_PART.test(local)) return undefined
  const domain = domainToASCII(text.slice(at + 1).trim())
  const email = `${local}@${domain}`
  return DOMAIN.test(domain) && local.length <= 64 && email.length <= 254 ? email : undefined
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80).toWellFormed()}…` : text
}

/** Recipients as they are written in a mail; {@link parseRecipients} reads it. */
export function formatRecipients(recipients: readonly Recipient[]): string {
  return recipients
    .map(({ label, email }) =>
      label === email ? email : `"${label.replaceAll(/["\\]/g, '\\$&')}" <${email}>`,
    )
    .join(', ')
}
