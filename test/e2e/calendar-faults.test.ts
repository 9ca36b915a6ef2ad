/**
 * Faults behind the calendars: the home and the list of calendars are known already, so that each
 * tool gets to its own requests. And answers that are odd without being wrong.
 */
import { expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type Events, startEvents } from '../support/events.ts'
import { FAULTS } from '../support/proxy.ts'
import { rewriting } from '../support/rewriting.ts'

const TOOLS: Record<string, (h: Events) => Record<string, unknown>> = {
  list_events: h => ({ calendar_name: h.calendar }),
  get_upcoming_events: h => ({ calendar_name: h.calendar }),
  get_event: h => ({ calendar_name: h.calendar, event_uid: 'known' }),
  create_event: h => ({
    calendar_name: h.calendar,
    title: 't',
    start_datetime: '2030-01-01T10:00',
  }),
  create_meeting: h => ({
    calendar_name: h.calendar,
    title: 't',
    date: '2030-01-01',
    time: '10:00',
  }),
  update_event: h => ({ calendar_name: h.calendar, event_uid: 'known', title: 't' }),
  delete_event: h => ({ calendar_name: h.calendar, event_uid: 'other' }),
  find_availability: () => ({ duration_minutes: 30 }),
  bulk_operations: h => ({ calendar_name: h.calendar, operation: 'delete', title_contains: 'x' }),
  manage_calendar: () => ({ action: 'create', calendar_name: 'new' }),
}

test.each(FAULTS)('%s', async fault => {
  const h = await startEvents({
    backend: await demoBackend(),
    environment: { NEXTCLOUD_TIMEOUT_SECONDS: '0.5' },
  })
  try {
    for (const uid of ['known', 'other']) await h.store(uid, ['DTSTART:20300101T100000Z'])
    const window = { start_date: '2030-01-01', end_date: '2030-01-01' }
    await h.ok('nc_calendar_list_events', window)
    h.proxy.plan(({ method }) => (method === 'PROPFIND' ? undefined : fault))
    const answers = await Promise.all(
      Object.entries(TOOLS).map(async ([name, args]) => {
        const { isError, error } = await h.call(`nc_calendar_${name}`, args(h))
        return { name, isError, isCoded: error?.code !== undefined && error.code !== 'INTERNAL' }
      }),
    )
    h.proxy.plan(undefined)
    expect(answers).toEqual(
      Object.keys(TOOLS).map(name => ({ name, isError: true, isCoded: true })),
    )
  } finally {
    await h.end()
  }
})

test('objects that nothing can be read from are counted, and the others are listed', async () => {
  const backend = await rewriting(await demoBackend(), (method, answer) => {
    if (method !== 'REPORT') return
    answer.text = answer.text
      .replace('DTSTART:20300101T100000Z', 'DTSTART:rubbish')
      .replace(/BEGIN:VEVENT(?=\s+UID:second)/, 'BEGIN:VNOTHING')
  })
  const h = await startEvents({ backend })
  try {
    await h.store('first', ['DTSTART:20300101T100000Z'])
    await h.store('second', ['DTSTART:20300101T110000Z'])
    await h.store('third', ['DTSTART:20300101T120000Z'])
    const answer = await h.ok('nc_calendar_list_events', {
      calendar_name: h.calendar,
      start_date: '2030-01-01',
      end_date: '2030-01-01',
    })
    expect(answer).toMatchObject({
      broken_objects: 2,
      total_found: 1,
      events: [{ uid: 'third' }],
    })
  } finally {
    await h.end()
  }
})

test('where no zone is known, UTC is used and said', async () => {
  const backend = await rewriting(await demoBackend(), (_, answer) => {
    answer.text = answer.text
      .replaceAll(/<([a-z0-9]+:)calendar-timezone>[\s\S]*?<\/\1calendar-timezone>/g, '')
      .replaceAll('TZID=', 'X-ZONE=')
  })
  const h = await startEvents({ backend })
  try {
    const made = await h.ok('nc_calendar_create_event', {
      calendar_name: h.calendar,
      title: 'Somewhere',
      start_datetime: '2030-07-01T10:00',
    })
    expect(Date.parse(made.start)).toBe(Date.UTC(2030, 6, 1, 10))
    expect(made.notes).toEqual([expect.stringMatching(/UTC/)])
    const listed = await h.ok('nc_calendar_list_events', { calendar_name: h.calendar })
    expect(listed).toMatchObject({ timezone: 'UTC', notes: [expect.stringMatching(/UTC/)] })
  } finally {
    await h.end()
  }
})

test('more events than one call may change: nothing is done, and a dry run shows the first', async () => {
  const h = await startEvents({ backend: await demoBackend() })
  try {
    for (let at = 0; at < 201; at++) await h.store(`many-${at}`, ['DTSTART:20300101T100000Z'])
    const args = { operation: 'delete', calendar_name: h.calendar, start_date: '2030-01-01' }
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_calendar_bulk_operations', args)
      expect(error).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/^201 .* 200 .*nothing was done/),
      })
    })
    expect(requests.filter(each => each.startsWith('DELETE'))).toEqual([])
    const preview = await h.ok('nc_calendar_bulk_operations', { ...args, dry_run: true })
    expect(preview.total_found).toBe(201)
    expect(preview.results).toHaveLength(200)
  } finally {
    await h.end()
  }
})
