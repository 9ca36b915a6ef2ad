/** A CalDAV and CardDAV client that others wrote finds its way through the demo. */
import { type DAVCalendar, DAVClient } from 'tsdav'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDemoNextcloud } from '../../src/demo/index.ts'

async function clientFor(kind: 'caldav' | 'carddav', user = 'alice'): Promise<DAVClient> {
  const demo = await startDemoNextcloud()
  onTestFinished(() => demo.close())
  return login(demo.url, kind, user)
}

async function login(url: string, kind: 'caldav' | 'carddav', user: string): Promise<DAVClient> {
  const client = new DAVClient({
    serverUrl: url,
    credentials: { username: user, password: `${user}-demo` },
    authMethod: 'Basic',
    defaultAccountType: kind,
  })
  await client.login()
  return client
}

function event(uid: string, summary: string, start = '20300501T100000Z'): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20250101T000000Z',
    `DTSTART:${start}`,
    'DURATION:PT1H',
    `SUMMARY:${summary}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}

describe('calendars', () => {
  const named = (calendars: DAVCalendar[], name: string): DAVCalendar => {
    const found = calendars.find(calendar => calendar.displayName === name)
    if (found === undefined) throw new Error(`No calendar ${name}`)
    return found
  }

  test('are found from the bare address', async () => {
    const client = await clientFor('caldav')
    const calendars = await client.fetchCalendars()
    expect(calendars.map(({ displayName, components }) => [displayName, components])).toEqual([
      ['Personal', ['VEVENT']],
      ['Contact birthdays', ['VEVENT']],
      ['Tasks', ['VTODO']],
    ])
    const personal = named(calendars, 'Personal')
    expect(personal.calendarColor).toBe('#00679e')
    expect(personal.syncToken).toMatch(/^http:\/\/sabre\.io\/ns\/sync\/\d+$/)
    expect(personal.reports).toContain('syncCollection')
  })

  test('take an event, its change and its deletion, guarded by ETags', async () => {
    const client = await clientFor('caldav')
    const calendar = named(await client.fetchCalendars(), 'Personal')
    const made = await client.createCalendarObject({
      calendar,
      filename: 'trial.ics',
      iCalString: event('trial', 'First'),
    })
    expect([made.status, made.headers.get('etag')]).toEqual([201, expect.stringMatching(/^"\w+"$/)])

    const timeRange = { start: '2030-05-01T00:00:00.000Z', end: '2030-05-02T00:00:00.000Z' }
    const read = async () => {
      const objects = await client.fetchCalendarObjects({ calendar, timeRange })
      return objects.find(({ url }) => url.endsWith('/trial.ics'))
    }
    const first = await read()
    expect(first?.data).toContain('SUMMARY:First')
    expect(first?.etag).toBe(made.headers.get('etag'))
    if (first === undefined) return

    const changed = { ...first, data: event('trial', 'Second') }
    expect((await client.updateCalendarObject({ calendarObject: changed })).status).toBe(204)
    expect((await client.updateCalendarObject({ calendarObject: changed })).status).toBe(412)
    const second = await read()
    expect(second?.data).toContain('SUMMARY:Second')
    expect((await client.deleteCalendarObject({ calendarObject: first })).status).toBe(412)
    if (second === undefined) return
    expect((await client.deleteCalendarObject({ calendarObject: second })).status).toBe(204)
    expect(await read()).toBeUndefined()
  })

  test('are made', async () => {
    const client = await clientFor('caldav')
    const url = new URL('garden/', client.account?.homeUrl).href
    await client.makeCalendar({ url, props: { displayname: 'Garden' } })
    const calendars = await client.fetchCalendars()
    expect(named(calendars, 'Garden').components).toEqual(['VEVENT', 'VTODO', 'VJOURNAL'])
  })

  test('tell what changed since a sync token', async () => {
    const client = await clientFor('caldav')
    const before = named(await client.fetchCalendars(), 'Personal')
    for (const name of ['kept', 'dropped']) {
      await client.createCalendarObject({
        calendar: before,
        filename: `${name}.ics`,
        iCalString: event(name, name),
      })
    }
    const calendar = named(await client.fetchCalendars(), 'Personal')
    expect(calendar.ctag).not.toBe(before.ctag)
    const [dropped] = await client.fetchCalendarObjects({
      calendar,
      objectUrls: [`${calendar.url}dropped.ics`],
    })
    if (dropped !== undefined) await client.deleteCalendarObject({ calendarObject: dropped })
    const changes = await client.syncCollection({
      url: calendar.url,
      props: { 'd:getetag': {} },
      syncLevel: 1,
      syncToken: before.syncToken ?? '',
    })
    expect(changes.flatMap(({ href, status }) => (href ? [[href, status]] : []))).toEqual([
      [expect.stringMatching(/\/kept\.ics$/), 207],
      [expect.stringMatching(/\/dropped\.ics$/), 404],
    ])
  })
})

describe('address books', () => {
  test('are found, take a card, its change and its deletion', async () => {
    const client = await clientFor('carddav')
    const books = await client.fetchAddressBooks()
    expect(books.map(({ displayName }) => displayName)).toEqual([
      'Contacts',
      'Accounts',
      'Recently contacted',
    ])
    const [addressBook] = books
    if (addressBook === undefined) return
    const names = async () => {
      const cards = await client.fetchVCards({ addressBook })
      return cards.map(({ data }) => /^FN:(.*)$/m.exec(String(data))?.[1]?.trim()).toSorted()
    }
    expect(await names()).toEqual(['City building office', 'Jane Doe', 'Karl Käfer'])

    const vCard = (name: string) =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:trial\r\nFN:${name}\r\nEND:VCARD\r\n`
    const made = await client.createVCard({
      addressBook,
      filename: 'trial.vcf',
      vCardString: vCard('Ada'),
    })
    expect(made.status).toBe(201)
    const [card] = await client.fetchVCards({
      addressBook,
      objectUrls: [`${addressBook.url}trial.vcf`],
    })
    expect(card?.etag).toBe(made.headers.get('etag'))
    if (card === undefined) return
    const changed = { ...card, data: vCard('Ada Byron') }
    expect((await client.updateVCard({ vCard: changed })).status).toBe(204)
    expect((await client.updateVCard({ vCard: changed })).status).toBe(412)
    expect(await names()).toContain('Ada Byron')
    expect((await client.deleteVCard({ vCard: { ...card, etag: '' } })).status).toBe(204)
    expect(await names()).not.toContain('Ada Byron')
  })
})
