/** The user's calendars and task lists (RFC 4791), with what may be done to each. */
import { randomUUID } from 'node:crypto'
import { davHomes, davPath } from '../dav/homes.ts'
import { type DavResource, multistatus, propertyText } from '../dav/multistatus.ts'
import { segmentsBelow } from '../dav/paths.ts'
import { davRoot } from '../dav/principal.ts'
import { apple, cal, child, children, cs, dav, document, escapeXml, nc, oc } from '../dav/xml.ts'
import { CodedError } from '../errors.ts'
import type { Session } from '../session.ts'

/** What a calendar can hold. */
export type ComponentKind = 'VEVENT' | 'VTODO' | 'VJOURNAL'

/** Where a calendar comes from; it decides who else sees what is written to it. */
export type CalendarSource = 'own' | 'shared' | 'subscription' | 'birthdays'

/** A calendar of the user. */
export interface Calendar {
  /** Name in addresses: `personal`, `work_shared_by_alice`. What tools call it by. */
  readonly name: string
  readonly displayName: string
  readonly description: string | undefined
  /** `#rrggbb` as the server has it. */
  readonly color: string | undefined
  /** Percent-encoded path below the instance's address, with a slash at its end. */
  readonly path: string
  readonly components: readonly ComponentKind[]
  readonly source: CalendarSource
  /** User id of whom it belongs to, where that is somebody else. */
  readonly owner: string | undefined
  readonly writable: boolean
  /** Whether the user shows it. */
  readonly enabled: boolean
  /** IANA id of its own time zone, or the text of a VTIMEZONE; undefined: none. */
  readonly timezone: string | undefined
  readonly ctag: string | undefined
  readonly syncToken: string | undefined
  /** Address that a subscription takes its events from. */
  readonly subscribedTo: string | undefined
}

const PROPERTIES =
  '<d:prop><d:displayname/><d:resourcetype/><d:sync-token/><d:current-user-privilege-set/>' +
  '<cal:supported-calendar-component-set/><cal:calendar-description/><cal:calendar-timezone/>' +
  '<x:calendar-color/><cs:getctag/><cs:source/><oc:owner-principal/><oc:calendar-enabled/>' +
  '<nc:deleted-at/></d:prop>'

/** Long enough for the calls of one answer, short enough to notice a new calendar soon. */
const CACHE_MS = 20_000
const CACHE_KEY = 'calendars'

/**
 * The calendars that are not in the trash bin; one request, kept for 20 seconds.
 * @throws CodedError as any request
 */
