/** One occurrence, this and future ones, or the series. */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { needs } from '../support/abilities.ts'
import { BERLIN, type Events, eventText, startEvents } from '../support/events.ts'

let h: Events & { end(): Promise<void> }
let counter = 0

beforeAll(async () => {
  h = await startEvents()
})
afterEach(() => h.proxy.plan(undefined))
afterAll(() => h.end())

/** Daily for a week from 25 March 2030, across the change of the clocks on the 31st. */
async function series(lines: readonly string[] = []): Promise<string> {
  const uid = `series-${counter++}`
  const about = [
    'DTSTART;TZID=Europe/Berlin:20300328T090000',
    'DTEND;TZID=Europe/Berlin:20300328T100000',
    'RRULE:FREQ=DAILY;COUNT=7',
    `SUMMARY:${uid}`,
    'X-KEPT:yes',
    ...lines,
  ]
  return h.store(uid, about, BERLIN)
}
const update = (event_uid: string, args: Record<string, unknown>) => ({
  calendar_name: h.calendar,
  event_uid,
  ...args,
})
async function occurrences(title: string) {
  const { events } = await h.ok('nc_calendar_list_events', {
    calendar_name: h.calendar,
    start_date: '2030-03-01',
    end_date: '2030-05-31',
    title_contains: title,
  })
  return events as { uid: string; start: string; summary: string; recurrence_id: string }[]
}
const days = (events: { start: string }[]) => events.map(({ start }) => start.slice(8, 13))

describe('one occurrence', () => {
  test('is changed on its own, and again', async () => {
    const uid = await series()
    const recurrence_id = '2030-03-31T09:00:00+02:00'
    const changed = await h.ok(
      'nc_calendar_update_event',
      update(uid, {
        scope: 'occurrence',
        recurrence_id,
        title: `${uid} moved`,
        start_datetime: '2030-03-31T15:00',
      }),
    )
    expect(changed.new_uid).toBeUndefined()
    const events = await occurrences(uid)
    expect(days(events)).toEqual(['28T09', '29T09', '30T09', '31T15', '01T09', '02T09', '03T09'])
    const moved = events.find(({ start }) => start.startsWith('2030-03-31'))
    expect(moved).toMatchObject({ uid, summary: `${uid} moved`, recurrence_id })
    await h.ok(
      'nc_calendar_update_event',
      update(uid, { scope: 'occurrence', recurrence_id, location: 'Attic' }),
    )
    const one = await h.ok('nc_calendar_get_event', {
      calendar_name: h.calendar,
      event_uid: uid,
      recurrence_id,
    })
    expect(one).toMatchObject({
      title: `${uid} moved`,
      location: 'Attic',
      start_datetime: '2030-03-31T15:00:00+02:00',
    })
    const text = await h.stored(uid)
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2)
    expect(text.match(/X-KEPT:yes/g)?.length).toBeGreaterThanOrEqual(1)
    expect(text).toContain('RRULE:FREQ=DAILY;COUNT=7')
  })

  test('is deleted, and the answer says that the trash bin does not have it', async () => {
    const uid = await series()
    const gone = await h.ok('nc_calendar_delete_event', {
      calendar_name: h.calendar,
      event_uid: uid,
      scope: 'occurrence',
      recurrence_id: '2030-03-30T09:00:00+01:00',
    })
    expect(gone).toMatchObject({ deleted_uid: uid, message: expect.stringMatching(/not in the/) })
    expect(gone.etag).toEqual(expect.any(String))
    expect(days(await occurrences(uid))).toEqual([
      '28T09',
      '29T09',
      '31T09',
      '01T09',
      '02T09',
      '03T09',
    ])
  })

  test('that is none is NOT_FOUND and names those near; nothing is written', async () => {
    const uid = await series()
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call(
        'nc_calendar_update_event',
        update(uid, { scope: 'occurrence', recurrence_id: '2030-03-31T10:00', title: 'x' }),
      )
      expect(error).toMatchObject({
        code: 'NOT_FOUND',
        hint: expect.stringContaining('2030-03-31'),
      })
    })
    expect(requests.filter(each => each.startsWith('PUT'))).toEqual([])
  })
})

describe('the series', () => {
  test('moves with what was changed in it', async () => {
    const uid = await series()
    await h.ok('nc_calendar_update_event', update(uid, { start_datetime: '2030-03-28T11:00' }))
    expect(days(await occurrences(uid))).toEqual([
      '28T11',
      '29T11',
      '30T11',
      '31T11',
      '01T11',
      '02T11',
      '03T11',
    ])
  })
})

