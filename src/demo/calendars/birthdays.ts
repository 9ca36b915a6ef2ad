import { noteChange } from '../dav/collection.ts'
import { day, formatDate, formatUtc, parseMoment } from '../vobject/dates.ts'
import {
  type Component,
  escapeText,
  type Property,
  parameterOf,
  parseDocument,
  property,
  propertyOf,
  serialise,
  textOf,
} from '../vobject/document.ts'
import { indexOf, writeObject } from './objects.ts'
import { addCalendar, type Calendar, type CalendarStore, md5 } from './store.ts'

const kinds = [
  { field: 'BDAY', suffix: '', title: (name: string) => `🎂 ${name}` },
  { field: 'DEATHDATE', suffix: '-death', title: (name: string) => `Death of ${name}` },
  { field: 'ANNIVERSARY', suffix: '-anniversary', title: (name: string) => `💍 ${name}` },
] as const

/** The name of the calendar Nextcloud makes out of the contacts. */
export const birthdaysUri = 'contact_birthdays'

/** Where a contact stands: the user, the address book and the name in it. */
export interface ContactPlace {
  owner: string
  book: string
  uri: string
}

/** Follows a contact that was written (`data`) or deleted. `now` is in milliseconds. */
export function followContact(
  store: CalendarStore,
  { owner, book, uri }: ContactPlace,
  data: string | undefined,
  now: number,
): void {
  if (store.withoutBirthdays.has(owner)) return
  const calendar = birthdaysOf(store, owner)
  const card = data === undefined ? undefined : parseDocument(data).document
  for (const kind of kinds) {
    const name = `${book}-${uri}${kind.suffix}.ics`
    const known = calendar.members.get(name)
    const event = card && eventOf(card, kind, now)
    if (event === undefined) {
      if (known === undefined) continue
      calendar.members.delete(name)
      noteChange(calendar, name, 'deleted')
      continue
    }
    const text = serialise(event).replaceAll('\r\n', '\n')
    if (known?.etag === md5(text)) continue
    const seconds = Math.floor(now / 1000)
    writeObject(store, calendar, name, { data: text, index: indexOf(event), now: seconds })
  }
}

/** The birthday calendar of a user, made when it is not there. */
export function birthdaysOf(store: CalendarStore, owner: string): Calendar {
  const known = store.calendars.find(one => one.owner === owner && one.birthdays)
  if (known !== undefined) return known
  const calendar = addCalendar(store, owner, birthdaysUri)
  Object.assign(calendar, {
    displayName: 'Contact birthdays',
    color: '#E9D859',
    components: ['VEVENT'],
    birthdays: true,
  })
  return calendar
}

function eventOf(
  card: Component,
  { field, suffix, title }: (typeof kinds)[number],
  now: number,
): Component | undefined {
  const line = propertyOf(card, field)
  const date = line && dateOf(line)
  const name = textOf(card, 'FN')
  const uid = propertyOf(card, 'UID')?.value
  if (line === undefined || date === undefined || name === undefined || uid === undefined) {
    return undefined
  }
  const { wall, year } = date
  const summary = title(name) + (year === undefined ? '' : ` (${year})`)
  const dated = (label: string, at: number) => property(label, formatDate(at), [['VALUE', 'DATE']])
  const event: Component = {
    name: 'VEVENT',
    properties: [
      property('DTSTAMP', formatUtc(now)),
      dated('DTSTART', wall),
      dated('DTEND', wall + day),
      property('UID', `${uid}${suffix}`),
      property('RRULE', 'FREQ=YEARLY'),
      property('SUMMARY', escapeText(summary)),
      property('TRANSP', 'TRANSPARENT'),
      property('X-NEXTCLOUD-BC-FIELD-TYPE', field),
      property('X-NEXTCLOUD-BC-UNKNOWN-YEAR', year === undefined ? '1' : '0'),
      ...(year === undefined ? [] : [property('X-NEXTCLOUD-BC-YEAR', String(year))]),
    ],
    components: [
      {
        name: 'VALARM',
        components: [],
        properties: [
          property('TRIGGER', 'PT9H', [['VALUE', 'DURATION']]),
          property('ACTION', 'DISPLAY'),
          property('DESCRIPTION', escapeText(summary)),
        ],
      },
    ],
  }
  return {
    name: 'VCALENDAR',
    properties: [
      property('VERSION', '2.0'),
      property('CALSCALE', 'GREGORIAN'),
      property('PRODID', '-//IDN nextcloud.com//Birthday calendar//EN'),
    ],
    components: [event],
  }
}

/** The day of a vCard date; without year it is put into 1970, as Nextcloud does. */
function dateOf(line: Property): { wall: number; year: number | undefined } | undefined {
  const match = /^(\d{4}|--)-?(\d\d)-?(\d\d)(?:T.*)?$/.exec(line.value)
  if (match === null) return undefined
  const [, first = '', month = '', date = ''] = match
  const omitted = parameterOf(line, 'X-APPLE-OMIT-YEAR')
  const year = first === '--' || first === omitted ? undefined : Number(first)
  const wall = parseMoment(`${String(year ?? 1970).padStart(4, '0')}${month}${date}`)?.wall
  return wall === undefined ? undefined : { wall, year }
}
