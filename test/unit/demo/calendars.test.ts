import { describe, expect, test } from 'vitest'
import { clientOf, demoForTest, etagOf, hrefsIn, type Send } from './client.ts'

const home = '/remote.php/dav/calendars/alice'
const work = `${home}/work`

function calendar(...lines: string[]): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    ...lines,
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}

function event(uid: string, ...lines: string[]): string {
  const times = lines.some(line => line.startsWith('DTSTART'))
    ? []
    : ['DTSTART:20261201T100000Z', 'DTEND:20261201T110000Z']
  return calendar(
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20261121T000000Z',
    ...times,
    ...lines,
    'END:VEVENT',
  )
}

function query(
  filter: string,
  data = '<d:getetag/>',
): { headers: Record<string, string>; body: string } {
  return {
    headers: { Depth: '1' },
    body:
      '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">' +
      `<d:prop>${data}</d:prop><c:filter><c:comp-filter name="VCALENDAR">` +
      `<c:comp-filter name="VEVENT">${filter}</c:comp-filter></c:comp-filter></c:filter>` +
      '</c:calendar-query>',
  }
}

const range = (start: string, end: string) => `<c:time-range start="${start}" end="${end}"/>`
const names = (hrefs: string[]) => hrefs.map(href => href.split('/').at(-1))

async function workCalendar(): Promise<{
  send: Send
  put: (name: string, body: string) => Promise<number>
}> {
  const send = clientOf(await demoForTest({ sampleData: false }))
  await send('MKCALENDAR', `${work}/`)
  const put = async (name: string, body: string) =>
    (await send('PUT', `${work}/${name}.ics`, { body })).status
  return { send, put }
}

describe('time ranges', () => {
  const rules: [rule: string, start: string, days: string[], not: string[]][] = [
    [
      'FREQ=DAILY;INTERVAL=3;COUNT=3',
      '20261201',
      ['20261201', '20261204', '20261207'],
      ['20261210'],
    ],
    ['FREQ=WEEKLY;BYDAY=MO,WE', '20261201', ['20261201', '20261202', '20261207'], ['20261208']],
    ['FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231', '20261201', ['20261215', '20261229'], ['20261208']],
    ['FREQ=MONTHLY', '20270131', ['20270131', '20270331'], ['20270228', '20270301']],
    ['FREQ=MONTHLY;BYDAY=-1FR', '20261225', ['20270129', '20270226'], ['20270122']],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '20261231', ['20270131', '20270228'], ['20270130']],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1', '20261201', ['20270101'], ['20270104']],
    ['FREQ=YEARLY', '20240229', ['20240229', '20280229'], ['20270228', '20270301']],
    ['FREQ=YEARLY;BYMONTH=3;BYDAY=2SU', '20270314', ['20280312'], ['20280314']],
  ]
  test.each(rules)('%s from %s', async (rule, start, days, not) => {
    const { send, put } = await workCalendar()
    const times = [`DTSTART;VALUE=DATE:${start}`, `RRULE:${rule}`]
    expect(await put('e', event('e', ...times))).toBe(201)
    const found = async (day: string) => {
      const limits = range(`${day}T080000Z`, `${day}T090000Z`)
      return hrefsIn(await send('REPORT', `${work}/`, query(limits))).length === 1
    }
    for (const day of days) expect(await found(day), day).toBe(true)
    for (const day of not) expect(await found(day), day).toBe(false)
  })

  test('are those of the zone of the event, over a change of its offset', async () => {
    const { send, put } = await workCalendar()
    const zone = 'TZID=Europe/Berlin'
    await put(
      'e',
      event(
        'e',
        `DTSTART;${zone}:20261019T090000`,
        `DTEND;${zone}:20261019T093000`,
        'RRULE:FREQ=WEEKLY',
      ),
    )
    const at = async (start: string, end: string) =>
      hrefsIn(await send('REPORT', `${work}/`, query(range(start, end)))).length
    expect(await at('20261019T070000Z', '20261019T073000Z')).toBe(1)
    expect(await at('20261026T070000Z', '20261026T073000Z')).toBe(0)
    expect(await at('20261026T080000Z', '20261026T083000Z')).toBe(1)
  })

  test('find what recurs by a rule the demo does not know', async () => {
    const { send, put } = await workCalendar()
    await put('e', event('e', 'RRULE:FREQ=HOURLY;BYHOUR=3'))
    const limits = range('20300101T000000Z', '20300102T000000Z')
    expect(names(hrefsIn(await send('REPORT', `${work}/`, query(limits))))).toEqual(['e.ics'])
  })

  test('miss what lasts by DURATION and began before, as in Nextcloud', async () => {
    const { send, put } = await workCalendar()
    await put('e', event('e', 'DTSTART:20261218T100000Z', 'DURATION:P2D'))
    const found = async (start: string) =>
      hrefsIn(await send('REPORT', `${work}/`, query(range(start, '20261220T000000Z')))).length
    expect([await found('20261218T000000Z'), await found('20261219T000000Z')]).toEqual([1, 0])
  })

  test('expand to occurrences in UTC, exceptions and overrides applied', async () => {
    const { send, put } = await workCalendar()
    const moved = ['BEGIN:VEVENT', 'UID:e', 'DTSTAMP:20261121T000000Z', 'DTSTART:20261203T150000Z']
    await put(
      'e',
      event(
        'e',
        'RRULE:FREQ=DAILY;COUNT=4',
        'EXDATE:20261202T100000Z',
        'DTSTART:20261201T100000Z',
      ).replace(
        'END:VCALENDAR',
        [...moved, 'RECURRENCE-ID:20261203T100000Z', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n'),
      ),
    )
    const limits = 'start="20261201T000000Z" end="20261231T000000Z"'
    const data = `<c:calendar-data><c:expand ${limits}/></c:calendar-data>`
    const { body } = await send('REPORT', `${work}/`, query(`<c:time-range ${limits}/>`, data))
    expect([...body.matchAll(/(?:DTSTART|RECURRENCE-ID):(\w+)/g)].map(([, time]) => time)).toEqual([
      '20261201T100000Z',
      '20261201T100000Z',
      '20261203T150000Z',
      '20261203T100000Z',
      '20261204T100000Z',
      '20261204T100000Z',
    ])
    expect(body).not.toContain('RRULE')
  })
})

