/** Completing and deleting: single todos, occurrences of recurring ones, subtasks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'
import { type Caldav, caldav, todoText } from '../support/tasks.ts'

let h: Harness
let dav: Caldav
const prefix = `mcp-done-${process.pid}-${Date.now()}`
const list = `${prefix}-a`
const other = `${prefix}-b`

beforeAll(async () => {
  h = await startHarness()
  dav = caldav(h.backend)
  await dav.make(list, { timezone: 'Europe/Berlin' })
  await dav.make(other)
})

afterAll(async () => {
  await dav.removeAll()
  await h.close()
})

const create = async (summary: string, more: Record<string, unknown> = {}): Promise<string> =>
  (await h.ok('nc_calendar_create_todo', { calendar_name: list, summary, ...more })).uid
const complete = (todo_uid: string, more: Record<string, unknown> = {}) =>
  h.call('nc_calendar_complete_todo', { calendar_name: list, todo_uid, ...more })
const remove = (todo_uid: string, more: Record<string, unknown> = {}) =>
  h.call('nc_calendar_delete_todo', { calendar_name: list, todo_uid, ...more })
const change = (todo_uid: string, more: Record<string, unknown>) =>
  h.call('nc_calendar_update_todo', { calendar_name: list, todo_uid, ...more })
const find = (todo_uid: string) =>
  h.call('nc_calendar_list_todos', { calendar_name: list, todo_uid })
const show = async (uid: string) => (await find(uid)).data.todos[0]
const stored = (uid: string) => dav.get(list, `${uid}.ics`)

describe('complete', () => {
  test('sets status, percent and time; a second time nothing is written', async () => {
    const uid = await create('Once')
    const { data } = await complete(uid)
    expect(data).toMatchObject({
      uid,
      calendar_name: list,
      status: 'COMPLETED',
      percent_complete: 100,
      completed: expect.stringMatching(/^20\d\d-/),
      href: expect.stringContaining(uid),
      etag: expect.any(String),
    })
    expect(await show(uid)).toMatchObject({
      status: 'COMPLETED',
      percent_complete: 100,
      completed: data.completed,
      etag: data.etag,
    })
    const requests = await h.requestsOf(async () => {
      const again = (await complete(uid)).data
      expect(again).toMatchObject({ completed: data.completed, etag: data.etag })
      expect(again.message).toMatch(/already/)
    })
    expect(requests.filter(request => request.startsWith('PUT'))).toEqual([])
  })

  test('the time can be given, and is refused by name where it is none', async () => {
    const uid = await create('Back then')
    const { error } = await complete(uid, { completed: 'yesterday' })
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/completed/) })
    expect((await show(uid)).status).toBe('NEEDS-ACTION')
    const { data } = await complete(uid, { completed: '2026-05-01T10:00:00+02:00' })
    expect(new Date(data.completed).toISOString()).toBe('2026-05-01T08:00:00.000Z')
    expect((await stored(uid)).text).toContain('COMPLETED:20260501T080000Z')
  })

  test('a stale etag is a CONFLICT', async () => {
    const uid = await create('Stale')
    const { etag } = await show(uid)
    const theirs = await change(uid, { priority: 1 })
    const { error } = await complete(uid, { etag })
    expect(error).toMatchObject({ code: 'CONFLICT', etag: theirs.data.etag })
    expect((await show(uid)).status).toBe('NEEDS-ACTION')
  })
})

describe('recurring todos', () => {
  const rule = { dtstart: '2026-01-05T09:00', due: '2026-01-05T10:00' }
  const daily = (count: number) => ({ ...rule, recurrence_rule: `FREQ=DAILY;COUNT=${count}` })

  test('one occurrence after the other', async () => {
    const uid = await create('Water the plants', daily(3))
    expect(await show(uid)).toMatchObject({
      recurring: true,
      recurrence_rule: 'FREQ=DAILY;COUNT=3',
      status: 'NEEDS-ACTION',
      pending_count: 3,
      oldest_pending_dtstart: '2026-01-05T09:00:00+01:00',
      oldest_pending_due: '2026-01-05T10:00:00+01:00',
      current_due: '2026-01-05T10:00:00+01:00',
    })
    const first = (await complete(uid)).data
    expect(first).toMatchObject({
      status: 'COMPLETED',
      percent_complete: 100,
      recurrence_id: expect.any(String),
      current_due: '2026-01-06T10:00:00+01:00',
    })
    expect(await show(uid)).toMatchObject({ pending_count: 2, status: 'NEEDS-ACTION' })
    await complete(uid)
    const last = (await complete(uid)).data
    expect(await show(uid)).toMatchObject({ pending_count: 0, status: 'COMPLETED' })
    const again = (await complete(uid)).data
    expect(again).toMatchObject({ etag: last.etag, message: expect.stringMatching(/already/) })
  })

  test('an occurrence that is named, and named again', async () => {
    const uid = await create('Feed the cat', daily(3))
    const { current_recurrence_id } = (await complete(uid)).data
    const again = await complete(uid, { recurrence_id: current_recurrence_id })
    expect(again.data.recurrence_id).toBe(current_recurrence_id)
    const { text } = await stored(uid)
    expect(text.match(/^RECURRENCE-ID/gm)?.length).toBe(2)
    const repeated = await complete(uid, { recurrence_id: current_recurrence_id })
    expect(repeated.error).toBeUndefined()
    expect((await show(uid)).pending_count).toBe(1)
    const { error } = await complete(uid, { recurrence_id: '2026-03-01T09:00:00+01:00' })
    expect(['NOT_FOUND', 'BAD_INPUT']).toContain(error?.code)
  })

  test('the whole series', async () => {
    const uid = await create('Learn Latin', daily(3))
    const both = await complete(uid, { series: true, recurrence_id: '2026-01-05T09:00:00+01:00' })
    expect(both.error).toMatchObject({ code: 'BAD_INPUT' })
    await complete(uid, { series: true })
    expect(await show(uid)).toMatchObject({ status: 'COMPLETED', pending_count: 0 })
  })

  test('a change of the series keeps its occurrences as they are', async () => {
    const uid = await create('Mow', daily(3))
    await complete(uid)
    expect((await change(uid, { summary: 'Mow the lawn' })).error).toBeUndefined()
    const { text } = await stored(uid)
    expect(text).toMatch(/RECURRENCE-ID/)
    expect(await show(uid)).toMatchObject({ summary: 'Mow the lawn', pending_count: 2 })
  })

  test('a change of one occurrence leaves the others', async () => {
    const uid = await create('Run', daily(3))
    const recurrence_id = '2026-01-06T09:00:00+01:00'
    const { error } = await change(uid, { recurrence_id, summary: 'Run far', priority: 1 })
    expect(error).toBeUndefined()
    const { text } = await stored(uid)
    expect(text.match(/^SUMMARY:Run$/gm)).toHaveLength(1)
    expect(text.match(/^SUMMARY:Run far$/gm)).toHaveLength(1)
    expect(await show(uid)).toMatchObject({ summary: 'Run', priority: 0, pending_count: 3 })
    const unknown = await change(uid, { recurrence_id: '2030-01-01T09:00:00Z', priority: 1 })
    expect(['NOT_FOUND', 'BAD_INPUT']).toContain(unknown.error?.code)
  })

  test('due filters and the order go by the occurrence that is next', async () => {
    const uid = await create('Next', daily(3))
    await complete(uid)
    const { todos } = await h.ok('nc_calendar_list_todos', {
      calendar_name: list,
      due_after: '2026-01-06T10:00',
      due_before: '2026-01-06T10:01',
    })
    expect(todos.map((todo: { uid: string }) => todo.uid)).toContain(uid)
  })
})

describe('subtasks', () => {
  const family = async () => {
    const parent = await create('House')
    const child = await create('Kitchen', { parent_uid: parent })
    const grandchild = await create('Sink', { parent_uid: child })
    return { parent, child, grandchild }
  }

  test('are created below a todo and listed by it', async () => {
    const { parent, child, grandchild } = await family()
    expect((await stored(child)).text).toMatch(new RegExp(`^RELATED-TO[^:]*:${parent}`, 'm'))
    expect(await show(child)).toMatchObject({ parent_uid: parent })
    const below = await h.ok('nc_calendar_list_todos', { calendar_name: list, parent_uid: parent })
    expect(below.todos.map((todo: { uid: string }) => todo.uid)).toEqual([child])
    const top = await h.ok('nc_calendar_list_todos', { calendar_name: list, parent_uid: '' })
    const uids = top.todos.map((todo: { uid: string }) => todo.uid)
    expect(uids).toContain(parent)
    expect(uids).not.toContain(child)
    expect(uids).not.toContain(grandchild)
  })

  test('move to another parent, and to none; relations of other kinds stay', async () => {
    const { parent, grandchild } = await family()
    expect((await change(grandchild, { parent_uid: parent })).error).toBeUndefined()
    expect(await show(grandchild)).toMatchObject({ parent_uid: parent })
    await change(grandchild, { parent_uid: '' })
    expect(await show(grandchild)).not.toHaveProperty('parent_uid')
    const uid = `${prefix}-related`
    const lines = ['SUMMARY:R', 'RELATED-TO;RELTYPE=SIBLING:someone', 'RELATED-TO;RELTYPE=CHILD:x']
    await dav.put(list, `${uid}.ics`, todoText(uid, lines))
    expect((await change(uid, { parent_uid: parent })).error).toBeUndefined()
    const { text } = await stored(uid)
    expect(text).toContain(lines[1])
    expect(text).toContain(lines[2])
    expect(await show(uid)).toMatchObject({ parent_uid: parent })
  })

  test('no circles, no parents elsewhere', async () => {
    const { parent, child, grandchild } = await family()
    for (const wrong of [parent, child, grandchild]) {
      const { error } = await change(parent, { parent_uid: wrong })
      expect(error).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/^parent_uid/),
      })
    }
    const elsewhere = await h.ok('nc_calendar_create_todo', {
      calendar_name: other,
      summary: 'Elsewhere',
    })
    const { error } = await change(parent, { parent_uid: elsewhere.uid })
    expect(error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringMatching(/same list/) })
    expect(await show(parent)).not.toHaveProperty('parent_uid')
  })

  test('two todos that become part of each other at the same time form no circle', async () => {
    const [one, two] = [await create('One'), await create('Two')]
    const answers = await Promise.all([
      change(one, { parent_uid: two }),
      change(two, { parent_uid: one }),
    ])
    expect(answers.filter(({ isError }) => isError)).toHaveLength(1)
  })

  test('stay open when their parent is completed, unless asked for', async () => {
    const { parent, child, grandchild } = await family()
    const recurring = await create('Clean', {
      parent_uid: child,
      dtstart: '2026-01-05',
      recurrence_rule: 'FREQ=DAILY',
    })
    await complete(parent)
    expect((await show(child)).status).toBe('NEEDS-ACTION')
    const { data } = await complete(parent, { with_subtasks: true })
    expect(data.completed_subtasks).toEqual([child, grandchild])
    expect(data.left_subtasks).toEqual([
      { uid: recurring, code: 'BAD_INPUT', message: expect.stringMatching(/Recurring/) },
    ])
    expect((await show(grandchild)).status).toBe('COMPLETED')
    expect((await show(recurring)).status).toBe('NEEDS-ACTION')
  })

  test('are not lost by accident: deleting their parent asks what becomes of them', async () => {
    const { parent, child } = await family()
    const requests = await h.requestsOf(async () => {
      const { error } = await remove(parent)
      expect(error).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/subtasks.*"Kitchen".*"Sink"/),
        hint: expect.stringMatching(/keep/),
      })
    })
    expect(requests.filter(request => request.startsWith('DELETE'))).toEqual([])
    expect((await remove(parent, { subtasks: 'keep' })).error).toBeUndefined()
    expect((await find(parent)).error?.code).toBe('NOT_FOUND')
    expect(await show(child)).toMatchObject({ summary: 'Kitchen' })
  })

  test('go with their parent where that is asked for', async () => {
    const { parent, child, grandchild } = await family()
    const { data } = await remove(parent, { subtasks: 'delete' })
    expect(data.deleted_subtasks).toEqual([child, grandchild])
    for (const uid of [parent, child, grandchild]) {
      expect((await find(uid)).error?.code).toBe('NOT_FOUND')
    }
  })

  test('one that cannot be deleted is named', async () => {
    const { parent, child, grandchild } = await family()
    h.proxy.plan(({ method, path }) =>
      method === 'DELETE' && path.includes(child) ? 403 : undefined,
    )
    const { data } = await remove(parent, { subtasks: 'delete' })
    h.proxy.plan(undefined)
    expect(data.deleted_subtasks).toEqual([grandchild])
    expect(data.left_subtasks).toMatchObject([{ uid: child, code: 'FORBIDDEN' }])
  })

  test('that already form a circle are listed, and can be taken out of it', async () => {
    const [one, two] = [`${prefix}-c1`, `${prefix}-c2`]
    await dav.put(list, `${one}.ics`, todoText(one, ['SUMMARY:C1', `RELATED-TO:${two}`]))
    await dav.put(list, `${two}.ics`, todoText(two, ['SUMMARY:C2', `RELATED-TO:${one}`]))
    expect(await show(one)).toMatchObject({ parent_uid: two })
    expect((await change(one, { parent_uid: '' })).error).toBeUndefined()
    expect((await remove(one, { subtasks: 'delete' })).data.deleted_subtasks).toEqual([two])
  })
})

describe('delete', () => {
  test('moves to the trash bin and says how to get it back; again it is NOT_FOUND', async () => {
    const uid = await create('Gone')
    const { data } = await remove(uid)
    expect(data).toMatchObject({
      deleted_uid: uid,
      calendar_name: list,
      status_code: 204,
      message: expect.stringMatching(/trash bin/),
    })
    const again = await remove(uid)
    expect(again.error).toMatchObject({ code: 'NOT_FOUND', subject: uid })
    const trash = await dav.send('REPORT', 'trashbin/objects/', {
      headers: { depth: '1' },
      body: '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>',
    })
    expect(trash.text).toContain(uid)
  })

  test('a stale etag, and a change at the last moment, are a CONFLICT', async () => {
    const uid = await create('Kept')
    const { etag } = await show(uid)
    const theirs = await change(uid, { priority: 1 })
    expect((await remove(uid, { etag })).error).toMatchObject({
      code: 'CONFLICT',
      etag: theirs.data.etag,
    })
    h.proxy.plan(async ({ method }) => {
      if (method === 'DELETE') await dav.put(list, `${uid}.ics`, todoText(uid, ['SUMMARY:New']))
      return undefined
    })
    const { error } = await remove(uid)
    h.proxy.plan(undefined)
    expect(error).toMatchObject({ code: 'CONFLICT', status: 412 })
    expect(await show(uid)).toMatchObject({ summary: 'New' })
  })
})
