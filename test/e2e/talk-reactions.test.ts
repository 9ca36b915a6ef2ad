/** Emoji on messages, polls, and how many requests each tool makes. */
import { describe, expect, test } from 'vitest'
import { useTalk } from '../support/talk.ts'

const s = useTalk()

describe('reactions', () => {
  test('are added once, listed, counted and taken away', async () => {
    const token = await s.room()
    const message_id = await s.post(token, 'x')
    const at = { token, message_id }
    await s.okAsBob('talk_react', { ...at, reaction: '👍' })
    await s.okAsBob('talk_react', { ...at, reaction: '👍' })
    const both = await s.h.ok('talk_react', { ...at, reaction: '👍' })
    expect(both).toMatchObject({ conversation_token: token, message_id, distinct_emoji: 1 })
    const ids = (list: { actorId: string }[]) => list.map(({ actorId }) => actorId).toSorted()
    expect(ids(both.reactions['👍'])).toEqual([s.alice, s.bob].toSorted())
    expect(both.reactions['👍'][0]).toEqual({
      actorType: 'users',
      actorId: expect.any(String),
      actorDisplayName: expect.any(String),
      timestamp: expect.any(Number),
    })
    await s.h.ok('talk_react', { ...at, reaction: '👨‍👩‍👧' })
    const { results } = await s.h.ok('talk_get_messages', { token })
    const told = results.find((one: { id: number }) => one.id === message_id)
    expect(told.reactions).toEqual({ '👍': 2, '👨‍👩‍👧': 1 })
    expect(told.reactionsSelf.toSorted()).toEqual(['👍', '👨‍👩‍👧'].toSorted())
    const only = await s.h.ok('talk_list_reactions', { ...at, reaction: '👨‍👩‍👧' })
    expect(Object.keys(only.reactions)).toEqual(['👨‍👩‍👧'])
    expect((await s.h.ok('talk_list_reactions', at)).distinct_emoji).toBe(2)
    const left = await s.h.ok('talk_remove_reaction', { ...at, reaction: '👍' })
    expect(ids(left.reactions['👍'])).toEqual([s.bob])
    const again = await s.h.call('talk_remove_reaction', { ...at, reaction: '👍' })
    expect(again.error).toMatchObject({ code: 'NOT_FOUND', status: 404 })
  })

  test('a message without any has none', async () => {
    const token = await s.room()
    const at = { token, message_id: await s.post(token, 'x') }
    expect(await s.h.ok('talk_list_reactions', at)).toMatchObject({
      reactions: {},
      distinct_emoji: 0,
    })
  })

  test.each(['abc', '👍👍', '👍 ', 'a', '1', '$', '<b>'])('"%s"', async reaction => {
    const isEmoji = reaction.trim() === '👍'
    const token = await s.room()
    const at = { token, message_id: await s.post(token, 'x') }
    const { error } = await s.h.call('talk_react', { ...at, reaction })
    expect(error?.code).toBe(isEmoji ? undefined : 'BAD_INPUT')
    expect((await s.h.ok('talk_list_reactions', at)).distinct_emoji).toBe(isEmoji ? 1 : 0)
  })

  test('what the history tells takes none, nor what is deleted or missing', async () => {
    const token = await s.room()
    const deleted = await s.post(token, 'x')
    await s.h.ok('talk_delete_message', { token, message_id: deleted })
    const { results } = await s.h.ok('talk_get_messages', { token })
    const system = results.at(-1).id
    for (const [message_id, code] of [
      [system, 'BAD_INPUT'],
      [deleted, 'BAD_INPUT'],
      [99_999_999, 'NOT_FOUND'],
    ]) {
      const { error } = await s.h.call('talk_react', { token, message_id, reaction: '👍' })
      expect(error).toMatchObject({
        code,
        subject: `message ${message_id} in conversation ${token}`,
      })
      const listed = await s.h.call('talk_list_reactions', { token, message_id })
      expect(listed.error?.code).toBe('NOT_FOUND')
    }
  })
})

describe('polls', () => {
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
})

test('requests per tool', async () => {
  const token = await s.room()
  const message_id = await s.post(token, 'x')
  const { poll } = await s.h.ok('talk_create_poll', { token, question: 'q', options: ['a', 'b'] })
  await s.h.ok('talk_send_message', { token, message: 'x', reference_id: 'again' })
  const made: string[] = []
  const counts: Record<string, number> = {}
  for (const [name, args] of [
    ['talk_list_conversations', {}],
    ['talk_get_conversation', { token }],
    ['talk_get_messages', { token }],
    ['talk_list_participants', { token }],
    ['talk_send_message', { token, message: 'x' }],
    ['talk_edit_message', { token, message_id, message: 'y' }],
    ['talk_react', { token, message_id, reaction: '👍' }],
    ['talk_list_reactions', { token, message_id }],
    ['talk_remove_reaction', { token, message_id, reaction: '👍' }],
    ['talk_delete_message', { token, message_id }],
    ['talk_mark_as_read', { token }],
    ['talk_add_participant', { token, participant: s.bob }],
    ['talk_get_polls', { token }],
    ['talk_create_poll', { token, question: 'q', options: ['a', 'b'] }],
    ['talk_answer_poll', { token, poll_id: poll.id, option_ids: [0] }],
    ['talk_create_conversation', { room_name: 'mcp-test-counted' }],
  ] as const) {
    const requests = await s.h.requestsOf(async () => {
      const result = await s.h.ok(name, args)
      if (name === 'talk_create_conversation') made.push(result.conversation.token)
    })
    counts[name] = requests.length
  }
  for (const room of made) await s.talk('DELETE', `/v4/room/${room}`)
  expect(Object.values(counts)).toEqual(Object.keys(counts).map(() => 1))
  const fresh = { token, message: 'x', reference_id: 'new' }
  expect(await s.h.requestsOf(() => s.h.ok('talk_send_message', fresh))).toHaveLength(2)
  // To be sure that it is one's own.
  const again = { token, message: 'x', reference_id: 'again' }
  expect(await s.h.requestsOf(() => s.h.ok('talk_send_message', again))).toHaveLength(2)
})
