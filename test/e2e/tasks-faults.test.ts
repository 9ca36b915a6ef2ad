/** What goes wrong at the very request that reads or writes todos, when all before it went well. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caldav, caldav, todoText } from '../support/caldav.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { FAULTS, type Fault } from '../support/proxy.ts'
import { rewriting } from '../support/rewriting.ts'

let h: Harness
let dav: Caldav
const list = `mcp-faulty-${process.pid}-${Date.now()}`

beforeAll(async () => {
  h = await startHarness()
  dav = caldav(h.backend)
  await dav.make(list, { timezone: 'Europe/Berlin' })
})

afterAll(async () => {
  await dav.removeAll()
  await h.close()
})

const args = (tool: string, uid: string) =>
  tool === 'create'
    ? { calendar_name: list, summary: 'Broken' }
    : { calendar_name: list, todo_uid: uid, ...(tool === 'update' ? { priority: 1 } : {}) }

/** Without an answer, or with one that says nothing of what was done. */
const UNKNOWN: readonly Fault[] = ['reset', 'truncated', 'html', 'empty', 'malformed-xml']
// A refused login is not tried again for a while, and time limits are tested for every tool.
const faults = FAULTS.filter(fault => fault !== 401 && fault !== 'delay')

test.each([
  ['create', 'PUT'],
  ['update', 'PUT'],
  ['complete', 'PUT'],
  ['delete', 'DELETE'],
] as const)(
  '%s: a failed %s is never a success',
  async (tool, method) => {
    for (const fault of faults) {
      const uid = `${list}-${tool}-${fault}`
      await dav.put(list, `${uid}.ics`, todoText(uid, [`SUMMARY:${fault}`]))
      h.proxy.plan(request => (request.method === method ? fault : undefined))
      const requests = await h.requestsOf(async () => {
        const { isError, error } = await h.call(`nc_calendar_${tool}_todo`, args(tool, uid))
        expect({ fault, isError, code: error?.code }).toMatchObject({
          isError: true,
          code: expect.not.stringMatching(/^(INTERNAL|undefined)$/),
        })
        expect(error?.outcome_unknown === true, `${fault}`).toBe(UNKNOWN.includes(fault))
      })
      h.proxy.plan(undefined)
      const writes = requests.filter(request => request.startsWith(method))
      // What may have been done is not done again.
      if (UNKNOWN.includes(fault)) expect(writes, `${fault}`).toHaveLength(1)
    }
  },
  120_000,
)

test('a list whose objects cannot be read is an error', async () => {
  for (const fault of faults) {
    h.proxy.plan(({ method }) => (method === 'REPORT' ? fault : undefined))
    for (const [tool, more] of [
      ['nc_calendar_list_todos', { calendar_name: list }],
      ['nc_calendar_search_todos', {}],
      ['nc_calendar_delete_todo', { calendar_name: list, todo_uid: 'x' }],
    ] as const) {
      const { isError, error } = await h.call(tool, more)
      expect({ tool, fault, isError }).toEqual({ tool, fault, isError: true })
      expect(error?.outcome_unknown).toBeUndefined()
    }
  }
  h.proxy.plan(undefined)
}, 120_000)

describe('behind a proxy that changes answers', () => {
  const odd = async (rewrite: Parameters<typeof rewriting>[1]) => {
    const shared = { ...h.backend, close: async () => {} }
    return startHarness({ backend: await rewriting(shared, rewrite) })
  }

  test('a PUT that is answered without an etag is followed by a read', async () => {
    const other = await odd((method, { headers }) => {
      if (method !== 'PUT') return
      delete headers.etag
      delete headers['oc-etag']
    })
    const made = await other.ok('nc_calendar_create_todo', {
      calendar_name: list,
      summary: 'No etag',
    })
    expect(made.etag).toBe((await dav.get(list, `${made.uid}.ics`)).etag)
    const requests = await other.requestsOf(async () => {
      const { etag } = await other.ok('nc_calendar_update_todo', {
        calendar_name: list,
        todo_uid: made.uid,
        etag: made.etag,
        priority: 1,
      })
      expect(etag).toBe((await dav.get(list, `${made.uid}.ics`)).etag)
    })
    const methods = requests.map(request => request.split(' ')[0])
    expect(methods.filter(method => method !== 'PROPFIND')).toEqual(['GET', 'PUT', 'GET'])
    await other.close()
  })

  test('objects that cannot be understood are counted, and fail no list', async () => {
    await h.ok('nc_calendar_create_todo', { calendar_name: list, summary: 'Sound' })
    await h.ok('nc_calendar_create_todo', { calendar_name: list, summary: 'Marred' })
    const other = await odd((method, answer) => {
      if (method !== 'REPORT') return
      const data = /(<cal:calendar-data>)[^<]*SUMMARY:Marred[^<]*/g
      answer.text = answer.text.replace(data, '$1no calendar at all')
    })
    for (const [tool, more] of [
      ['list', { calendar_name: list }],
      ['search', {}],
    ] as const) {
      const answer = await other.ok(`nc_calendar_${tool}_todos`, { ...more, limit: 1000 })
      expect(answer.unreadable_count).toBeGreaterThanOrEqual(1)
      const summaries = answer.todos.map(({ summary }: { summary: string }) => summary)
      expect(summaries).toContain('Sound')
      expect(summaries).not.toContain('Marred')
    }
    await other.close()
  })
})
