/** Polls: what there is to vote for, how others voted, and voting. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { callTool, type Harness } from '../support/harness.ts'
import { ocsFetch, startForTwo, type TwoUsers } from '../support/two-users.ts'

let stage: TwoUsers
let h: Harness
let bob: Client
/** A poll of alice's for bob: its id and those of its options. */
let poll: { id: number; pizza: number; soup: number }

// The app is not on every Nextcloud: what the demo answers is what a real one was recorded to.
beforeAll(async () => {
  stage = await startForTwo(await demoBackend())
  h = stage.h
  bob = stage.bob
})
afterAll(() => h.close())

const api = async (method: string, path: string, body: object = {}) => {
  const sent = method === 'GET' ? undefined : body
  const response = await ocsFetch(stage, method, `/polls/api/v1.0${path}`, sent)
  const { ocs } = (await response.json()) as {
    ocs: { data: { poll: { id: number }; option: { id: number } } }
  }
  return ocs.data
}
const addOption = async (id: number, text: string) =>
  (await api('POST', `/poll/${id}/option`, { option: { text } })).option.id

beforeEach(async () => {
  const { id } = (await api('POST', '/poll', { title: 'Lunch', type: 'textPoll' })).poll
  poll = { id, pizza: await addOption(id, 'Pizza'), soup: await addOption(id, 'Soup') }
  await api('POST', `/poll/${id}/share/user`, { userId: 'bob' })
})

const configure = (pollConfiguration: object) =>
  api('PUT', `/poll/${poll.id}`, { pollConfiguration })
const vote = (votes: unknown) => callTool(bob, 'nc_polls_vote', { poll_id: poll.id, votes })
const read = async () => await h.ok('nc_polls_get_poll', { poll_id: poll.id })

test('are listed page by page', async () => {
  const { data } = await callTool(bob, 'nc_polls_list_polls')
  expect(data.untrusted_content).toBe(true)
  expect(data.polls.find(({ id }: { id: number }) => id === poll.id)).toMatchObject({
    title: 'Lunch',
    type: 'textPoll',
    owner: 'Alice Example',
    closed: false,
    can_vote: true,
    participants: 0,
    url: expect.stringMatching(new RegExp(`/index\\.php/apps/polls/vote/${poll.id}$`)),
  })
  await api('POST', '/poll', { title: 'Other', type: 'textPoll' })
  const page = await h.ok('nc_polls_list_polls', { limit: 1 })
  expect(page).toMatchObject({ next_offset: 1, total: expect.any(Number) })
  const next = await h.ok('nc_polls_list_polls', { limit: 1, offset: 1 })
  expect(next.polls[0].id).not.toBe(page.polls[0].id)
})

describe('voting', () => {
  test('by id or text; a later vote takes the place of an earlier one; others read it', async () => {
    const { data } = await vote({ Pizza: 'yes', [poll.soup]: 'maybe' })
    expect(data).toMatchObject({
      poll_id: poll.id,
      voted: { [poll.pizza]: 'yes', [poll.soup]: 'maybe' },
    })
    await vote({ Soup: 'no' })
    const whole = await read()
    expect(whole).toMatchObject({ participants: 1, maybe_allowed: true })
    expect(whole.options).toEqual([
      {
        id: poll.pizza,
        text: 'Pizza',
        yes: 1,
        no: 0,
        maybe: 0,
        own_vote: null,
        voters: [{ name: 'Bob Example', answer: 'yes' }],
      },
      {
        id: poll.soup,
        text: 'Soup',
        yes: 0,
        no: 1,
        maybe: 0,
        own_vote: null,
        voters: [{ name: 'Bob Example', answer: 'no' }],
      },
    ])
    const { data: own } = await callTool(bob, 'nc_polls_get_poll', { poll_id: poll.id })
    expect(own.options[0].own_vote).toBe('yes')
  })

  test.each([
    [{}, /nothing to vote for/],
    [{ Steak: 'yes' }, /no option "Steak"/],
    [{ Pizza: 'yes', Steak: 'yes' }, /no option "Steak"/],
    [{ Pizza: 'perhaps' }, /votes/],
    ['yes', /votes/],
  ])('%j is refused and nothing is sent', async (votes, message) => {
    const { error } = await vote(votes)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
    expect((await read()).participants).toBe(0)
  })

  test('two options of one name, on which Nextcloud fails, are refused before', async () => {
    const twin = await addOption(poll.id, 'Pizza')
    for (const key of ['Pizza', String(twin)]) {
      const { error } = await vote({ [key]: 'yes' })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
      expect(error?.message).toMatch(/more than one option "Pizza"/)
    }
    expect((await read()).participants).toBe(0)
  })

  test('what has been voted is not sent again', async () => {
    await vote({ Pizza: 'yes' })
    const requests = await h.requestsOf(async () => {
      const { data } = await vote({ Pizza: 'yes', Soup: 'no' })
      expect(data.voted).toEqual({ [poll.pizza]: 'yes', [poll.soup]: 'no' })
    })
    expect(requests).toHaveLength(2)
  })

  test('the one vote a user has moves, and is not given twice', async () => {
    await configure({ maxVotesPerUser: 1 })
    expect((await vote({ Pizza: 'yes', Soup: 'no' })).error).toBe(undefined)
    const requests = await h.requestsOf(async () => {
      const { error } = await vote({ Soup: 'yes' })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
      expect(error?.message).toMatch(/2 times yes with earlier votes; allowed: 1/)
    })
    expect(requests).toHaveLength(1)
    expect((await vote({ Soup: 'yes', Pizza: 'no' })).error).toBe(undefined)
    const [pizza, soup] = (await read()).options
    expect([pizza.yes, soup.yes]).toEqual([0, 1])
    const { error } = await vote({ Pizza: 'maybe' })
    expect(error).toMatchObject({ code: 'CONFLICT', server_message: 'Vote limit exceeded' })
  })

  test('in a closed poll it is FORBIDDEN, and nothing is sent', async () => {
    await api('PUT', `/poll/${poll.id}/close`)
    const requests = await h.requestsOf(async () => {
      const { error } = await vote({ Pizza: 'yes' })
      expect(error).toMatchObject({ code: 'FORBIDDEN', subject: `poll ${poll.id} "Lunch"` })
    })
    expect(requests).toHaveLength(1)
  })

  test('a failure in between says what was taken; nothing is sent again', async () => {
    h.proxy.plan(({ path }) => (path.includes(`/option/${poll.soup}/`) ? 'reset' : undefined))
    const requests = await h.requestsOf(async () => {
      const { error } = await vote({ Pizza: 'yes', Soup: 'yes' })
      expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
      expect(error?.hint).toBe(`Taken: ${poll.pizza}. Vote for the others again.`)
    })
    h.proxy.plan(undefined)
    expect(requests).toHaveLength(3)
    expect((await read()).options[0].yes).toBe(1)
  })
})

