/** Polls in conversations. */
import { afterEach, expect, test } from 'vitest'
import { useTalk } from '../support/talk.ts'

const s = useTalk()
afterEach(() => s.h.proxy.plan(undefined))

const create = async (token: string, more: Record<string, unknown> = {}) =>
  (
    await s.h.ok('talk_create_poll', {
      token,
      question: 'When?',
      options: ['Monday', 'Tuesday', 'Never'],
      ...more,
    })
  ).poll

test('a poll is posted, voted in, changed and closed', async () => {
  const token = await s.room()
  const poll = await create(token)
  expect(poll).toEqual({
    id: expect.any(Number),
    question: 'When?',
    author: expect.any(String),
    closed: false,
    hidden_results: false,
    max_votes: 1,
    options: [
      { id: 0, text: 'Monday', votes: null },
      { id: 1, text: 'Tuesday', votes: null },
      { id: 2, text: 'Never', votes: null },
    ],
    voters: null,
  })
  const at = { token, poll_id: poll.id }
  await s.okAsBob('talk_answer_poll', { ...at, option_ids: [1] })
  await s.h.ok('talk_answer_poll', { ...at, option_ids: [1] })
  const voted = await s.h.ok('talk_answer_poll', { ...at, option_ids: [0] })
  expect(voted.poll).toMatchObject({
    voters: 2,
    options: [{ votes: 1, chosen: true }, { votes: 1 }, { votes: 0 }],
  })
  const closed = await s.h.ok('talk_answer_poll', { ...at, close: true })
  expect(closed.poll).toMatchObject({ closed: true, voters: 2 })
  const read = await s.okAsBob('talk_get_polls', at)
  expect(read.poll.options.map((option: { voters: string[] }) => option.voters.length)).toEqual([
    1, 1, 0,
  ])
  expect(read.poll.options[1].chosen).toBe(true)
  for (const [args, code] of [
    [{ option_ids: [0] }, 'BAD_INPUT'],
    [{ close: true }, 'CONFLICT'],
  ] as const) {
    const { error } = await s.h.call('talk_answer_poll', { ...at, ...args })
    expect(error).toMatchObject({ code, status: 400 })
  }
})

test('hidden results stay hidden until the end, and votes can be taken back', async () => {
  const token = await s.room()
  const poll = await create(token, { hidden_results: true, max_votes: 0 })
  const at = { token, poll_id: poll.id }
  const voted = await s.okAsBob('talk_answer_poll', { ...at, option_ids: [0, 2] })
  expect(voted.poll).toMatchObject({ hidden_results: true, voters: null })
  expect(voted.poll.options.map((option: { votes: number | null }) => option.votes)).toEqual([
    null,
    null,
    null,
  ])
  await s.okAsBob('talk_answer_poll', { ...at, option_ids: [] })
  const closed = await s.h.ok('talk_answer_poll', { ...at, close: true })
  expect(closed.poll).toMatchObject({ voters: 0 })
  expect(closed.poll.options[0]).toEqual({ id: 0, text: 'Monday', votes: 0 })
})

test('are listed newest first, page by page, and named in the history', async () => {
  const token = await s.room()
  expect(await s.h.ok('talk_get_polls', { token })).toMatchObject({ results: [], count: 0 })
  const first = await create(token)
  const second = await create(token, { question: 'Where?' })
  const { results } = await s.h.ok('talk_get_polls', { token })
  expect(results.map((one: { id: number }) => one.id)).toEqual([second.id, first.id])
  expect(results[0]).toMatchObject({ question: 'Where?', timestamp: expect.any(Number) })
  const page = await s.h.ok('talk_get_polls', { token, limit: 1 })
  expect(page.results).toEqual([results[0]])
  const { last_known_message_id } = page
  const next = await s.h.ok('talk_get_polls', { token, limit: 1, last_known_message_id })
  expect(next.results).toEqual([results[1]])
  const end = { token, limit: 1, last_known_message_id: next.last_known_message_id }
  expect(await s.h.ok('talk_get_polls', end)).toMatchObject({
    results: [],
    last_known_message_id: null,
  })
  const said = (await s.h.ok('talk_get_messages', { token, limit: 1 })).results[0]
  expect(said).toMatchObject({
    id: results[0].message_id,
    message: `Poll "Where?" (${second.id})`,
  })
})

