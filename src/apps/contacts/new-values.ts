/** What of a change to a contact cannot be meant. */
import { badInput } from '../../nextcloud/errors.ts'
import type { Contact } from '../../vcard/contact.ts'
import type { ContactChange } from '../../vcard/edit.ts'

/**
 * Refuses new values that cannot be what they are given as; what a contact has may stay.
 * @throws CodedError `BAD_INPUT` that names the field
 */
export function checkNewValues(change: ContactChange, contact?: Contact): void {
  const { emails, phones, birthday } = change
  const check = (kind: 'emails' | 'phones', wanted: typeof emails, shape: RegExp, what: string) => {
    const had = new Set(contact?.[kind].map(({ value }) => value))
    const odd = wanted?.find(({ value = '' }) => !had.has(value) && !shape.test(value))
    if (odd !== undefined) throw badInput(`${kind}: "${odd.value}" is not ${what}`)
  }
  check('emails', emails, /^[^\s@]+@[^\s@]+$/, 'a mail address')
  check('phones', phones, /\d/, 'a phone number')
  checkAddresses(change, contact)
  const text = birthday?.text
  if (text === undefined || text === contact?.birthday) return
  throw badInput(`birthday: "${text}" is not a date`, 'Give YYYY-MM-DD, or --MM-DD without a year.')
}

/** An address that was read, with another value beside the old components: they would win. */
function checkAddresses({ addresses }: ContactChange, contact: Contact | undefined): void {
  for (const { value, components } of addresses ?? []) {
    if (!value || components === undefined) continue
    const had = contact?.addresses.filter(
      old => old.components?.join('\n') === components.join('\n'),
    )
    if (!had?.length || had.some(old => old.value === value)) continue
    throw badInput(
      `addresses: "${value}" has the components of another address`,
      'Change components, which win over value, or leave them out.',
    )
  }
}