describe('objects', () => {
  test('without ETag in the answer were changed by the server', async () => {
    const { send } = await workCalendar()
    const put = (name: string, body: string) => send('PUT', `${work}/${name}.ics`, { body })
    expect((await put('plain', event('plain'))).headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/)
    const mended = await put('nouid', event('x').replace('UID:x\r\n', ''))
    expect([mended.status, mended.headers.get('etag')]).toEqual([201, null])
    expect((await send('GET', `${work}/nouid.ics`)).body).toMatch(/^UID:sabre-vobject-/m)
  })

  test('come back from the trash bin', async () => {
    const { send, put } = await workCalendar()
    await put('e', event('e'))
    expect((await send('DELETE', `${work}/e.ics`)).status).toBe(204)
    const listed = await send('REPORT', `${home}/trashbin/objects`, query(''))
    const [href = ''] = hrefsIn(listed)
    const restored = await send('MOVE', href, {
      headers: { Destination: `${home}/trashbin/restore/file` },
    })
    expect([restored.status, await put('e', event('e'))]).toEqual([201, 204])
    await send('DELETE', `${work}/e.ics`, { headers: { 'X-NC-CalDAV-No-Trashbin': '1' } })
    expect(hrefsIn(await send('REPORT', `${home}/trashbin/objects`, query('')))).toEqual([])
  })

  test('move to another calendar, not to another name', async () => {
    const { send, put } = await workCalendar()
    await put('e', event('e'))
    const move = (from: string, to: string) =>
      send('MOVE', from, { headers: { Destination: `http://elsewhere.example${to}` } })
    expect((await move(`${work}/e.ics`, `${work}/f.ics`)).status).toBe(403)
    expect((await move(`${work}/e.ics`, `${home}/personal/e.ics`)).status).toBe(201)
    expect((await send('GET', `${work}/e.ics`)).status).toBe(404)
  })
})

describe('sharing', () => {
  const share = (access = '') =>
    '<o:share xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><o:set>' +
    `<d:href>principal:principals/users/bob</d:href>${access}</o:set></o:share>`
  const shared = '/remote.php/dav/calendars/bob/work_shared_by_alice'

  test('shows a calendar to others, to read or to write', async () => {
    const demo = await demoForTest({ sampleData: false })
    const [alice, bob] = [clientOf(demo), clientOf(demo, 'bob')]
    await alice('MKCALENDAR', `${work}/`)
    await alice('PUT', `${work}/open.ics`, { body: event('open', 'SUMMARY:Open') })
    await alice('PUT', `${work}/own.ics`, { body: event('own', 'CLASS:PRIVATE') })
    const confidential = event('when', 'SUMMARY:Secret', 'CLASS:CONFIDENTIAL')
    await alice('PUT', `${work}/when.ics`, { body: confidential })
    await alice('POST', `${work}/`, { body: share() })

    const listed = hrefsIn(await bob('PROPFIND', `${shared}/`, { headers: { Depth: '1' } }))
    expect(names(listed.slice(1))).toEqual(['open.ics', 'when.ics'])
    const { body } = await bob('GET', `${shared}/when.ics`)
    expect([body.includes('SUMMARY:Busy'), body.includes('Secret')]).toEqual([true, false])
    const put = () => bob('PUT', `${shared}/b.ics`, { body: event('b') })
    expect((await put()).status).toBe(404)
    await alice('POST', `${work}/`, { body: share('<o:read-write/>') })
    expect((await put()).status).toBe(201)
    expect((await alice('GET', `${work}/b.ics`)).status).toBe(200)
    await bob('DELETE', `${shared}/`)
    expect((await bob('PROPFIND', `${shared}/`)).status).toBe(404)
    expect((await alice('PROPFIND', `${work}/`)).status).toBe(207)
  })
})