test('who did not make it does not close it; what is missing is NOT_FOUND', async () => {
  const token = await s.room()
  const poll = await create(token)
  const close = { token, poll_id: poll.id, close: true }
  expect((await s.asBob('talk_answer_poll', close)).error).toMatchObject({ code: 'FORBIDDEN' })
  for (const name of ['talk_get_polls', 'talk_answer_poll']) {
    const args = {
      ...close,
      poll_id: 99_999_999,
      ...(name === 'talk_get_polls' && { close: undefined }),
    }
    const { error } = await s.h.call(name, args)
    expect(error).toMatchObject({ code: 'NOT_FOUND', subject: expect.stringContaining('poll') })
  }
})

test.each([
  [{ option_ids: [7] }, 'BAD_INPUT', 400],
  [{ option_ids: [0, 1] }, 'BAD_INPUT', 400],
  [{ option_ids: [-1] }, 'BAD_INPUT', undefined],
  [{ option_ids: [0], close: true }, 'BAD_INPUT', undefined],
  [{}, 'BAD_INPUT', undefined],
])('the vote %j is refused', async (args, code, status) => {
  const token = await s.room()
  const poll = await create(token)
  const { error } = await s.h.call('talk_answer_poll', { token, poll_id: poll.id, ...args })
  expect([error?.code, error?.status]).toEqual([code, status])
  expect((await s.h.ok('talk_get_polls', { token, poll_id: poll.id })).poll).toEqual(poll)
})

test.each([
  { question: '  ' },
  { options: ['one'] },
  { options: ['a', ' '] },
  { options: ['a', 'b', 'a'] },
  { max_votes: 4 },
  { max_votes: -1 },
])('the poll %j is refused before anything is sent', async more => {
  const requests = await s.h.requestsOf(async () => {
    const args = { token: 'abcd', question: 'q', options: ['a', 'b', 'c'], ...more }
    expect((await s.h.call('talk_create_poll', args)).error?.code).toBe('BAD_INPUT')
  })
  expect(requests).toEqual([])
})

test('a one-to-one conversation has no polls', async () => {
  const args = { room_type: 1, invite: s.bob }
  const { token } = (await s.h.ok('talk_create_conversation', args)).conversation
  const poll = { token, question: 'q', options: ['a', 'b'] }
  const { error } = await s.h.call('talk_create_poll', poll)
  expect(error).toMatchObject({
    code: 'BAD_INPUT',
    hint: expect.stringMatching(/group and public/),
  })
})

test('a part from which hidden ones are left out is not the end', async () => {
  const token = await s.room()
  await create(token)
  const [{ message_id }] = (await s.h.ok('talk_get_polls', { token })).results
  s.h.proxy.plan(() => ({
    json: { ocs: { meta: { statuscode: 200 }, data: { [message_id]: { id: message_id } } } },
    headers: { 'X-Chat-Last-Given': String(message_id) },
  }))
  const short = await s.h.ok('talk_get_polls', { token, limit: 2 })
  s.h.proxy.plan(undefined)
  expect(short.last_known_message_id).toBe(message_id)
})

test('a draft is told as one, takes no votes, and closing does not delete it', async () => {
  const token = await s.room()
  const draft = { question: 'Draft?', options: ['a', 'b'], resultMode: 0, maxVotes: 1, draft: true }
  const made = await s.talk('POST', `/v1/poll/${token}`, draft)
  const poll_id = ((await made.json()) as { ocs: { data: { id: number } } }).ocs.data.id
  const at = { token, poll_id }
  const { error } = await s.h.call('talk_answer_poll', { ...at, close: true })
  expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('draft') })
  const vote = await s.h.call('talk_answer_poll', { ...at, option_ids: [0] })
  expect(vote.error?.code).toBe('NOT_FOUND')
  expect((await s.h.ok('talk_get_polls', at)).poll).toMatchObject({ draft: true, closed: false })
  expect((await s.asBob('talk_get_polls', at)).error?.code).toBe('NOT_FOUND')
})

test('an odd option does not move those after it', async () => {
  const poll = { id: 1, options: ['a', 2, null, 'd'], votedSelf: [3], votes: { 'option-3': '1' } }
  s.h.proxy.plan(() => ({ json: { ocs: { meta: { statuscode: 200 }, data: poll } } }))
  const read = await s.h.ok('talk_get_polls', { token: 'abcd', poll_id: 1 })
  s.h.proxy.plan(undefined)
  expect(read.poll.options).toEqual([
    { id: 0, text: 'a', votes: 0 },
    { id: 1, text: '2', votes: 0 },
    { id: 2, text: '', votes: 0 },
    { id: 3, text: 'd', votes: 1, chosen: true },
  ])
})
