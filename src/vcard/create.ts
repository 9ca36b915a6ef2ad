/** New cards: version 3.0, which every client reads and Nextcloud turns into 4.0 where asked. */
import { makeComponent } from '../contentline/component.ts'
import { makeLine } from '../contentline/line.ts'
import { escapeText } from '../contentline/text.ts'
import { badInput } from '../nextcloud/errors.ts'
import type { Card } from './card.ts'
import { type ContactChange, changeContact } from './edit.ts'
import { composed, NAME_PARTS, type NameParts, splitName } from './name.ts'

const PRODUCT = '-//nextcloud-mcp-server//EN'

/**
 * A card of a contact.
 * @throws CodedError `BAD_INPUT` where there is nothing that it could be called by
 */
export function newContact(uid: string, contact: ContactChange): Card {
  const parts = nameOf(contact)
  const fn = contact.fn?.trim() || composed(parts) || fallbackName(contact)
  if (fn === undefined) {
    throw badInput(
      'fn: a contact needs a name',
      'Give fn, or given_name and family_name, or organization.',
    )
  }
  const values = NAME_PARTS.map(part => escapeText(parts[part])).join(';')
  const card: Card = {
    version: '3.0',
    mark: '',
    before: [],
    after: [],
    component: makeComponent('VCARD', [
      makeLine('VERSION', '3.0'),
      makeLine('PRODID', PRODUCT),
      makeLine('UID', escapeText(uid)),
      makeLine('FN', escapeText(fn)),
      makeLine('N', values),
    ]),
  }
  const rest = Object.entries(contact).filter(
    ([field]) => field !== 'fn' && !(NAME_PARTS as readonly string[]).includes(field),
  )
  return changeContact(card, Object.fromEntries(rest))
}

function nameOf(contact: ContactChange): NameParts {
  const given = Object.fromEntries(
    NAME_PARTS.map(part => [part, contact[part]?.trim() ?? '']),
  ) as NameParts
  if (NAME_PARTS.some(part => given[part] !== '')) return given
  // A name of somebody who is nothing but an organisation has no parts.
  const isPerson = contact.fn?.trim() && contact.fn.trim() !== contact.organization?.trim()
  return isPerson ? splitName(contact.fn ?? '') : given
}

function fallbackName({ organization, nickname, emails, phones }: ContactChange) {
  const names = [organization, nickname, emails?.[0]?.value, phones?.[0]?.value]
  return names.find(name => name?.trim())?.trim()
}