test('results that are not shown are not told as none', async () => {
  await configure({ showResults: 'closed' })
  await h.ok('nc_polls_vote', { poll_id: poll.id, votes: { Pizza: 'yes' } })
  await vote({ Soup: 'yes' })
  const asBob = async () => (await callTool(bob, 'nc_polls_get_poll', { poll_id: poll.id })).data
  expect(await asBob()).toMatchObject({ participants: null, expires: null })
  expect((await asBob()).options).toMatchObject([
    { yes: null, no: null, maybe: null, own_vote: null, voters: [] },
    { yes: null, own_vote: 'yes', voters: [{ name: 'Bob Example', answer: 'yes' }] },
  ])
  await api('PUT', `/poll/${poll.id}/close`)
  const closed = await asBob()
  expect(closed.options).toMatchObject([{ yes: 1 }, { yes: 1 }])
  expect(closed).toMatchObject({ closed: true, participants: 2 })
  expect(Math.abs(closed.expires - Date.now() / 1_000)).toBeLessThan(3_600)
})

test('namesakes are two', async () => {
  await vote({ Pizza: 'yes' })
  const whole = await api('GET', `/poll/${poll.id}`)
  const [bobs] = (whole as unknown as { votes: { user: object }[] }).votes
  const other = { ...bobs, id: 99, answer: 'no', user: { ...bobs?.user, id: 'bob2' } }
  h.proxy.plan(() => ({
    json: { ocs: { meta: { statuscode: 200 }, data: { ...whole, votes: [bobs, other] } } },
  }))
  const { options } = await read()
  h.proxy.plan(undefined)
  expect(options[0].voters).toEqual([
    { name: 'Bob Example', answer: 'yes' },
    { name: 'Bob Example', answer: 'no' },
  ])
})

test('what is missing is NOT_FOUND, what is not shared FORBIDDEN', async () => {
  const { id } = (await api('POST', '/poll', { title: 'Mine', type: 'textPoll' })).poll
  for (const [poll_id, code] of [
    [99_999, 'NOT_FOUND'],
    [id, 'FORBIDDEN'],
  ]) {
    for (const [name, args] of [
      ['nc_polls_get_poll', { poll_id }],
      ['nc_polls_vote', { poll_id, votes: { x: 'yes' } }],
    ] as const) {
      const { error } = await callTool(bob, name, args)
      expect(error).toMatchObject({ code, status: 400, subject: `poll ${poll_id}` })
    }
  }
})

test('requests per tool', async () => {
  const count = async (name: string, args: Record<string, unknown>) =>
    (await h.requestsOf(() => h.ok(name, args))).length
  const poll_id = poll.id
  expect(await count('nc_polls_list_polls', {})).toBe(1)
  expect(await count('nc_polls_get_poll', { poll_id })).toBe(1)
  expect(await count('nc_polls_vote', { poll_id, votes: { Pizza: 'yes', Soup: 'no' } })).toBe(3)
})
