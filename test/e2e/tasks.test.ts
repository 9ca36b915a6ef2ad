/** Todos are made, listed and changed; all that is not named stays as it is stored. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import { type Caldav, caldav, todoText } from '../support/tasks.ts'

let h: Harness
let dav: Caldav
/** Lists of this run only, so that a real instance is left as it was. */
const prefix = `mcp-tasks-${process.pid}-${Date.now()}`
const list = `${prefix}-a`
const title = `Errands ${prefix}`

beforeAll(async () => {
  h = await startHarness()
  dav = caldav(h.backend)
  await dav.make(list, { displayName: title, timezone: 'Europe/Berlin' })
  await dav.make(`${prefix}-utc`)
  await dav.make(`${prefix}-events`, { components: ['VEVENT'] })
})

afterAll(async () => {
  await dav.removeAll()
  await h.close()
})

const create = (summary: string, more: Record<string, unknown> = {}) =>
  h.ok('nc_calendar_create_todo', { calendar_name: list, summary, ...more })
const update = (todo_uid: string, changes: Record<string, unknown>) =>
  h.call('nc_calendar_update_todo', { calendar_name: list, todo_uid, ...changes })
const show = async (todo_uid: string) =>
  (await h.ok('nc_calendar_list_todos', { calendar_name: list, todo_uid })).todos[0]
const text = async (uid: string) => (await dav.get(list, `${uid}.ics`)).text
const linesOf = async (file: string) => (await dav.get(list, file)).text.split('\r\n')

describe('create', () => {
  test('a todo is created and listed with all it has', async () => {
    const made = await create('Grüße; an, Oma', {
      description: 'line one\nline two',
      priority: 2,
      due: '2027-03-01T18:00',
      dtstart: '2027-03-01T09:00',
      categories: 'home, family',
      reminders: [{ action: 'DISPLAY', minutes_before: 30, trigger: null, related: null }],
    })
    expect(made).toEqual({
      uid: expect.any(String),
      href: `/remote.php/dav/calendars/${h.backend.alice.loginName}/${list}/${made.uid}.ics`,
      etag: expect.any(String),
      status_code: 201,
      timezone: 'Europe/Berlin',
    })
    expect(await show(made.uid)).toMatchObject({
      uid: made.uid,
      summary: 'Grüße; an, Oma',
      description: 'line one\nline two',
      status: 'NEEDS-ACTION',
      priority: 2,
      percent_complete: 0,
      due: '2027-03-01T18:00:00+01:00',
      due_tz: 'Europe/Berlin',
      dtstart: '2027-03-01T09:00:00+01:00',
      completed: null,
      categories: 'home,family',
      recurring: false,
      recurrence_rule: '',
      reminders: [{ action: 'DISPLAY', minutes_before: 30 }],
      href: made.href,
      etag: made.etag,
    })
  })

  test('a time in a zone carries the rules of the zone; a day stays a day', async () => {
    const { uid } = await create('Zoned', { due: '2027-07-01T18:00', timezone: 'America/New_York' })
    expect(await text(uid)).toMatch(/BEGIN:VTIMEZONE\r\nTZID:America\/New_York/)
    expect(await show(uid)).toMatchObject({
      due: '2027-07-01T18:00:00-04:00',
      due_tz: 'America/New_York',
    })
    const day = await create('Day', { due: '2027-07-01' })
    expect(await text(day.uid)).toContain('DUE;VALUE=DATE:20270701')
    expect(day.timezone).toBeUndefined()
    expect(await show(day.uid)).toMatchObject({ due: '2027-07-01' })
  })

  test('an offset is an instant, whatever zone the user is in', async () => {
    const { uid, timezone } = await create('Offset', { due: '2027-07-01T18:00:00-03:00' })
    expect(timezone).toBeUndefined()
    expect(new Date((await show(uid)).due).toISOString()).toBe('2027-07-01T21:00:00.000Z')
  })

  test('empty texts are what callers send for nothing', async () => {
    const made = await create('Bare', {
      description: '',
      status: 'NEEDS-ACTION',
      priority: 0,
      due: '',
      dtstart: '',
      categories: '',
      reminders: null,
    })
    const stored = await text(made.uid)
    expect(stored).not.toMatch(/^(DUE|DTSTART|CATEGORIES|DESCRIPTION|PRIORITY)/m)
    expect(stored).not.toContain('VALARM')
  })

  test('where the zone of the user is not known, UTC is used and said', async () => {
    const here = await h.ok('nc_calendar_create_todo', {
      calendar_name: `${prefix}-utc`,
      summary: 'Somewhere',
      due: '2027-07-01T18:00',
    })
    expect(here.timezone).toEqual(expect.any(String))
    // A real user may have calendars that tell.
    if (here.timezone === 'UTC') expect(here.message).toMatch(/taken as UTC/)
  })

  test('creations at the same time all succeed', async () => {
    const made = await Promise.all([1, 2, 3, 4, 5, 6].map(at => create(`Together ${at}`)))
    expect(new Set(made.map(todo => todo.uid)).size).toBe(6)
  })

  test.each([
    ['due', { due: 'tomorrow' }, /due/],
    ['due, a day that does not exist', { due: '2027-02-30' }, /due/],
    ['dtstart', { dtstart: '2027-01-01T25:00' }, /dtstart/],
    ['due before dtstart', { dtstart: '2027-01-02', due: '2027-01-01' }, /due/],
    ['timezone', { due: '2027-01-01T10:00', timezone: 'Mars/Olympus' }, /timezone/],
    ['status', { status: 'WONTDO' }, /status/],
    ['priority', { priority: 10 }, /priority/],
    ['summary', { summary: ' ' }, /summary/],
    ['recurrence_rule', { recurrence_rule: 'FREQ=SOMETIMES', dtstart: '2027-01-01' }, /recurrence/],
    ['reminders', { reminders: [{ action: 'BEEP', minutes_before: 5 }] }, /reminders/],
    ['parent_uid', { parent_uid: 'nobody' }, /parent_uid/],
  ])('bad %s is refused by name and nothing is written', async (_, fields, name) => {
    const before = (await h.ok('nc_calendar_list_todos', { calendar_name: list })).total_count
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_calendar_create_todo', {
        calendar_name: list,
        summary: 'Bad',
        ...fields,
      })
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(name) })
    })
    expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
    const after = await h.ok('nc_calendar_list_todos', { calendar_name: list })
    expect(after.total_count).toBe(before)
  })
})

