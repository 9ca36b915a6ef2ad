/** Who is invited: ATTENDEE and ORGANIZER (RFC 5545 3.8.4). */
import {
  addProperty,
  type Component,
  lineEndIn,
  properties,
  property,
  removeProperties,
} from '../contentline/component.ts'
import { makeLine, type Parameter } from '../contentline/line.ts'
import { badInput } from '../nextcloud/errors.ts'
import type { EditContext } from './edit.ts'
import { addressOf } from './event.ts'

export interface Person {
  readonly email: string
  readonly name?: string | undefined
}

/** More than a calendar app would send invitations to. */
const MOST_ATTENDEES = 200

/**
 * The component with these people invited: those who are stay as they are, answers included; the
 * organizer is never taken away.
 * @throws CodedError BAD_INPUT that names `attendees`
 */
export function setAttendees(
  component: Component,
  people: readonly Person[],
  { organizer }: EditContext,
): Component {
  if (people.length > MOST_ATTENDEES) throw badInput(`attendees: at most ${MOST_ATTENDEES}`)
  const wanted = new Map(people.map(person => [checkedAddress(person.email), person]))
  const owner = property(component, 'ORGANIZER')
  const ownAddress = owner ? addressOf(owner) : organizer?.email.trim().toLowerCase()
  const present = new Set(properties(component, 'ATTENDEE').map(addressOf))
  let changed = removeProperties(component, 'ATTENDEE', line => {
    const address = addressOf(line)
    return !wanted.has(address) && !(owner !== undefined && address === ownAddress)
  })
  const added = [...wanted].filter(([address]) => !present.has(address) && address !== ownAddress)
  const lineEnd = lineEndIn(component)
  if (owner === undefined && added.length > 0) {
    if (organizer === undefined || !organizer.email.includes('@')) {
      throw badInput(
        'attendees need an organizer, and your account has no e-mail address',
        'Set one in the personal settings of Nextcloud.',
      )
    }
    const parameters = named(organizer.name)
    const value = `mailto:${organizer.email.trim()}`
    changed = addProperty(changed, makeLine('ORGANIZER', value, { parameters, lineEnd }))
  }
  for (const [, { email, name }] of added) {
    const parameters = [
      ...named(name),
      { name: 'CUTYPE', values: ['INDIVIDUAL'] },
      { name: 'ROLE', values: ['REQ-PARTICIPANT'] },
      { name: 'PARTSTAT', values: ['NEEDS-ACTION'] },
      { name: 'RSVP', values: ['TRUE'] },
    ]
    const value = `mailto:${bare(email)}`
    changed = addProperty(changed, makeLine('ATTENDEE', value, { parameters, lineEnd }))
  }
  return changed
}

function checkedAddress(email: string): string {
  const address = bare(email)
  if (!/^[^\s@<>",;:\p{Cc}]+@[^\s@<>",;:\p{Cc}]+$/u.test(address)) {
    throw badInput(`attendees: "${email.slice(0, 60)}" is no e-mail address`)
  }
  return address.toLowerCase()
}

function bare(email: string): string {
  return email.trim().replace(/^mailto:/i, '')
}

function named(name: string | undefined): Parameter[] {
  const clean = name?.replace(/\p{Cc}/gu, ' ').trim() ?? ''
  return clean === '' ? [] : [{ name: 'CN', values: [clean] }]
}
