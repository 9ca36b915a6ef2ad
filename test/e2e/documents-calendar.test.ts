import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEventDocuments } from '../../src/apps/calendar/documents/source.ts'
import { type Caldav, caldav, objectText } from '../support/caldav.ts'
import { rewriting } from '../support/rewriting.ts'
import { listingOf, type SourceBench, startSources } from '../support/sources.ts'

let s: SourceBench
let dav: Caldav
const base = `mcp-test-${process.pid}-${Date.now()}`
let made = 0
let now = Date.UTC(2026, 4, 1)
const source = createEventDocuments(() => now)

beforeAll(async () => {
  s = await startSources()
  dav = caldav(s.backend)
})

afterAll(async () => {
  await dav.removeAll()
  await s.close()
})

/** A calendar of its own for a test. */
async function calendar(user = s.backend.alice): Promise<string> {
  const name = `${base}-${made++}`
  await dav.make(name, { components: ['VEVENT', 'VTODO'], displayName: `Plans ${made}`, user })
  return name
}

const store = async (name: string, uid: string, lines: readonly string[], file = `${uid}.ics`) => {
  const text = objectText('VEVENT', uid, ['DTSTART:20260302T090000Z', ...lines])
  const { status } = await dav.put(name, file, text)
  if (status !== 201 && status !== 204) throw new Error(`PUT ${uid}: ${status}`)
  return `${name}/${uid}`
}

test('an event is what it says, with when it is in words', async () => {
  const name = await calendar()
  const zone = [
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Berlin',
    'BEGIN:STANDARD',
    'DTSTART:19701025T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'END:STANDARD',
    'END:VTIMEZONE',
  ]
  const lines = [
    'SUMMARY:Garden house\\, roof',
    'DTSTART;TZID=Europe/Berlin:20260302T100000',
    'DTEND;TZID=Europe/Berlin:20260302T113000',
    'LOCATION:Town hall',
    'DESCRIPTION:Bring the plan.\\nAnd samples.',
    'CATEGORIES:Work,Green',
    'ATTENDEE;CN=Carol Meyer:mailto:carol@example.com',
    'ATTENDEE:mailto:dan@example.com',
    'LAST-MODIFIED:20260301T120000Z',
    'RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20260630T000000Z',
  ]
  const override = [
    'BEGIN:VEVENT',
    'UID:roof',
    'DTSTAMP:20260101T000000Z',
    'RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000',
    'DTSTART;TZID=Europe/Berlin:20260316T140000',
    'DTEND;TZID=Europe/Berlin:20260316T150000',
    'SUMMARY:Garden house\\, roof',
    'LOCATION:At the site',
    'DESCRIPTION:Bring the plan.\\nAnd samples.',
    'END:VEVENT',
  ]
  const text = objectText('VEVENT', 'roof', lines, zone).replace(
    'END:VCALENDAR',
    [...override, 'END:VCALENDAR'].join('\r\n'),
  )
  expect((await dav.put(name, 'other-name.ics', text)).status).toBe(201)
  const { found } = await listingOf(source, s.alice)
  const document = found.get(`${name}/roof`)
  const content = {
    title: 'Garden house, roof',
    text: [
      'Garden house, roof',
      'When: Monday, 2 March 2026, 10:00 to 11:30 (Europe/Berlin)',
      'Repeats: weekly, every 2, until Tuesday, 30 June 2026',
      'Location: Town hall',
      'Attendees: Carol Meyer, dan@example.com',
      'Categories: Work, Green',
      '',
      'Bring the plan.',
      'And samples.',
      '',
      'Monday, 16 March 2026, 14:00 to 15:00 (Europe/Berlin): At the site',
    ].join('\n'),
    format: 'plain',
    pages: [],
    pageCount: undefined,
    category: name,
    path: undefined,
    modifiedAt: Date.UTC(2026, 2, 1, 12),
    url: expect.stringMatching(/\/index\.php\/apps\/calendar\/edit\/[A-Za-z0-9+/=]+$/),
  }
  expect(document?.content).toEqual(content)
  const object = Buffer.from(document?.content?.url?.split('/edit/')[1] ?? '', 'base64').toString()
  expect(object).toMatch(new RegExp(`/remote\\.php/dav/calendars/[^/]+/${name}/other-name\\.ics$`))
  if (document === undefined) throw new Error('not listed')
  const { content: _, ...listed } = document
  expect(await source.read(s.alice, listed)).toEqual(content)
})

test('an all-day event is told with its last day', async () => {
  const name = await calendar()
  const text = objectText('VEVENT', 'fair', [
    'DTSTART;VALUE=DATE:20260605',
    'DTEND;VALUE=DATE:20260608',
    'SUMMARY:Fair',
  ])
  await dav.put(name, 'fair.ics', text)
  const { found } = await listingOf(source, s.alice)
  expect(found.get(`${name}/fair`)?.content?.text).toBe(
    'Fair\nWhen: Friday, 5 June 2026 to Sunday, 7 June 2026',
  )
})

