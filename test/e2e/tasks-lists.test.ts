/** Listing and searching todos, in lists of every kind, with what is broken in them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { can, needs } from '../support/abilities.ts'
import { type Caldav, caldav, todoText } from '../support/caldav.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { rewriting } from '../support/rewriting.ts'

let h: Harness
let dav: Caldav
const prefix = `mcp-lists-${process.pid}-${Date.now()}`
const list = `${prefix}-a`
const other = `${prefix}-b`

const broken = `${prefix}-broken`
const readable = `${prefix}-readable`
const writable = `${prefix}-writable`
const subscribed = `${prefix}-subscribed`
/** Of the lists that are shared; empty where there is no second user. */
let owner = ''

const TODOS: Record<string, string[]> = {
  late: ['SUMMARY:Pay the rent', 'DUE;TZID=Europe/Berlin:20270110T120000', 'PRIORITY:5'],
  soon: ['SUMMARY:Call Zoë', 'DUE;VALUE=DATE:20270105', 'PRIORITY:9', 'CATEGORIES:Phone,home'],
  urgent: ['SUMMARY:Fix the roof', 'DUE;VALUE=DATE:20270105', 'PRIORITY:1', 'CATEGORIES:Home'],
  someday: ['SUMMARY:Read more', `DESCRIPTION:${'long '.repeat(100)}`, 'STATUS:IN-PROCESS'],
  done: [
    'SUMMARY:Buy paint',
    'STATUS:COMPLETED',
    'PERCENT-COMPLETE:100',
    'COMPLETED:20260101T100000Z',
    'DUE:20260101T100000Z',
  ],
  off: ['SUMMARY:Buy a boat', 'STATUS:CANCELLED'],
}

beforeAll(async () => {
  h = await startHarness()
  dav = caldav(h.backend)
  await dav.make(list, { timezone: 'Europe/Berlin' })
  await dav.make(other, { components: ['VEVENT', 'VTODO'] })
  for (const [name, lines] of Object.entries(TODOS)) {
    const { status } = await dav.put(list, `${name}.ics`, todoText(`${prefix}-${name}`, lines))
    expect(status).toBe(201)
  }
  await dav.put(other, 'x.ics', todoText(`${prefix}-x`, ['SUMMARY:Elsewhere', 'PRIORITY:1']))
  await makeBroken()
  if (can('subscriptions')) await dav.subscribe(subscribed)
  await makeShared()
})

/** How many odd objects the server took. */
let taken = 0

