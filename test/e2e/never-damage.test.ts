/**
 * Never damage: each nasty object is put into a Nextcloud, one field of it changed by a tool, and
 * the object read back. All that was not named is there byte for byte, in its order.
 *
 * What changes beside the named property: DTSTAMP and LAST-MODIFIED of the component that was
 * changed; SEQUENCE where those who are invited have to hear of it (RFC 5546 2.1.4).
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { todoText } from '../support/caldav.ts'
import { type RawBook, rawBook } from '../support/cards.ts'
import { type Events, eventText, startEvents } from '../support/events.ts'
import { type Overlay, startOverlay } from '../support/overlay.ts'
import {
  calendarObjects,
  othersOf,
  othersThanTimes,
  seriesPath,
} from '../unit/icalendar/objects.ts'
import { CHANGES as CARD_CHANGES } from '../unit/vcard/changes.ts'
import { NASTY, RECORDED } from '../unit/vcard/fixtures/cards.ts'
import { pieces } from '../unit/vcard/support.ts'

const STAMPS = ['DTSTAMP', 'LAST-MODIFIED']
const SIGNIFICANT = [...STAMPS, 'SEQUENCE']

type Change = readonly [changes: Record<string, unknown>, names: readonly string[]]

const EVENT_CHANGES: readonly Change[] = [
  [{ title: 'Something else, with; signs' }, ['SUMMARY', ...STAMPS]],
  [{ location: 'Ünï 12, Straße' }, ['LOCATION', ...STAMPS]],
  [{ location: '' }, ['LOCATION', ...STAMPS]],
  [{ description: 'New\nlines '.repeat(20) }, ['DESCRIPTION', ...STAMPS]],
  [{ description: '' }, ['DESCRIPTION', ...STAMPS]],
  [{ status: 'TENTATIVE' }, ['STATUS', ...SIGNIFICANT]],
  [{ priority: 3 }, ['PRIORITY', ...STAMPS]],
  [{ privacy: 'PRIVATE' }, ['CLASS', ...STAMPS]],
  [{ url: 'https://example.org/?a=1&b=2' }, ['URL', ...STAMPS]],
  [{ color: 'tomato' }, ['COLOR', ...STAMPS]],
  [{ categories: 'Arbeit, New' }, ['CATEGORIES', ...STAMPS]],
  [{ categories: '' }, ['CATEGORIES', ...STAMPS]],
  [{ reminder_minutes: 25 }, ['VALARM', ...STAMPS]],
  [{ reminders: [{ action: 'DISPLAY', trigger: '-P2D' }] }, ['VALARM', ...STAMPS]],
  [{ reminder_email: true }, ['VALARM', ...STAMPS]],
  [{ attendees: 'new@example.org' }, ['ATTENDEE', 'ORGANIZER', ...SIGNIFICANT]],
]

/** Of these all times may change, and what the occurrences are named by. */
const TIME_CHANGES: readonly Change[] = [
  { start_datetime: '2026-03-30T11:15', timezone: 'Asia/Tokyo' },
  { start_datetime: '2026-03-30', all_day: true },
  { recurrence_rule: 'FREQ=WEEKLY;COUNT=3' },
].map(changes => [changes, ['times']])

const TODO_CHANGES: readonly Change[] = [
  [{ summary: 'Something else' }, ['SUMMARY', ...STAMPS]],
  [{ description: 'New\nlines '.repeat(20) }, ['DESCRIPTION', ...STAMPS]],
  [{ priority: 7 }, ['PRIORITY', ...STAMPS]],
  [{ categories: 'b, c' }, ['CATEGORIES', ...STAMPS]],
  [{ parent_uid: 'parent' }, ['RELATED-TO', ...STAMPS]],
  [
    { reminders: [{ action: 'DISPLAY', trigger_at: '2026-01-01T10:00:00Z' }] },
    ['VALARM', ...STAMPS],
  ],
  [{ status: 'IN-PROCESS' }, ['STATUS', 'PERCENT-COMPLETE', 'COMPLETED', ...SIGNIFICANT]],
]

const CHANGES = { VEVENT: [...EVENT_CHANGES, ...TIME_CHANGES], VTODO: TODO_CHANGES }

let h: Events & { end(): Promise<void> }
let overlay: Overlay
let book: RawBook

beforeAll(async () => {
  overlay = await startOverlay(await demoBackend())
  h = await startEvents({ backend: overlay })
  book = rawBook(h.backend, 'contacts')
  await h.dav.put(h.calendar, 'parent.ics', todoText('parent', ['SUMMARY:Parent']))
})
afterAll(() => h.end())

/** An object in the calendar, to be put back as it was again and again. */
interface Placed {
  readonly uid: string
  readonly text: string
  /** Puts it back; `straight`: where no server looks into it and sends invitations. */
  restore(straight: boolean): Promise<void>
  read(): Promise<string>
}

async function place({ text: original, at, kind }: (typeof objects)[number]) {
  const uid = `odd-${at}`
  const file = `${uid}.ics`
  const path = `${h.backend.homes.calendars(h.backend.alice)}${h.calendar}/${file}`
  const text = original.replace(/^(UID(?:;[^:\r\n]*)?:)[^\r\n]*/gim, `$1${uid}`)
  const find = () =>
    kind === 'VEVENT'
      ? h.call('nc_calendar_get_event', { calendar_name: h.calendar, event_uid: uid })
      : h.call('nc_calendar_list_todos', { calendar_name: h.calendar, todo_uid: uid })
  const { status } = await h.dav.put(h.calendar, file, text)
  const isStored = status === 201 && (await h.dav.get(h.calendar, file)).text === text
  const isTaken = isStored && !(await find()).isError
  if (!isTaken) {
    // The tool has to know where it is: no query would tell.
    const make = kind === 'VEVENT' ? eventText : todoText
    await h.dav.put(h.calendar, file, make(uid, ['DTSTART:20300101T100000Z']))
    expect((await find()).error).toBeUndefined()
  }
  const placed: Placed = {
    uid,
    text,
    async restore(straight) {
      if (straight || !isTaken) return overlay.hold(path, text)
      overlay.release(path)
      await h.dav.put(h.calendar, file, text)
    },
    read: async () => overlay.held(path) ?? (await h.dav.get(h.calendar, file)).text,
  }
  return placed
}

