/** The user's calendars and task lists (RFC 4791), with what may be done to each. */
import { randomUUID } from 'node:crypto'
import { davHomes } from '../dav/homes.ts'
import { type Member, membersOf } from '../dav/members.ts'
import { type DavResource, propertyText } from '../dav/multistatus.ts'
import { nameList } from '../dav/name-list.ts'
import { apple, cal, child, children, cs, dav, oc } from '../dav/xml.ts'
import { CodedError } from '../errors.ts'
import type { Session } from '../session.ts'

/** What a calendar can hold. */
export type ComponentKind = 'VEVENT' | 'VTODO' | 'VJOURNAL'

/** Where a calendar comes from; it decides who else sees what is written to it. */
export type CalendarSource = 'own' | 'shared' | 'subscription' | 'birthdays'

/** A calendar of the user; tools call it by its name. */
export interface Calendar extends Member {
  readonly description: string | undefined
  /** `#rrggbb` as the server has it. */
  readonly color: string | undefined
  readonly components: readonly ComponentKind[]
  readonly source: CalendarSource
  /** Whether the user shows it. */
  readonly enabled: boolean
  /** IANA id of its own time zone, or the text of a VTIMEZONE; undefined: none. */
  readonly timezone: string | undefined
  /** Whether what is in it leaves the user free: shared calendars and those marked so. */
  readonly transparent: boolean
  /** Address that a subscription takes its events from. */
  readonly subscribedTo: string | undefined
}

const PROPERTIES =
  '<cal:supported-calendar-component-set/><cal:calendar-description/><cal:calendar-timezone/>' +
  '<x:calendar-color/><cs:source/><oc:calendar-enabled/><cal:schedule-calendar-transp/>'

/** In a namespace of its own, which ends in .com where all others of Nextcloud end in .org. */
const DELETED_CALENDAR = '{http://nextcloud.com/ns}deleted-calendar'

/** Long enough for the calls of one answer, short enough to notice a new calendar soon. */
const CACHE_MS = 20_000
const CACHE_KEY = 'calendars'

interface Home {
  readonly calendars: readonly Calendar[]
  /** Names of those in the trash bin, where they stay listed until it is emptied. */
  readonly deleted: readonly string[]
  readonly readAt: number
}

/**
 * The calendars that are not in the trash bin; one request, kept for 20 seconds.
 * @throws CodedError as any request
 */
export async function listCalendars(session: Session): Promise<readonly Calendar[]> {
  return (await calendarHome(session)).calendars
}

function calendarHome(session: Session): Promise<Home> {
  return session.account.cached(CACHE_KEY, CACHE_MS, () => readCalendars(session.detached()))
}

/** To be called after a change of the calendars themselves. */
export function forgetCalendars(session: Session): void {
  session.account.forget(CACHE_KEY)
}

/**
 * The calendar of a name, or of a display name that only one has.
 * @throws CodedError `NOT_FOUND` that lists the names there are, `BAD_INPUT` for several
 */
export async function findCalendar(
  session: Session,
  name: string,
  component?: ComponentKind,
): Promise<Calendar> {
  const wanted = name.trim()
  const isMeant = (calendar: Calendar) =>
    calendar.name === wanted || calendar.displayName.toLowerCase() === wanted.toLowerCase()
  const asked = Date.now()
  let home = await calendarHome(session)
  if (!home.calendars.some(isMeant) && home.readAt < asked) {
    // What is remembered may be older than the calendar.
    forgetCalendars(session)
    home = await calendarHome(session)
  }
  const { calendars: all, deleted } = home
  const exact = all.find(calendar => calendar.name === wanted)
  if (exact !== undefined) return exact
  const named = all.filter(isMeant)
  const [only, ...others] = named
  if (only !== undefined && others.length === 0) return only
  if (deleted.includes(wanted)) {
    throw new CodedError('NOT_FOUND', 'The calendar is in the trash bin', {
      status: 404,
      subject: wanted,
      hint: 'It can be restored in the calendar app, under "Trash bin".',
    })
  }
  const names = nameList(
    (named.length > 0 ? named : all).filter(
      ({ components }) => component === undefined || components.includes(component),
    ),
  )
  throw named.length > 0
    ? new CodedError('BAD_INPUT', `Several calendars are called "${wanted}"`, {
        subject: wanted,
        hint: `Use one of the names: ${names}.`,
      })
    : new CodedError('NOT_FOUND', 'There is no such calendar', {
        status: 404,
        subject: wanted,
        hint: names === '' ? 'There are none.' : `There are: ${names}.`,
      })
}