export function listCalendars(session: Session): Promise<readonly Calendar[]> {
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
  const all = await listCalendars(session)
  const wanted = name.trim()
  const exact = all.find(calendar => calendar.name === wanted)
  if (exact !== undefined) return exact
  const named = all.filter(({ displayName }) => displayName.toLowerCase() === wanted.toLowerCase())
  const [only, ...others] = named
  if (only !== undefined && others.length === 0) return only
  const names = (named.length > 0 ? named : all)
    .filter(({ components }) => component === undefined || components.includes(component))
    .map(calendar => calendar.name)
    .join(', ')
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

/** What a calendar is made with or changed to; undefined leaves as it is. */
export interface CalendarChange {
  readonly displayName?: string | undefined
  readonly description?: string | undefined
  /** `#rrggbb`. */
  readonly color?: string | undefined
}

/**
 * Makes a calendar for events and tasks.
 * @throws CodedError `CONFLICT` where the name is taken, also by one in the trash bin
 */
export async function createCalendar(
  session: Session,
  name: string,
  change: CalendarChange,
): Promise<Calendar> {
  const { calendars } = await davHomes(session)
  const path = `${davPath([...calendars, name])}/`
  const properties =
    setters(change) +
    '<cal:supported-calendar-component-set><cal:comp name="VEVENT"/><cal:comp name="VTODO"/>' +
    '</cal:supported-calendar-component-set>'
  const body = document('cal:mkcalendar', `<d:set><d:prop>${properties}</d:prop></d:set>`)
  try {
    await session.send({
      method: 'MKCALENDAR',
      path,
      headers: { 'content-type': 'application/xml; charset=utf-8' },
      body,
      expect: [201],
      subject: name,
    })
  } catch (error) {
    if (!(error instanceof CodedError) || error.details.status !== 405) throw error
    throw new CodedError('CONFLICT', 'A calendar of this name exists', {
      status: 405,
      subject: name,
      hint: 'It may be in the trash bin of the calendar app. Use another name.',
    })
  }
  forgetCalendars(session)
  return findCalendar(session, name)
}

/** Changes what a calendar is called and looks like. @throws CodedError `FORBIDDEN` */
export async function updateCalendar(
  session: Session,
  calendar: Calendar,
  change: CalendarChange,
): Promise<void> {
  const reply = await session.send({
    method: 'PROPPATCH',
    path: calendar.path,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propertyupdate', `<d:set><d:prop>${setters(change)}</d:prop></d:set>`),
    expect: [207],
    subject: calendar.displayName,
  })
  forgetCalendars(session)
  const wanted = [
    ...(change.displayName === undefined ? [] : [dav('displayname')]),
    ...(change.description === undefined ? [] : [cal('calendar-description')]),
    ...(change.color === undefined ? [] : [apple('calendar-color')]),
  ]
  const [answer] = multistatus(reply)
  if (wanted.some(name => !answer?.properties.has(name))) {
    throw new CodedError('FORBIDDEN', 'Nextcloud did not accept all of the changes', {
      subject: calendar.displayName,
    })
  }
}

/** Moves a calendar to the trash bin, or gives up one that was shared or subscribed to. */
export async function deleteCalendar(session: Session, calendar: Calendar): Promise<void> {
  await session.send({
    method: 'DELETE',
    path: calendar.path,
    expect: [204],
    subject: calendar.displayName,
  })
  forgetCalendars(session)
}

/** A name for a new object that no other has. */
export function newObjectName(): string {
  return `${randomUUID().toUpperCase()}.ics`
}

async function readCalendars(session: Session): Promise<Calendar[]> {
  const { calendars: home } = await davHomes(session)
  const reply = await session.send({
    method: 'PROPFIND',
    path: `${davPath(home)}/`,
    headers: { depth: '1', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', PROPERTIES),
    expect: [207],
    subject: 'the calendars',
  })
  const root = [...davRoot(session), ...home]
  return multistatus(reply).flatMap(resource => calendarOf(resource, root, home))
}

function calendarOf(
  resource: DavResource,
  root: readonly string[],
  home: readonly string[],
): Calendar[] {
  const [name, ...below] = segmentsBelow(resource.href, root) ?? []
  const kinds = resource.properties.get(dav('resourcetype'))
  const isSubscription = child(kinds, cs('subscribed')) !== undefined
  // The inbox, the outbox and the trash bin are no calendars; deleted ones stay listed for a while.
  const isCalendar = child(kinds, cal('calendar')) !== undefined || isSubscription
  if (name === undefined || below.length > 0 || !isCalendar) return []
  if (propertyText(resource, nc('deleted-at')) !== undefined) return []
  const components = componentsOf(resource)
  const owner = propertyText(resource, oc('owner-principal'))?.split('/').filter(Boolean).at(-1)
  const isForeign = owner !== undefined && owner !== home.at(-1)
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
      name,
      displayName: propertyText(resource, dav('displayname')) ?? name,
      description: propertyText(resource, cal('calendar-description')),
      color: propertyText(resource, apple('calendar-color')),
      path: `${davPath([...home, name])}/`,
      components,
      source,
      owner: isForeign ? owner : undefined,
      writable: !isReadOnly && mayWrite(resource),
      enabled: propertyText(resource, oc('calendar-enabled')) !== '0',
      timezone: propertyText(resource, cal('calendar-timezone')),
      ctag: propertyText(resource, cs('getctag')),
      syncToken: propertyText(resource, dav('sync-token')),
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

/** Privileges of RFC 3744; a server without them leaves it to the first attempt. */
function mayWrite({ properties }: DavResource): boolean {
  const set = properties.get(dav('current-user-privilege-set'))
  if (set === undefined) return true
  return children(set, dav('privilege')).some(privilege =>
    ['write', 'write-content', 'all'].some(name => child(privilege, dav(name)) !== undefined),
  )
}

function setters({ displayName, description, color }: CalendarChange): string {
  const set = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<${name}>${escapeXml(value)}</${name}>`
  return (
    set('d:displayname', displayName) +
    set('cal:calendar-description', description) +
    set('x:calendar-color', color)
  )
}