describe('invitations', () => {
  const invitation = (uid: string) =>
    event(
      uid,
      'ORGANIZER;CN=Alice:mailto:alice@example.org',
      'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bob@example.org',
      'ATTENDEE:mailto:stranger@elsewhere.example',
    )

  test('go to the calendar and the inbox, answers come back', async () => {
    const demo = await demoForTest({ sampleData: false })
    const [alice, bob] = [clientOf(demo), clientOf(demo, 'bob')]
    const mine = `${home}/personal/i.ics`
    const sent = await alice('PUT', mine, { body: invitation('i') })
    expect([sent.status, sent.headers.get('etag')]).toEqual([201, null])
    expect((await alice('GET', mine)).body).toContain('SCHEDULE-STATUS=3.7:mailto:stranger')

    const bobs = '/remote.php/dav/calendars/bob'
    const find = async (where: string) =>
      hrefsIn(await bob('REPORT', `${bobs}/${where}/`, query('')))
    expect(await find('inbox')).toHaveLength(1)
    const [href = ''] = await find('personal')
    const { body } = await bob('GET', href)
    await bob('PUT', href, { body: body.replace('NEEDS-ACTION', 'ACCEPTED') })
    const unfolded = async (send: Send, path: string) =>
      (await send('GET', path)).body.replaceAll('\r\n ', '')
    expect(await unfolded(alice, mine)).toContain('PARTSTAT=ACCEPTED')
    expect(hrefsIn(await alice('REPORT', `${home}/inbox/`, query('')))).toHaveLength(1)

    await alice('DELETE', mine)
    expect(await unfolded(bob, href)).toContain('STATUS:CANCELLED')
  })

  test('of busy times are answered for people of the instance', async () => {
    const demo = await demoForTest({ sampleData: false })
    const [alice, bob] = [clientOf(demo), clientOf(demo, 'bob')]
    await bob('PUT', '/remote.php/dav/calendars/bob/personal/b.ics', { body: event('b') })
    const question = calendar(
      'METHOD:REQUEST',
      'BEGIN:VFREEBUSY',
      'UID:q',
      'DTSTAMP:20261121T000000Z',
      'DTSTART:20261201T000000Z',
      'DTEND:20261202T000000Z',
      'ORGANIZER:mailto:alice@example.org',
      'ATTENDEE:mailto:bob@example.org',
      'ATTENDEE:mailto:stranger@elsewhere.example',
      'END:VFREEBUSY',
    )
    const { body } = await alice('POST', `${home}/outbox/`, {
      headers: { 'Content-Type': 'text/calendar' },
      body: question,
    })
    expect(body).toContain('FREEBUSY:20261201T100000Z/20261201T110000Z')
    const statuses = [...body.matchAll(/<cal:request-status>(.*?)</g)].map(([, status]) => status)
    expect(statuses).toEqual(['2.0;Success', '3.7;Could not find principal'])
  })
})

test('samples: a calendar, tasks with a hierarchy, birthdays', async () => {
  const send = clientOf(await demoForTest())
  const listed = await send('PROPFIND', `${home}/`, { headers: { Depth: '1' } })
  expect(names(hrefsIn(listed).map(href => href.replace(/\/$/, '')))).toEqual([
    'alice',
    'personal',
    'contact_birthdays',
    'tasks',
    'inbox',
    'outbox',
    'trashbin',
  ])
  for (const name of ['personal', 'tasks', 'contact_birthdays']) {
    const { headers, body } = await send('GET', `${home}/${name}/?export`)
    expect(headers.get('content-type')).toBe('text/calendar;charset=UTF-8')
    expect(body.match(/BEGIN:(VEVENT|VTODO)/g)?.length).toBe({ personal: 5, tasks: 4 }[name] ?? 1)
  }
  // What the samples say is what a PUT would keep.
  const { body } = await send('GET', `${home}/personal/dentist.ics`)
  const again = await send('PUT', `${home}/personal/dentist.ics`, { body })
  expect([again.status, etagOf(again)]).toEqual([204, expect.stringMatching(/^[0-9a-f]{32}$/)])
})