/** @throws CodedError `FORBIDDEN` saying why nothing can be written there, `BAD_INPUT` */
export function requireWritable(calendar: Calendar, component: ComponentKind): void {
  const { displayName, source, owner, components } = calendar
  if (!calendar.writable) {
    const why = {
      own: 'is read-only',
      shared: `is shared with you by ${owner ?? 'somebody else'} for reading only`,
      subscription: 'is a subscription: its events come from elsewhere',
      birthdays: 'shows the birthdays of your contacts: change them in the contact',
    }[source]
    throw new CodedError('FORBIDDEN', `The calendar ${why}`, { subject: displayName })
  }
  if (!components.includes(component)) {
    const what = component === 'VTODO' ? 'tasks' : 'events'
    throw new CodedError('BAD_INPUT', `The calendar does not hold ${what}`, {
      subject: displayName,
      hint: `It holds ${components.join(', ')}. Choose another one.`,
    })
  }
}

/** A name for a new object that no other has. */
export function newObjectName(): string {
  return `${randomUUID().toUpperCase()}.ics`
}

async function readCalendars(session: Session): Promise<Home> {
  const { calendars: home } = await davHomes(session)
  const members = await membersOf(session, home, PROPERTIES, 'the calendars')
  return {
    readAt: Date.now(),
    calendars: members.flatMap(([member, resource]) => calendarOf(member, resource)),
    deleted: members.flatMap(([{ name }, { properties }]) => {
      const kinds = properties.get(dav('resourcetype'))
      return child(kinds, DELETED_CALENDAR) === undefined ? [] : [name]
    }),
  }
}

function calendarOf(member: Member, resource: DavResource): Calendar[] {
  const { name, owner, writable } = member
  const kinds = resource.properties.get(dav('resourcetype'))
  const isSubscription = child(kinds, cs('subscribed')) !== undefined
  // The inbox, the outbox, the trash bin and what is in it are no calendars.
  if (child(kinds, cal('calendar')) === undefined && !isSubscription) return []
  const isForeign = owner !== undefined
  const source = isSubscription
    ? 'subscription'
    : name === 'contact_birthdays'
      ? 'birthdays'
      : isForeign
        ? 'shared'
        : 'own'
  const isReadOnly = source === 'subscription' || source === 'birthdays'
  return [
    {
      ...member,
      description: propertyText(resource, cal('calendar-description')),
      color: propertyText(resource, apple('calendar-color')),
      components: componentsOf(resource),
      source,
      writable: !isReadOnly && writable,
      enabled: propertyText(resource, oc('calendar-enabled')) !== '0',
      timezone: propertyText(resource, cal('calendar-timezone')),
      transparent: isForeign || isTransparent(resource),
      subscribedTo: child(resource.properties.get(cs('source')), dav('href'))?.text.trim(),
    },
  ]
}

function componentsOf({ properties }: DavResource): ComponentKind[] {
  const set = properties.get(cal('supported-calendar-component-set'))
  const names = children(set, cal('comp')).map(({ attributes }) => attributes.name ?? '')
  const known = (['VEVENT', 'VTODO', 'VJOURNAL'] as const).filter(kind => names.includes(kind))
  // Without a word about it a calendar holds everything (RFC 4791 5.2.3).
  return set === undefined ? ['VEVENT', 'VTODO'] : known
}

/** RFC 6638 9.1. */
function isTransparent({ properties }: DavResource): boolean {
  const kind = properties.get(cal('schedule-calendar-transp'))
  return child(kind, cal('transparent')) !== undefined
}
