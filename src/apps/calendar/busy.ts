/** When people are busy: the user by their own calendars, others by what Nextcloud tells of them. */
import { makeComponent, property, textOf } from '../../contentline/component.ts'
import { makeLine } from '../../contentline/line.ts'
import type { Busy } from '../../icalendar/freebusy.ts'
import { readFreeBusy } from '../../icalendar/freebusy.ts'
import { requestFreeBusy } from '../../nextcloud/caldav/freebusy.ts'
import { davHomes } from '../../nextcloud/dav/homes.ts'
import { isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Invitee, inviteesIn } from './attendees.ts'
import { newUid } from './changes.ts'
import type { Found } from './listing.ts'
import type { Window } from './window.ts'

/** What is known of others. */
export interface OthersBusy {
  readonly busy: readonly Busy[]
  readonly asked: readonly string[]
  /** About whom nothing is known, and why. */
  readonly unknown: readonly { readonly attendee: string; readonly reason: string }[]
}

const NOBODY: OthersBusy = { busy: [], asked: [], unknown: [] }

/** Whether an occurrence keeps the user from doing something else. */
export function isBusy({ occurrence, event }: Found, addresses: readonly string[]): boolean {
  if (event.status === 'CANCELLED') return false
  const transparency = property(occurrence.component, 'TRANSP')?.value.trim().toUpperCase()
  if (transparency === 'TRANSPARENT') return false
  // An invitation that the user turned down stays in the calendar.
  return !event.attendees.some(
    ({ email, partstat }) => partstat === 'DECLINED' && isOneOf(email, addresses),
  )
}

/** The user's addresses; none where Nextcloud does not tell. */
export async function ownAddresses(session: Session): Promise<readonly string[]> {
  return (await davHomes(session)).addresses
}

/**
 * Asks for the free/busy times of attendees. What goes wrong is said of each of them: the user's
 * own times are an answer without them.
 * @throws CodedError `BAD_INPUT` for what is no list of addresses
 */
export async function othersBusy(
  session: Session,
  list: string | undefined,
  window: Window,
): Promise<OthersBusy> {
  const people = inviteesIn(list ?? '')
  if (people.length === 0) return NOBODY
  const addresses = await ownAddresses(session)
  const others = people.filter(({ email }) => !isOneOf(email, addresses))
  if (others.length === 0) return NOBODY
  const [organizer] = addresses
  const nobodyAsked = (reason: string): OthersBusy => ({
    ...NOBODY,
    unknown: others.map(({ email }) => ({ attendee: email, reason })),
  })
  if (organizer === undefined) {
    return nobodyAsked('Your Nextcloud account has no e-mail address to ask with')
  }
  try {
    const answers = await requestFreeBusy(session, requestText(organizer, others, window))
    const known = others.map(({ email }) => ({
      email,
      answer: answers.find(({ recipient }) => isOneOf(email, [recipient])),
    }))
    return {
      busy: known.flatMap(({ answer }) => (answer?.data ? readFreeBusy(answer.data) : [])),
      asked: known.filter(({ answer }) => answer?.data).map(({ email }) => email),
      unknown: known
        .filter(({ answer }) => !answer?.data)
        .map(({ email, answer }) => ({ attendee: email, reason: reasonOf(answer?.status) })),
    }
  } catch (error) {
    if (!isCodedError(error) || error.code === 'CANCELLED') throw error
    return nobodyAsked(error.message)
  }
}

/** RFC 6638 5: a VFREEBUSY that names who asks and about whom. */
function requestText(organizer: string, people: readonly Invitee[], { from, to }: Window): string {
  const busy = makeComponent('VFREEBUSY', [
    makeLine('UID', newUid()),
    makeLine('DTSTAMP', basicUtc(Date.now())),
    makeLine('DTSTART', basicUtc(from)),
    makeLine('DTEND', basicUtc(to)),
    makeLine('ORGANIZER', `mailto:${organizer}`),
    ...people.map(({ email }) => makeLine('ATTENDEE', `mailto:${email}`)),
  ])
  const calendar = makeComponent('VCALENDAR', [
    makeLine('VERSION', '2.0'),
    makeLine('PRODID', '-//nextcloud-mcp-server//EN'),
    makeLine('METHOD', 'REQUEST'),
    busy,
  ])
  return textOf([calendar])
}

/** RFC 5546 3.6, for people. */
function reasonOf(status: string | undefined): string {
  if (status === undefined) return 'Nextcloud said nothing about this person'
  const [, code = ''] = /^([\d.]+)/.exec(status) ?? []
  if (code.startsWith('3.7')) return 'No user of this Nextcloud has this address'
  if (code.startsWith('3.8')) return 'Nextcloud does not tell when this person is busy'
  return `Nextcloud answered ${status}`
}

function basicUtc(instant: number): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function isOneOf(email: string, addresses: readonly string[]): boolean {
  return addresses.some(address => address.toLowerCase() === email.toLowerCase())
}