test('changes, deletions and what was deleted and made again are told by tokens', async () => {
  const name = await calendar()
  const [a, b, c, d] = await Promise.all(
    ['a', 'b', 'c', 'd'].map(uid => store(name, uid, [`SUMMARY:${uid}`])),
  )
  await dav.put(name, 'todo.ics', objectText('VTODO', 'todo', ['SUMMARY:No event']))
  const first = await listingOf(source, s.alice)
  expect(first.kind).toBe('all')
  expect([...first.found.keys()]).toEqual(expect.arrayContaining([a, b, c, d]))
  expect([...first.found.keys()]).not.toContain(`${name}/todo`)
  const quiet = await s.requestsOf(async () => {
    expect(await listingOf(source, s.alice, first.state)).toMatchObject({
      kind: 'unchanged',
      state: first.state,
    })
  })
  expect(quiet).toHaveLength(1)
  await store(name, 'a', ['SUMMARY:a, changed'])
  await dav.send('DELETE', `${name}/b.ics`)
  await dav.send('DELETE', `${name}/c.ics`, { headers: { 'x-nc-caldav-no-trashbin': '1' } })
  await store(name, 'c', ['SUMMARY:c again'])
  let second = first
  const requests = await s.requestsOf(async () => {
    second = await listingOf(source, s.alice, first.state)
  })
  expect(requests).toHaveLength(3)
  expect(second.kind).toBe('changes')
  expect([...second.found.keys()].toSorted()).toEqual([a, c].toSorted())
  expect(second.found.get(a ?? '')?.etag).not.toBe(first.found.get(a ?? '')?.etag)
  expect(second.found.get(c ?? '')?.content?.title).toBe('c again')
  expect(second.removed).toEqual([b])
  expect(await listingOf(source, s.alice, second.state)).toMatchObject({ kind: 'unchanged' })
})

test('an expired token, or one that is old, has everything listed', async () => {
  const name = await calendar()
  const id = await store(name, 'kept', ['SUMMARY:Kept'])
  const gone = await store(name, 'gone', ['SUMMARY:Gone'])
  const first = await listingOf(source, s.alice)
  await dav.send('DELETE', `${name}/gone.ics`)
  const state = JSON.parse(first.state)
  for (const each of Object.values<{ token: string }>(state.calendars)) each.token = 'http://x/9'
  const listing = await listingOf(source, s.alice, JSON.stringify(state))
  expect(listing.kind).toBe('all')
  const named = [...listing.found.keys(), ...listing.unchanged]
  expect(named).toContain(id)
  expect(named).not.toContain(gone)
  now += 8 * 24 * 3_600_000
  const weekly = await listingOf(source, s.alice, first.state)
  expect(weekly.kind).toBe('all')
  expect(weekly.found.has(id)).toBe(true)
})

test('a calendar that is gone takes its events with it', async () => {
  const [one, two] = [await calendar(), await calendar()]
  const [kept, lost] = [
    await store(one, 'kept', ['SUMMARY:Kept']),
    await store(two, 'lost', ['SUMMARY:Lost']),
  ]
  const first = await listingOf(source, s.alice)
  const ref = first.found.get(lost)?.ref ?? ''
  await dav.send('DELETE', `${two}/`, { headers: { 'x-nc-caldav-no-trashbin': '1' } })
  expect(await source.verify(s.alice, [{ id: lost, ref }])).toEqual(
    new Map([[lost, { state: 'gone' }]]),
  )
  const second = await listingOf(source, s.alice, first.state)
  expect(second.kind).toBe('all')
  expect(second.unchanged).toContain(kept)
  expect([...second.found.keys(), ...second.unchanged]).not.toContain(lost)
})

test('an object that is not told is asked for again', async () => {
  const name = await calendar()
  const [told, lost] = [
    await store(name, 'told', ['SUMMARY:Told']),
    await store(name, 'lost', ['SUMMARY:Lost']),
  ]
  const first = await listingOf(source, s.alice)
  for (const uid of ['told', 'lost']) await store(name, uid, [`SUMMARY:${uid} anew`])
  const odd = await startSources(
    await rewriting({ ...s.backend, close: async () => {} }, (method, answer) => {
      if (method !== 'REPORT') return
      answer.text = answer.text.replaceAll(
        /<d:response>(?:(?!<\/d:response>).)*<\/d:response>/gs,
        response =>
          response.includes('lost.ics')
            ? response.replace(/<cal:calendar-data>.*<\/cal:calendar-data>/s, '')
            : response,
      )
    }),
  )
  const second = await listingOf(source, odd.alice, first.state)
  await odd.close()
  expect([...second.found.keys()]).toEqual([told])
  expect(second.removed).toEqual([])
  const third = await listingOf(source, s.alice, second.state)
  expect(third.found.get(lost)?.content?.title).toBe('lost anew')
})