/** What a server takes is its own affair; what it took has to be lived with. */
async function makeBroken() {
  await dav.make(broken)
  const stored = [
    todoText(`${prefix}-odd`, ['SUMMARY:Odd', 'DUE:sometime', 'PRIORITY:high', 'STATUS:maybe']),
    todoText(`${prefix}-rule`, ['SUMMARY:Rule', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=NEVER']),
    todoText(`${prefix}-zone`, ['SUMMARY:Zone', 'DUE;TZID=Nowhere/Land:20270101T100000']),
    todoText(`${prefix}-bare`, []),
    todoText(`${prefix}-alarm`, [
      'SUMMARY:Alarm',
      'BEGIN:VALARM',
      'ACTION:SCREAM',
      'TRIGGER:whenever',
      'END:VALARM',
    ]),
    todoText(`${prefix}-fine`, ['SUMMARY:Fine']),
  ]
  for (const [at, body] of stored.entries()) {
    const { status, text } = await dav.put(broken, `${at}.ics`, body)
    expect([201, 415, 400, 500], text).toContain(status)
    if (status === 201) taken++
  }
}

async function makeShared() {
  const { bob } = h.backend
  if (bob === undefined || !can('shares')) return
  owner = bob.loginName
  const put = (path: string, uid: string, lines: string[]) =>
    dav.send('PUT', path, { user: bob, body: todoText(`${prefix}-${uid}`, lines) })
  for (const name of [readable, writable]) await dav.make(name, { user: bob })
  await put(`${readable}/r.ics`, 'r', ['SUMMARY:To read'])
  await put(`${writable}/w.ics`, 'w', ['SUMMARY:To write'])
  const secret = ['SUMMARY:Secret', 'DESCRIPTION:plans', 'CLASS:CONFIDENTIAL']
  await put(`${writable}/c.ics`, 'c', secret)
  await dav.share(readable, 'read')
  await dav.share(writable, 'read-write')
}

afterAll(async () => {
  await dav.removeAll()
  await h.close()
})

const names = (answer: { todos: { uid: string }[] }) =>
  answer.todos.map(({ uid }) => uid.slice(prefix.length + 1))
const listed = async (args: Record<string, unknown> = {}) =>
  names(await h.ok('nc_calendar_list_todos', { calendar_name: list, ...args }))

describe('list', () => {
  test('open ones first, by due time, then by priority', async () => {
    const answer = await h.ok('nc_calendar_list_todos', { calendar_name: list })
    expect(names(answer)).toEqual(['urgent', 'soon', 'late', 'someday', 'done', 'off'])
    expect(answer).toMatchObject({ calendar_name: list, total_count: 6 })
    expect(answer).not.toHaveProperty('next_offset')
    expect(answer).not.toHaveProperty('read_only')
  })

  test.each([
    ['status', { status: 'completed' }, ['done']],
    ['no status', { status: '' }, ['urgent', 'soon', 'late', 'someday', 'done', 'off']],
    ['only open', { include_completed: false }, ['urgent', 'soon', 'late', 'someday']],
    ['min_priority, 1 being the highest', { min_priority: 5 }, ['urgent', 'late']],
    ['min_priority 0: any', { min_priority: 0, include_completed: false }, 4],
    ['a category, in any case', { categories: 'HOME' }, ['urgent', 'soon']],
    ['one of several categories', { categories: 'phone, boats' }, ['soon']],
    ['words, in any case', { summary_contains: 'the' }, ['urgent', 'late']],
    ['words without diacritics', { summary_contains: 'zoe' }, ['soon']],
    ['due before a day', { due_before: '2027-01-10' }, ['urgent', 'soon', 'done']],
    ['due before a time', { due_before: '2027-01-10T12:00' }, ['urgent', 'soon', 'done']],
    ['due from a local time on', { due_after: '2027-01-10T12:00' }, ['late']],
    ['due from an instant on', { due_after: '2027-01-10T11:00:01Z' }, []],
    ['due in a span', { due_after: '2027-01-05', due_before: '2027-01-06' }, ['urgent', 'soon']],
    ['subtasks of nothing', { parent_uid: 'nobody' }, []],
  ] as const)('%s', async (_, filter, wanted) => {
    const found = await listed(filter)
    if (typeof wanted === 'number') expect(found).toHaveLength(wanted)
    else expect(found).toEqual(wanted)
  })

  test('page by page', async () => {
    const first = await h.ok('nc_calendar_list_todos', { calendar_name: list, limit: 4 })
    expect(first).toMatchObject({ total_count: 6, next_offset: 4 })
    expect(await listed({ limit: 4, offset: first.next_offset })).toEqual(['done', 'off'])
  })

  test('long descriptions are cut, and whole for a single todo', async () => {
    const cut = (await h.ok('nc_calendar_list_todos', { calendar_name: list })).todos.find(
      (todo: { summary: string }) => todo.summary === 'Read more',
    )
    expect(cut.description).toHaveLength(201)
    expect(cut.description.endsWith('…')).toBe(true)
    const { todos } = await h.ok('nc_calendar_list_todos', {
      calendar_name: list,
      todo_uid: cut.uid,
    })
    expect(todos).toHaveLength(1)
    expect(todos[0].description).toBe('long '.repeat(100))
    const { error } = await h.call('nc_calendar_list_todos', { calendar_name: list, todo_uid: 'x' })
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'x' })
  })

  test('a time that is none is refused by name before the list is read', async () => {
    const requests = await h.requestsOf(async () => {
      const { error } = await h.call('nc_calendar_search_todos', { due_before: 'soon' })
      expect(error).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/due_before/),
      })
    })
    expect(requests).toEqual([])
  })
})

describe('search', () => {
  const mine = (todos: { uid: string; calendar_name: string }[]) =>
    todos.filter(({ uid }) => uid.startsWith(prefix))

  test('finds in all lists, and says in which', async () => {
    const { todos, calendar_name } = await h.ok('nc_calendar_search_todos', { min_priority: 1 })
    expect(calendar_name).toBeNull()
    expect(mine(todos)).toEqual([
      expect.objectContaining({ summary: 'Fix the roof', calendar_name: list }),
      expect.objectContaining({ summary: 'Elsewhere', calendar_name: other }),
    ])
  })

  test('one REPORT for each list, at the same time, none for an object', async () => {
    const { todos } = await h.ok('nc_calendar_search_todos', { limit: 1000 })
    const lists = new Set<string>()
    let atOnce = 0
    let most = 0
    h.proxy.plan(async ({ method, path }) => {
      if (method !== 'REPORT') return undefined
      lists.add(path)
      most = Math.max(most, ++atOnce)
      setImmediate(() => atOnce--)
      return undefined
    })
    const requests = await h.requestsOf(() => h.ok('nc_calendar_search_todos', {}))
    h.proxy.plan(undefined)
    const reports = requests.filter(request => request.startsWith('REPORT'))
    expect(todos.length).toBeGreaterThanOrEqual(7)
    expect(reports).toHaveLength(lists.size)
    expect(reports.length).toBeGreaterThanOrEqual(2)
    expect(requests.filter(request => !/^(REPORT|PROPFIND)/.test(request))).toEqual([])
  })

  test('a list that fails is named, and the others answer', async () => {
    h.proxy.plan(({ path }) => (path.includes(`/${other}/`) ? 403 : undefined))
    const answer = await h.ok('nc_calendar_search_todos', { limit: 1000 })
    h.proxy.plan(undefined)
    // Lists of other tests on a real instance may be gone by now.
    const failed = answer.failed_calendars.filter((list: { calendar_name: string }) =>
      list.calendar_name.startsWith(prefix),
    )
    expect(failed).toEqual([
      { calendar_name: other, code: 'FORBIDDEN', message: expect.any(String) },
    ])
    expect(mine(answer.todos).some(todo => todo.calendar_name === list)).toBe(true)
  })

  test('it is an error where no list could be read', async () => {
    h.proxy.plan(({ method }) => (method === 'REPORT' ? 403 : undefined))
    const { error } = await h.call('nc_calendar_search_todos', {})
    h.proxy.plan(undefined)
    expect(error?.code).toBe('FORBIDDEN')
  })
})