const objects = calendarObjects
  .filter(([, text]) => /^UID/im.test(text) && /^BEGIN:V(?:EVENT|TODO)/im.test(text))
  .map(([name, text], at) => {
    const kind = /^BEGIN:VEVENT/im.test(text) ? 'VEVENT' : 'VTODO'
    return { name, text, at, kind } as const
  })

test('there are enough of them', () => {
  expect(objects.length).toBeGreaterThanOrEqual(75)
  expect(NASTY.length).toBeGreaterThanOrEqual(60)
})

describe('events and todos', () => {
  test.each(objects)('$name', async each => {
    const { kind } = each
    const object = await place(each)
    const own = (await h.ok('nc_users_get_current_user')).email.toLowerCase()
    const path = seriesPath(object.text, kind)
    for (const [changes, names] of CHANGES[kind]) {
      const isTime = TIME_CHANGES.some(([each]) => each === changes)
      await object.restore('attendees' in changes)
      const said = JSON.stringify(changes)
      const args = { calendar_name: h.calendar, ...changes }
      const { error } = await (kind === 'VEVENT'
        ? h.call('nc_calendar_update_event', { ...args, event_uid: object.uid })
        : h.call('nc_calendar_update_todo', { ...args, todo_uid: object.uid }))
      const now = await object.read()
      if (isTime && error !== undefined) {
        // A rule that cannot follow, or a start that nobody can read, is told in words.
        expect(error, said).toMatchObject({ code: 'BAD_INPUT' })
        expect(now).toBe(object.text)
        continue
      }
      const [organizer = own] =
        object.text.replaceAll(/\r?\n[ \t]/g, '').match(/^ORGANIZER[;:].*$/m) ?? []
      const isOthers = organizer.includes('@') && !organizer.toLowerCase().includes(own)
      if ('attendees' in changes && isOthers) {
        // Whoever organizes it is alone in inviting to it.
        expect(error, said).toMatchObject({ code: 'FORBIDDEN' })
        expect(now).toBe(object.text)
        continue
      }
      expect(error, said).toBeUndefined()
      const others = (text: string) =>
        isTime ? othersThanTimes(text, path, object.text) : othersOf(text, path, names)
      expect(others(now), said).toBe(others(object.text))
    }
  })
})

test.each([
  ['nc_calendar_update_event', 'event_uid', { scope: 'series' }],
  [
    'nc_calendar_update_event',
    'event_uid',
    { scope: 'this_and_future', recurrence_id: '2030-01-02T10:00:00Z' },
  ],
  ['nc_calendar_update_todo', 'todo_uid', {}],
])('%s leaves alone what is not in UTF-8, in words: %s %j', async (tool, name, more) => {
  const uid = `latin-${tool}`
  const make = name === 'todo_uid' ? todoText : eventText
  const lines = ['DTSTART:20300101T100000Z', 'RRULE:FREQ=DAILY;COUNT=3']
  const file = `${uid}.ics`
  await h.dav.put(h.calendar, file, make(uid, lines))
  const call = (changes: Record<string, unknown>) =>
    h.call(tool, { calendar_name: h.calendar, [name]: uid, ...changes })
  expect((await call({ description: 'found' })).error).toBeUndefined()
  const path = `${h.backend.homes.calendars(h.backend.alice)}${h.calendar}/${file}`
  overlay.hold(path, Buffer.from(make(uid, [...lines, 'SUMMARY:Gr\u00FC\u00DFe']), 'latin1'))
  const requests = await h.requestsOf(async () => {
    const { error } = await call({ description: 'changed', ...more })
    expect(error).toMatchObject({ code: 'UNSUPPORTED', subject: uid })
  })
  expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
  overlay.release(path)
})

describe('cards', () => {
  test.each([...RECORDED, ...NASTY].map(([name, text], at) => ({ name, text, at })))(
    '$name',
    async ({ text: original, at }) => {
      const uid = `card-${at}`
      const file = `${uid}.vcf`
      const path = `${h.backend.homes.addressBooks(h.backend.alice)}contacts/${file}`
      const text = original.replace(/^((?:[\w-]+\.)?UID[^:\r\n]*:)[^\r\n]*/im, `$1${uid}`)
      const isTaken = (await book.put(file, text)) === 201 && (await book.read(file)) === text
      if (!isTaken) overlay.hold(path, text)
      const others = (each: string, touched: readonly string[]) =>
        pieces(each).flatMap(({ name, raw }) => (touched.includes(name) ? [] : [raw]))
      // All changes of all cards: test/unit/vcard/untouched.test.ts.
      const change = fc.constantFrom(...CARD_CHANGES)
      await fc.assert(
        fc.asyncProperty(change, async ([label, contact_data, touched]) => {
          if (isTaken) await book.put(file, text)
          else overlay.hold(path, text)
          const { error } = await h.call('nc_contacts_update_contact', {
            addressbook: 'contacts',
            uid,
            contact_data,
          })
          expect(error, label).toBeUndefined()
          const now = overlay.held(path) ?? (await book.read(file)) ?? ''
          expect(others(now, touched), label).toEqual(others(text, touched))
        }),
        { numRuns: 8 },
      )
    },
  )
})