describe('update', () => {
  /** As another program writes it: folds, spellings, unknown properties, an alarm. */
  const foreign = (uid: string) =>
    todoText(uid, [
      'SUMMARY;LANGUAGE=de:Steuer',
      'DESCRIPTION:A long text that another program has folded in a place of its o',
      ' wn\\, and that must stay so',
      'due;tzid="Europe/Berlin":20270301T120000',
      'DTSTART;TZID="Europe/Berlin":20270301T080000',
      'PRIORITY:5',
      'X-APPLE-SORT-ORDER:42',
      'X-FOREIGN;X-PARAM="a;b":keep\\nme',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'TRIGGER;RELATED=END:-PT15M',
      'DESCRIPTION:Ping',
      'X-EVOLUTION-ALARM-UID:abc',
      'END:VALARM',
    ])
  const isStamp = (line: string) => /^(DTSTAMP|LAST-MODIFIED|SEQUENCE)/.test(line)

  test('changes the named property of the stored text and nothing else', async () => {
    const uid = `${prefix}-foreign`
    await dav.put(list, 'another-name.ics', foreign(uid))
    const { etag } = await show(uid)
    const { data, error } = await update(uid, { priority: 1, etag })
    expect(error).toBeUndefined()
    expect(data).toMatchObject({ uid, calendar_name: list, status: 'NEEDS-ACTION' })
    expect(data.href).toMatch(/another-name\.ics$/)
    const now = await dav.get(list, 'another-name.ics')
    expect(data.etag).toBe(now.etag)
    const kept = (lines: string[]) =>
      lines.filter(line => !isStamp(line) && !line.startsWith('PRIORITY'))
    expect(kept(now.text.split('\r\n'))).toEqual(kept(foreign(uid).split('\r\n')))
    expect(now.text).toContain('PRIORITY:1')
    expect((await show(uid)).etag).toBe(now.etag)
  })

  test('a time that is given locally stays in the zone of the todo', async () => {
    const uid = `${prefix}-zone`
    await dav.put(list, `${uid}.ics`, foreign(uid))
    expect((await update(uid, { due: '2027-03-02T12:00' })).error).toBeUndefined()
    expect(await show(uid)).toMatchObject({
      due: '2027-03-02T12:00:00+01:00',
      due_tz: 'Europe/Berlin',
      dtstart: '2027-03-01T08:00:00+01:00',
    })
  })

  test('the answer names the zone that was used, not that of the user', async () => {
    const { uid } = await create('Far', { due: '2027-07-01T18:00', timezone: 'Asia/Tokyo' })
    const { data } = await update(uid, { due: '2027-07-02T18:00' })
    expect(data.timezone).toBe('Asia/Tokyo')
    expect((await show(uid)).due).toBe('2027-07-02T18:00:00+09:00')
  })

  test('due and start are compared also when one of them is given', async () => {
    const uid = `${prefix}-order`
    await dav.put(list, `${uid}.ics`, foreign(uid))
    const before = await text(uid)
    const due = await update(uid, { due: '2027-02-01' })
    expect(due.error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/due/) })
    const start = await update(uid, { dtstart: '2027-04-01T08:00' })
    expect(start.error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/dtstart|due/),
    })
    expect(await text(uid)).toBe(before)
  })

  test('status, percent and completed follow each other', async () => {
    const { uid } = await create('Steps')
    expect((await update(uid, { percent_complete: 40 })).data).toMatchObject({
      status: 'IN-PROCESS',
      percent_complete: 40,
    })
    expect((await update(uid, { percent_complete: 100 })).data).toMatchObject({
      status: 'COMPLETED',
      percent_complete: 100,
    })
    expect((await show(uid)).completed).toMatch(/^20/)
    expect((await update(uid, { status: 'needs-action' })).data).toMatchObject({
      status: 'NEEDS-ACTION',
      percent_complete: 0,
    })
    expect(await show(uid)).toMatchObject({ completed: null })
    expect((await update(uid, { status: 'COMPLETED' })).data.percent_complete).toBe(100)
    expect(await text(uid)).toMatch(/^COMPLETED:\d{8}T\d{6}Z/m)
  })

  test('an empty text takes a property away', async () => {
    const { uid } = await create('Lean', {
      due: '2027-01-01',
      description: 'x',
      categories: 'a,b',
      priority: 3,
      reminders: [{ minutes_before: 10 }],
    })
    const { error } = await update(uid, {
      due: '',
      description: '',
      categories: '',
      reminders: [],
      priority: 0,
    })
    expect(error).toBeUndefined()
    expect(await text(uid)).not.toMatch(/^(DUE|DESCRIPTION|CATEGORIES|BEGIN:VALARM)/m)
    expect(await show(uid)).toMatchObject({ due: null, priority: 0, summary: 'Lean' })
  })

  test('a stale etag is a CONFLICT with the current one, and changes nothing', async () => {
    const made = await create('Contended')
    const theirs = await update(made.uid, { summary: 'Theirs' })
    const requests = await h.requestsOf(async () => {
      const { error } = await update(made.uid, { summary: 'Mine', etag: made.etag })
      expect(error).toMatchObject({ code: 'CONFLICT', status: 412, etag: theirs.data.etag })
    })
    expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
    expect((await show(made.uid)).summary).toBe('Theirs')
    const quoted = await update(made.uid, { summary: 'Ours', etag: `"${theirs.data.etag}"` })
    expect(quoted.error).toBeUndefined()
  })

  test('what somebody changes between reading and writing is not overwritten', async () => {
    const { uid } = await create('Raced')
    h.proxy.plan(async ({ method }) => {
      if (method !== 'PUT') return undefined
      await dav.put(list, `${uid}.ics`, todoText(uid, ['SUMMARY:Theirs']))
      return undefined
    })
    const { error } = await update(uid, { priority: 1 })
    h.proxy.plan(undefined)
    const now = await dav.get(list, `${uid}.ics`)
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412, etag: expect.any(String) })
    expect(now.text).toContain('SUMMARY:Theirs')
    expect(now.text).not.toContain('PRIORITY')
  })

  test('eight changes at the same time are all kept', async () => {
    const { uid } = await create('Crowd')
    const changes = [
      { summary: 'New' },
      { description: 'text' },
      { priority: 4 },
      { due: '2027-05-05' },
      { categories: 'c' },
      { percent_complete: 10 },
    ]
    const answers = await Promise.all(changes.map(change => update(uid, change)))
    expect(answers.map(({ error }) => error)).toEqual(changes.map(() => undefined))
    expect(await show(uid)).toMatchObject({
      summary: 'New',
      description: 'text',
      priority: 4,
      due: '2027-05-05',
      categories: 'c',
      percent_complete: 10,
    })
  })

  test('no change, an unknown uid, an unknown list and a calendar without todos', async () => {
    const requests = await h.requestsOf(async () => {
      expect((await update('x', {})).error).toMatchObject({ code: 'BAD_INPUT' })
      expect((await update('x', { etag: 'e' })).error).toMatchObject({ code: 'BAD_INPUT' })
    })
    expect(requests).toEqual([])
    expect((await update(`${prefix}-none`, { priority: 1 })).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: `${prefix}-none`,
    })
    const call = (calendar_name: string) =>
      h.call('nc_calendar_update_todo', { calendar_name, todo_uid: 'x', priority: 1 })
    const { error } = await call('nowhere')
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'nowhere' })
    expect(error?.hint).toContain(list)
    expect(error?.hint).not.toContain(`${prefix}-events`)
    const events = await call(`${prefix}-events`)
    expect(events.error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringContaining(list) })
  })

  test('a list is found by its display name, in any case', async () => {
    const { todos, calendar_name } = await h.ok('nc_calendar_list_todos', {
      calendar_name: title.toUpperCase(),
      limit: 1,
    })
    expect(todos).toHaveLength(1)
    expect(calendar_name).toBe(list)
  })

  test('reminders that were read can be written back', async () => {
    const { uid } = await create('Ring', {
      due: '2027-03-01T10:00',
      reminders: [
        { minutes_before: 30, related: 'END' },
        { action: 'DISPLAY', trigger_at: '2027-03-01T08:00:00Z' },
      ],
    })
    const { reminders } = await show(uid)
    expect(reminders).toHaveLength(2)
    const before = await linesOf(`${uid}.ics`)
    const { error } = await update(uid, { reminders, summary: 'Ring twice' })
    expect(error).toBeUndefined()
    const kept = (lines: string[]) =>
      lines.filter(line => !isStamp(line) && !line.startsWith('SUMMARY'))
    expect(kept(await linesOf(`${uid}.ics`))).toEqual(kept(before))
    const requests = await h.requestsOf(() => update(uid, { reminders, summary: 'Ring twice' }))
    expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
  })
})

test('requests per tool', async () => {
  const made = await create('Counted', { due: '2027-01-01' })
  const count = async (name: string, args: Record<string, unknown>) =>
    h.requestsOf(() => h.ok(name, { calendar_name: list, ...args }))
  // The calendars themselves are asked for again after twenty seconds.
  const methods = (requests: string[]) =>
    requests.map(request => request.split(' ')[0]).filter(method => method !== 'PROPFIND')
  const uid = { todo_uid: made.uid }
  expect(methods(await count('nc_calendar_list_todos', {}))).toEqual(['REPORT'])
  expect(methods(await count('nc_calendar_create_todo', { summary: 'c' }))).toEqual(['PUT'])
  expect(methods(await count('nc_calendar_update_todo', { ...uid, priority: 1 }))).toEqual([
    'GET',
    'PUT',
  ])
  expect(methods(await count('nc_calendar_complete_todo', uid))).toEqual(['GET', 'PUT'])
  expect(methods(await count('nc_calendar_complete_todo', uid))).toEqual(['GET'])
  expect(methods(await count('nc_calendar_delete_todo', uid))).toEqual(['REPORT', 'DELETE'])
})