test('subscriptions are left out', async () => {
  const name = `${base}-elsewhere`
  await dav.subscribe(name)
  const requests = await s.requestsOf(() => listingOf(source, s.alice))
  expect(requests.some(each => each.includes(name))).toBe(false)
})

test('many events come in pages', async () => {
  const name = await calendar()
  const uids = Array.from({ length: 230 }, (_, at) => `event-${at}`)
  for (let from = 0; from < uids.length; from += 5) {
    for (const uid of uids.slice(from, from + 5)) await store(name, uid, [`SUMMARY:${uid}`])
  }
  const listing = await listingOf(source, s.alice)
  expect(listing.largestBatch).toBeLessThanOrEqual(200)
  for (const uid of uids) expect(listing.found.has(`${name}/${uid}`), uid).toBe(true)
}, 60_000)

describe('verify', () => {
  test('one request for each calendar', async () => {
    const [one, two] = [await calendar(), await calendar()]
    const ids = [
      await store(one, 'a', ['SUMMARY:A']),
      await store(one, 'b', ['SUMMARY:B']),
      await store(two, 'a', ['SUMMARY:Other A']),
    ]
    const { found } = await listingOf(source, s.alice)
    const documents = ids.map(id => ({ id, ref: found.get(id)?.ref ?? '' }))
    await store(two, 'a', ['SUMMARY:New A'])
    await dav.send('DELETE', `${one}/b.ics`)
    const requests = await s.requestsOf(async () => {
      expect(await source.verify(s.alice, [...documents, ...documents])).toEqual(
        new Map([
          [ids[0], { state: 'readable', title: 'A' }],
          [ids[1], { state: 'gone' }],
          [ids[2], { state: 'readable', title: 'New A' }],
        ]),
      )
    })
    expect(requests).toHaveLength(2)
  })

  test('a shared calendar is there until the share is withdrawn', async () => {
    const { bob } = s.backend
    if (bob === undefined) throw new Error('needs a second user')
    const name = await calendar(bob)
    const text = objectText('VEVENT', 'ours', ['DTSTART:20260302T090000Z', 'SUMMARY:Ours'])
    await dav.send('PUT', `${name}/ours.ics`, { user: bob, body: text })
    const before = await listingOf(source, s.alice)
    await dav.share(name, 'read')
    const shared = await listingOf(source, s.alice, before.state)
    const [document] = [...shared.found.values()].filter(({ id }) => id.endsWith('/ours'))
    if (document === undefined) throw new Error('not listed')
    const { id } = document
    expect(document.content).toMatchObject({
      title: 'Ours',
      category: expect.stringContaining(name),
    })
    expect((await source.verify(s.alice, [document])).get(id)).toMatchObject({ state: 'readable' })
    const principal = `principal:principals/users/${s.backend.alice.loginName}`
    const withdrawn = await dav.send('POST', `${name}/`, {
      user: bob,
      body: `<o:share xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><o:remove><d:href>${principal}</d:href></o:remove></o:share>`,
    })
    expect(withdrawn.status).toBe(200)
    expect((await source.verify(s.alice, [document])).get(id)).toEqual({ state: 'gone' })
    expect(await source.read(s.alice, document).catch(() => undefined)).toBeUndefined()
    const after = await listingOf(source, s.alice, shared.state)
    expect([...after.found.keys(), ...after.unchanged]).not.toContain(id)
  })

  test.for([403, 500, 'html', 'truncated', 'malformed-xml'] as const)(
    'a failure (%s) makes nothing gone',
    async fault => {
      const name = await calendar()
      const id = await store(name, 'x', ['SUMMARY:X'])
      const first = await listingOf(source, s.alice)
      const document = first.found.get(id)
      if (document === undefined) throw new Error('not listed')
      await store(name, 'x', ['SUMMARY:Y'])
      s.proxy.plan(({ method, path }) =>
        method === 'REPORT' && path.includes(name) ? fault : undefined,
      )
      expect((await source.verify(s.alice, [document])).get(id)).toEqual({ state: 'unknown' })
      await expect(listingOf(source, s.alice, first.state)).rejects.toMatchObject({
        name: 'CodedError',
      })
      // Beside calendars that answer it is kept as it was, and read the next time.
      const other = await calendar()
      await store(other, 'y', ['SUMMARY:Y'])
      const partly = await listingOf(source, s.alice, first.state)
      expect(partly.kind).toBe('changes')
      expect(partly.unchanged).toContain(id)
      s.proxy.plan(undefined)
      const later = await listingOf(source, s.alice, partly.state)
      expect(later.found.get(id)?.content?.title).toBe('Y')
    },
  )
})
