/** Emoji on messages, and how many requests each tool makes. */
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
    expect(both.untrusted_content).toBe(true)
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

  test('one emoji is one, with and without its variation selector', async () => {
    const token = await s.room()
    const at = { token, message_id: await s.post(token, 'x') }
    await s.h.ok('talk_react', { ...at, reaction: '❤' })
    const { reactions } = await s.h.ok('talk_react', { ...at, reaction: '❤\uFE0F' })
    expect(Object.keys(reactions)).toEqual(['❤\uFE0F'])
    const only = await s.h.ok('talk_list_reactions', { ...at, reaction: '❤' })
    expect(Object.keys(only.reactions)).toEqual(['❤\uFE0F'])
    expect(await s.h.ok('talk_remove_reaction', { ...at, reaction: '❤' })).toMatchObject({
      reactions: {},
    })
    // Another client may have written it without.
    await s.talk('POST', `/v1/reaction/${token}/${at.message_id}`, { reaction: '❤' })
    expect(await s.h.ok('talk_remove_reaction', { ...at, reaction: '❤\uFE0F' })).toMatchObject({
      reactions: {},
    })
    const { error } = await s.h.call('talk_remove_reaction', { ...at, reaction: '❤' })
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 404 })
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
  // Talk deletes drafts that are closed: it is looked at first.
  const close = { token, poll_id: poll.id, close: true }
  expect(await s.h.requestsOf(() => s.h.ok('talk_answer_poll', close))).toHaveLength(2)
})