describe('what is broken', () => {
  test('odd objects fail no list', async () => {
    const { todos, unreadable_count = 0 } = await h.ok('nc_calendar_list_todos', {
      calendar_name: broken,
    })
    const found = names({ todos })
    expect(found).toContain('fine')
    expect(found).toContain('bare')
    expect(found.length + unreadable_count).toBe(taken)
    const odd = todos.find(({ uid }: { uid: string }) => uid === `${prefix}-odd`)
    if (odd !== undefined) expect(odd).toMatchObject({ summary: 'Odd', due: null })
  })

  test('they can be put right', async () => {
    const { error } = await h.call('nc_calendar_update_todo', {
      calendar_name: broken,
      todo_uid: `${prefix}-zone`,
      due: '2027-01-01T10:00:00Z',
    })
    expect([undefined, 'NOT_FOUND']).toContain(error?.code)
  })
})

describe('lists of others', () => {
  const shared = (name: string) => `${name}_shared_by_${owner}`
  const call = (tool: string, name: string, more: Record<string, unknown>) =>
    h.call(`nc_calendar_${tool}_todo`, { calendar_name: shared(name), ...more })

  test('a list for reading only says so and takes nothing', async context => {
    needs(context, 'shares')
    if (owner === '') return context.skip('there is no second user')
    const { todos, read_only } = await h.ok('nc_calendar_list_todos', {
      calendar_name: shared(readable),
    })
    expect(todos).toMatchObject([{ summary: 'To read' }])
    expect(read_only).toMatch(new RegExp(`shared with you by ${owner}`))
    const requests = await h.requestsOf(async () => {
      const args = { calendar_name: shared(readable), todo_uid: `${prefix}-r` }
      for (const [tool, more] of [
        ['create', { summary: 'x' }],
        ['update', { priority: 1 }],
        ['complete', {}],
        ['delete', {}],
      ] as const) {
        const { todo_uid, ...named } = args
        const { error } = await h.call(`nc_calendar_${tool}_todo`, {
          ...(tool === 'create' ? named : { ...named, todo_uid }),
          ...more,
        })
        expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(owner) })
      }
    })
    expect(requests.filter(request => !request.startsWith('PROPFIND'))).toEqual([])
  })

  test('a list for writing takes changes, but not to what is shown in part only', async context => {
    needs(context, 'shares')
    if (owner === '') return context.skip('there is no second user')
    const { bob } = h.backend
    const changed = await call('update', writable, { todo_uid: `${prefix}-w`, priority: 2 })
    expect(changed.error).toBeUndefined()
    for (const tool of ['update', 'complete']) {
      const { error } = await call(tool, writable, {
        todo_uid: `${prefix}-c`,
        ...(tool === 'update' ? { priority: 2 } : {}),
      })
      expect(error).toMatchObject({ code: 'FORBIDDEN', hint: expect.stringMatching(owner) })
    }
    const kept = await dav.send('GET', `${writable}/c.ics`, bob ? { user: bob } : {})
    expect(kept.text).toContain('DESCRIPTION:plans')
  })

  test('a subscription, and what another app shows as a list, say so', async context => {
    needs(context, 'subscriptions')
    const todo = { todo_uid: 'x', priority: 1 }
    const list = await h.ok('nc_calendar_list_todos', { calendar_name: subscribed })
    expect(list).toMatchObject({ todos: [], read_only: expect.stringMatching(/subscription/) })
    const { error } = await h.call('nc_calendar_update_todo', {
      calendar_name: subscribed,
      ...todo,
    })
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/subscr/) })
    // Deck shows its boards so; here it is the subscription in its place.
    const board = 'app-generated--deck--board-9'
    const backend = await rewriting({ ...h.backend, close: async () => {} }, (method, answer) => {
      if (method === 'PROPFIND') answer.text = answer.text.replaceAll(subscribed, board)
    })
    const other = await startHarness({ backend })
    const refused = await other.call('nc_calendar_update_todo', { calendar_name: board, ...todo })
    await other.close()
    expect(refused.error).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/"deck"/),
    })
  })

  test('what is deleted there goes to the trash bin of the owner', async context => {
    needs(context, 'shares')
    if (owner === '') return context.skip('there is no second user')
    const { data, error } = await call('delete', writable, { todo_uid: `${prefix}-w` })
    expect(error).toBeUndefined()
    expect(data.message).toMatch(new RegExp(owner))
  })
})