describe('this and future', () => {
  const split = (uid: string) =>
    update(uid, {
      scope: 'this_and_future',
      recurrence_id: '2030-03-31T09:00:00+02:00',
      title: `${uid} later`,
      start_datetime: '2030-03-31T16:00',
    })

  test('splits the series in two, and loses no occurrence', async () => {
    const uid = await series()
    const answer = await h.ok('nc_calendar_update_event', split(uid))
    expect(answer).toMatchObject({
      uid,
      new_uid: expect.any(String),
      new_href: expect.stringMatching(/\.ics$/),
      new_etag: expect.any(String),
    })
    const events = await occurrences(uid)
    expect(days(events)).toEqual(['28T09', '29T09', '30T09', '31T16', '01T16', '02T16', '03T16'])
    expect(events.map(event => event.uid === uid)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
    expect(events[3]?.uid).toBe(answer.new_uid)
    expect(await h.stored(answer.new_uid)).toContain('X-KEPT:yes')
  })

  test('ends it when deleted', async () => {
    const uid = await series()
    await h.ok('nc_calendar_delete_event', {
      calendar_name: h.calendar,
      event_uid: uid,
      scope: 'this_and_future',
      recurrence_id: '2030-03-30T09:00:00+01:00',
    })
    expect(days(await occurrences(uid))).toEqual(['28T09', '29T09'])
  })

  test('from the first one on is the series itself', async () => {
    const uid = await series()
    const first = '2030-03-28T09:00:00+01:00'
    const answer = await h.ok(
      'nc_calendar_update_event',
      update(uid, { scope: 'this_and_future', recurrence_id: first, location: 'All' }),
    )
    expect(answer.new_uid).toBeUndefined()
    const gone = await h.ok('nc_calendar_delete_event', {
      calendar_name: h.calendar,
      event_uid: uid,
      scope: 'this_and_future',
      recurrence_id: first,
    })
    expect(gone.message).toMatch(/trash bin/)
    expect(await occurrences(uid)).toEqual([])
  })

  /** Which of the two writes of a split a request is; the second one replaces. */
  const isSecond = ({ headers }: { headers: Record<string, unknown> }) =>
    headers['if-match'] !== undefined

  test('fails before anything is written where the new part is refused', async () => {
    const uid = await series()
    h.proxy.plan(({ method }) => (method === 'PUT' ? 403 : undefined))
    const { error } = await h.call('nc_calendar_update_event', split(uid))
    h.proxy.plan(undefined)
    expect(error?.code).toBe('FORBIDDEN')
    expect(days(await occurrences(uid))).toEqual(unsplit)
  })

  test.each([412, 403, 500] as const)(
    '%s for the second write takes the first one back',
    async status => {
      const uid = await series()
      h.proxy.plan(request => (request.method === 'PUT' && isSecond(request) ? status : undefined))
      const { error } = await h.call('nc_calendar_update_event', split(uid))
      h.proxy.plan(undefined)
      expect(error).toMatchObject({ status })
      const events = await occurrences(uid)
      expect(days(events)).toEqual(unsplit)
      expect(new Set(events.map(event => event.uid)).size).toBe(1)
    },
  )

  test('somebody else was faster: a conflict, and only theirs is there', async () => {
    const uid = await series()
    await h.ok('nc_calendar_get_event', { calendar_name: h.calendar, event_uid: uid })
    h.proxy.plan(async request => {
      if (request.method !== 'PUT' || !isSecond(request)) return undefined
      h.proxy.plan(undefined)
      const theirs = ['DTSTART:20300401T090000Z', `SUMMARY:${uid} theirs`]
      await h.dav.put(h.calendar, `${uid}-file.ics`, eventText(uid, theirs))
      return undefined
    })
    const { error } = await h.call('nc_calendar_update_event', split(uid))
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412 })
    expect((await occurrences(uid)).map(({ summary }) => summary)).toEqual([`${uid} theirs`])
  })

  test('an answer to the second write that was lost is looked after', async context => {
    needs(context, 'texts as they were written')
    const uid = await series()
    h.proxy.plan(request =>
      request.method === 'PUT' && isSecond(request) ? 'truncated' : undefined,
    )
    const answer = await h.ok('nc_calendar_update_event', split(uid))
    h.proxy.plan(undefined)
    expect(answer.new_uid).toEqual(expect.any(String))
    expect(days(await occurrences(uid))).toEqual(splitUp)
  })

  test('a caller who goes away in between does not leave half of it', async () => {
    const uid = await series()
    const controller = new AbortController()
    h.proxy.plan(({ method }) => {
      if (method === 'PUT') controller.abort()
      return undefined
    })
    const call = { name: 'nc_calendar_update_event', arguments: split(uid) }
    await expect(h.client.callTool(call, { signal: controller.signal })).rejects.toThrow()
    await vi.waitFor(async () => expect(days(await occurrences(uid))).toEqual(splitUp), 5_000)
  })

  test('a second write that may yet be carried out leaves both, and says so', async () => {
    const uid = await series()
    h.proxy.plan(request => (request.method === 'PUT' && isSecond(request) ? 'reset' : undefined))
    const { error } = await h.call('nc_calendar_update_event', split(uid))
    h.proxy.plan(undefined)
    expect(error).toMatchObject({
      outcome_unknown: true,
      hint: expect.stringMatching(/new event \(uid /),
    })
    const events = await occurrences(uid)
    expect(new Set(events.map(event => event.uid)).size).toBe(2)
    expect(days(events)).toEqual(expect.arrayContaining(unsplit))
  })
})

const unsplit = ['28T09', '29T09', '30T09', '31T09', '01T09', '02T09', '03T09']
const splitUp = ['28T09', '29T09', '30T09', '31T16', '01T16', '02T16', '03T16']
