/** Calendars themselves, those of others, and changes to many events. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Events, eventText, startEvents } from '../support/events.ts'

let h: Events & { end(): Promise<void> }

beforeAll(async () => {
  h = await startEvents()
})
afterEach(() => h.proxy.plan(undefined))
afterAll(() => h.end())

const manage = (args: Record<string, unknown>) => h.call('nc_calendar_manage_calendar', args)
const bulk = (args: Record<string, unknown>) =>
  h.ok('nc_calendar_bulk_operations', { calendar_name: h.calendar, ...args })
const at = (day: string) => [`DTSTART:${day}T090000Z`, `DTEND:${day}T100000Z`]

describe('calendars', () => {
  test('are made, changed, listed and deleted', async () => {
    const name = `${h.calendar}-made`
    const made = await manage({
      action: 'create',
      calendar_name: name,
      display_name: 'Made & done',
      description: 'For <tests>',
    })
    expect(made.data).toMatchObject({
      name,
      display_name: 'Made & done',
      description: 'For <tests>',
      color: '#1976D2',
      status_code: 201,
    })
    const one = async () => {
      const { data } = await manage({ action: 'list' })
      return data.calendars.find((each: { name: string }) => each.name === name)
    }
    expect(await one()).toMatchObject({
      display_name: 'Made & done',
      description: 'For <tests>',
      color: expect.stringMatching(/^#1976D2/i),
    })
    expect((await manage({ action: 'create', calendar_name: name })).error).toMatchObject({
      code: 'CONFLICT',
    })
    const renamed = await manage({
      action: 'update',
      calendar_name: 'made & DONE',
      display_name: 'Renamed',
    })
    expect(renamed.data).toMatchObject({ name, display_name: 'Renamed' })
    expect(await one()).toMatchObject({
      display_name: 'Renamed',
      description: 'For <tests>',
      color: expect.stringMatching(/^#1976D2/i),
    })
    const vague = await manage({ action: 'delete', calendar_name: 'Renamed' })
    expect(vague.error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(name),
    })
    const deleted = await manage({ action: 'delete', calendar_name: name })
    expect(deleted.data).toMatchObject({
      status_code: 204,
      message: expect.stringMatching(/trash bin/),
    })
    expect(await one()).toBeUndefined()
    const again = await manage({ action: 'delete', calendar_name: name })
    expect(again.error).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/trash bin/),
    })
    await h.dav.send('DELETE', `${name}/`, { headers: { 'x-nc-caldav-no-trashbin': '1' } })
  })

  test.each([
    [{ action: 'create' }, /calendar_name/],
    [{ action: 'create', calendar_name: 'a/b' }, /calendar_name/],
    [{ action: 'create', calendar_name: '..' }, /calendar_name/],
    [{ action: 'create', calendar_name: 'x', color: 'blue' }, /color/],
    [{ action: 'update', calendar_name: 'personal' }, /Nothing/],
    [{ action: 'burn', calendar_name: 'personal' }, /action/],
  ])('%o is refused', async (args, message) => {
    const { error } = await manage(args)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
  })
})

describe('calendars of others', () => {
  test('read-only ones say whose they are and are never written to', async () => {
    const { bob } = h.backend
    if (bob === undefined) return
    const name = `${h.calendar}-bobs`
    await h.dav.make(name, { components: ['VEVENT'], user: bob, displayName: name })
    await h.dav.share(name, 'read')
    const event = eventText('bobs', [...at('20300601'), 'SUMMARY:of bob'])
    await h.dav.send('PUT', `${name}/bobs.ics`, { user: bob, body: event })
    const calendar_name = `${name}_shared_by_${bob.loginName}`
    const listed = await h.ok('nc_calendar_list_events', {
      calendar_name,
      start_date: '2030-06-01',
      end_date: '2030-06-01',
    })
    expect(listed.events).toMatchObject([{ uid: 'bobs', calendar_name }])
    const { calendars } = await h.ok('nc_calendar_list_calendars')
    expect(calendars).toContainEqual(
      expect.objectContaining({
        name: calendar_name,
        read_only: true,
        source: 'shared',
        owner: bob.loginName,
      }),
    )
    const read = await h.ok('nc_calendar_get_event', { calendar_name, event_uid: 'bobs' })
    expect(read.read_only).toBe(true)
    const requests = await h.requestsOf(async () => {
      for (const [tool, args] of [
        ['create_event', { title: 't', start_datetime: '2030-06-01' }],
        ['update_event', { event_uid: 'bobs', title: 't' }],
        ['delete_event', { event_uid: 'bobs' }],
        ['create_meeting', { title: 't', date: '2030-06-01', time: '10:00' }],
      ] as const) {
        const { error } = await h.call(`nc_calendar_${tool}`, { calendar_name, ...args })
        expect(error).toMatchObject({
          code: 'FORBIDDEN',
          message: expect.stringMatching(/shared with you by bob for reading only/),
        })
      }
    })
    expect(requests.filter(each => /^(PUT|DELETE)/.test(each))).toEqual([])
    const preview = await h.ok('nc_calendar_bulk_operations', {
      operation: 'delete',
      calendar_name,
      dry_run: true,
    })
    expect(preview.results).toMatchObject([{ uid: 'bobs', status: 'would fail' }])
    const given_up = await manage({ action: 'delete', calendar_name })
    expect(given_up.data.message).toMatch(/no longer shared.*bob/)
  })

  test('those one may write to say who sees it', async () => {
    const { bob } = h.backend
    if (bob === undefined) return
    const name = `${h.calendar}-ours`
    const timezone = 'Asia/Tokyo'
    await h.dav.make(name, { components: ['VEVENT'], user: bob, displayName: name, timezone })
    await h.dav.share(name, 'read-write')
    const calendar_name = `${name}_shared_by_${bob.loginName}`
    const made = await h.ok('nc_calendar_create_event', {
      calendar_name,
      title: 'Ours',
      start_datetime: '2030-06-01T10:00',
    })
    expect(made.notes).toContainEqual(expect.stringMatching(/belongs to bob/))
    // Local times are the user's, and not those of whom the calendar belongs to.
    expect(made.timezone).toBeDefined()
    expect(made.timezone).not.toBe(timezone)
    const deleted = await h.ok('nc_calendar_delete_event', { calendar_name, event_uid: made.uid })
    expect(deleted.message).toMatch(/trash bin of bob/)
  })

  test('a subscription is asked for its copy, and is not written to', async () => {
    const name = `${h.calendar}-subscribed`
    // Nextcloud fetches it at once, and may fail at that after it has made the subscription.
    await h.dav.send('MKCOL', `${name}/`, {
      body: `<d:mkcol xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:set><d:prop><d:resourcetype><d:collection/><cs:subscribed/></d:resourcetype><d:displayname>${name}</d:displayname><cs:source><d:href>https://calendar.example/x.ics</d:href></cs:source></d:prop></d:set></d:mkcol>`,
    })
    try {
      await h.ok('nc_calendar_list_events', { calendar_name: name })
      const { headers } = h.proxy.requests.findLast(({ method }) => method === 'REPORT') ?? {}
      expect(headers?.['x-nc-caldav-webcal-caching']).toBe('On')
      const { calendars } = await h.ok('nc_calendar_list_calendars')
      expect(calendars).toContainEqual(
        expect.objectContaining({ name, source: 'subscription', read_only: true }),
      )
      const { error } = await h.call('nc_calendar_create_event', {
        calendar_name: name,
        title: 't',
        start_datetime: '2030-06-01',
      })
      expect(error).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringMatching(/subscription/),
      })
    } finally {
      const { data } = await manage({ action: 'delete', calendar_name: name })
      expect(data.message).toMatch(/no longer subscribed/)
    }
  })

  test('the birthdays are not to be changed', async () => {
    const { calendars } = await h.ok('nc_calendar_list_calendars')
    const birthdays = calendars.find(({ source }: { source: string }) => source === 'birthdays')
    if (birthdays === undefined) return
    expect(birthdays.read_only).toBe(true)
    const { error } = await h.call('nc_calendar_create_event', {
      calendar_name: birthdays.name,
      title: 't',
      start_datetime: '2030-06-01',
    })
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/contact/) })
    const gone = await manage({ action: 'delete', calendar_name: birthdays.name })
    expect(gone.error?.code).toBe('FORBIDDEN')
  })
})

describe('many events', () => {
  const three = async (tag: string) => {
    for (const day of ['1', '2', '3']) {
      await h.store(`${tag}-${day}`, [
        ...at(`2030070${day}`),
        `SUMMARY:${tag} ${day}`,
        'X-KEPT:yes',
      ])
    }
  }

  test('a dry run only lists; the same call without it does the work', async () => {
    await three('up')
    const args = { operation: 'update', title_contains: 'up ', new_location: 'Room 2' }
    const requests = await h.requestsOf(async () => {
      expect(await bulk({ ...args, dry_run: true })).toMatchObject({
        dry_run: true,
        total_found: 3,
        updated_count: 0,
        failed_count: 0,
        results: [
          { uid: 'up-1', status: 'would be updated', title: 'up 1', calendar_name: h.calendar },
          { uid: 'up-2' },
          { uid: 'up-3' },
        ],
      })
    })
    expect(requests.filter(each => each.startsWith('PUT'))).toEqual([])
    const done = await bulk(args)
    expect(done).toMatchObject({ total_found: 3, updated_count: 3, failed_count: 0 })
    expect(done.results[0]).toMatchObject({ uid: 'up-1', status: 'updated' })
    const text = await h.stored('up-2')
    expect(text).toContain('LOCATION:Room 2')
    expect(text).toContain('X-KEPT:yes')
  })

  test('one that fails is told of, and the others are done', async () => {
    await three('mix')
    h.proxy.plan(({ method, path }) =>
      method === 'DELETE' && path.includes('mix-2') ? 423 : undefined,
    )
    const done = await bulk({ operation: 'delete', title_contains: 'mix ' })
    expect(done).toMatchObject({
      operation: 'delete',
      total_found: 3,
      deleted_count: 2,
      failed_count: 1,
      results: [
        { uid: 'mix-1', status: 'deleted' },
        { uid: 'mix-2', status: 'failed', error: expect.stringMatching(/LOCKED/) },
        { uid: 'mix-3', status: 'deleted' },
      ],
      message: expect.stringMatching(/restored/),
    })
  })

  test('one that somebody changed meanwhile is left alone', async () => {
    await three('race')
    h.proxy.plan(async ({ method, path }) => {
      if (method !== 'DELETE' || !path.includes('race-1')) return undefined
      const theirs = eventText('race-2', [...at('20300702'), 'SUMMARY:race 2 theirs'])
      await h.dav.put(h.calendar, 'race-2-file.ics', theirs)
      return undefined
    })
    const done = await bulk({ operation: 'delete', title_contains: 'race ' })
    expect(done).toMatchObject({ deleted_count: 2, failed_count: 1 })
    expect(done.results[1].error).toMatch(/CONFLICT/)
  })

  test('a refused login ends it, and the rest is told as not tried', async () => {
    await three('login')
    const other = await startEvents({ backend: { ...h.backend, close: async () => {} } })
    try {
      let deletions = 0
      other.proxy.plan(({ method }) => (method === 'DELETE' && ++deletions === 2 ? 401 : undefined))
      const done = await other.ok('nc_calendar_bulk_operations', {
        operation: 'delete',
        calendar_name: h.calendar,
        title_contains: 'login ',
      })
      expect(done).toMatchObject({ deleted_count: 1, failed_count: 2 })
      expect(done.results[2].error).toMatch(/Not tried/)
    } finally {
      await other.end()
    }
  })

  test('moving, also where the uid is taken', async () => {
    await three('go')
    const target = await h.further('target')
    await h.dav.put(target, 'taken.ics', eventText('go-2', [...at('20300702'), 'SUMMARY:taken']))
    const done = await bulk({
      operation: 'move',
      title_contains: 'go ',
      target_calendar: target,
    })
    expect(done).toMatchObject({
      operation: 'move',
      target_calendar: target,
      moved_count: 2,
      failed_count: 1,
      results: [
        { uid: 'go-1', status: 'moved', from_calendar: h.calendar, to_calendar: target },
        { uid: 'go-2', status: 'failed', error: expect.any(String) },
        { uid: 'go-3', status: 'moved' },
      ],
    })
    const there = await h.ok('nc_calendar_get_event', { calendar_name: target, event_uid: 'go-1' })
    expect(there.title).toBe('go 1')
    const here = await h.ok('nc_calendar_get_event', {
      calendar_name: h.calendar,
      event_uid: 'go-2',
    })
    expect(here.title).toBe('go 2')
  })

  test('within a window: series that have an occurrence in it', async () => {
    await h.store('weekly', [...at('20300801'), 'RRULE:FREQ=WEEKLY;COUNT=4', 'SUMMARY:weekly'])
    await h.store('later', [...at('20300901'), 'SUMMARY:later'])
    const found = await bulk({
      operation: 'delete',
      start_date: '2030-08-20',
      end_date: '2030-08-31',
      dry_run: true,
    })
    expect(found.results.map(({ uid }: { uid: string }) => uid)).toEqual(['weekly'])
    expect(found.results[0].recurring).toBe(true)
  })

  test.each([
    [{ operation: 'delete', calendar_name: null }, /filter/],
    [{ operation: 'explode', title_contains: 'x' }, /operation/],
    [{ operation: 'update', title_contains: 'x' }, /Nothing to change/],
    [{ operation: 'move', title_contains: 'x' }, /target_calendar/],
    [{ operation: 'delete', title_contains: 'x', new_title: 'y' }, /new_title/],
    [{ operation: 'delete', start_date: '2030-02-02', end_date: '2030-02-01' }, /end_date/],
  ])('%o is refused and nothing is done', async (args, message) => {
    const { error } = await h.call('nc_calendar_bulk_operations', {
      calendar_name: h.calendar,
      ...args,
    })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
  })
})
