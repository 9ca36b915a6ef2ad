import { followContact } from '../calendars/birthdays.ts'
import { indexOf, writeObject } from '../calendars/objects.ts'
import { addCalendar, beginCalendars, type Calendar } from '../calendars/store.ts'
import { beginContacts, writeCard } from '../contacts/store.ts'
import { gradientPng } from '../png.ts'
import type { State } from '../state.ts'
import { day, formatDate } from '../vobject/dates.ts'
import { parseDocument } from '../vobject/document.ts'

/** What a user's calendars and address book begin with: texts by the names of their objects. */
export interface Agenda {
  events: Readonly<Record<string, string>>
  tasks: Readonly<Record<string, string>>
  contacts: Readonly<Record<string, string>>
}

/** Gives a user a calendar, a task list and contacts. */
export function fillAgenda(state: State, userId: string, agenda: Agenda): void {
  const { calendars, contacts, storage } = state
  beginCalendars(calendars, userId)
  const personal = calendars.calendars.find(({ owner }) => owner === userId)
  if (personal !== undefined) addObjects(state, personal, agenda.events)
  const tasks = addCalendar(calendars, userId, 'tasks')
  Object.assign(tasks, { displayName: 'Tasks', color: '#c9a227', order: 1, components: ['VTODO'] })
  addObjects(state, tasks, agenda.tasks)

  beginContacts(contacts, userId)
  const book = contacts.books.find(({ owner }) => owner === userId)
  const now = storage.now()
  for (const [name, text] of Object.entries(agenda.contacts)) {
    const photo = () => gradientPng(16, 16, [230, 190, 120], [120, 80, 60]).toString('base64')
    const data = `${text.replace('{photo}', photo).replaceAll('\n', '\r\n')}\r\n`
    const uid = /^UID:(.*)\r$/m.exec(data)?.[1] ?? name
    const uri = `${name}.vcf`
    if (book === undefined) continue
    writeCard(book, uri, { uid, data, now: Math.floor(now / 1000) })
    followContact(calendars, { owner: userId, book: book.uri, uri }, data, now)
  }
}

function addObjects(
  { calendars, storage }: State,
  calendar: Calendar,
  texts: Readonly<Record<string, string>>,
): void {
  const now = storage.now()
  for (const [name, text] of Object.entries(texts)) {
    const dated = text.replace(/\{([+-]\d+)\}/g, (_, days: string) =>
      formatDate(now + Number(days) * day),
    )
    const [first = '', ...rest] = dated.split('\n')
    const stamp = `DTSTAMP:${formatDate(now)}T000000Z`
    const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Demo//EN', first, stamp, ...rest]
    const data = `${[...lines, 'END:VCALENDAR'].join('\r\n')}\r\n`
    const index = indexOf(parseDocument(data).document)
    const seconds = Math.floor(now / 1000)
    writeObject(calendars, calendar, `${name}.ics`, { data, index, now: seconds })
  }
}
