/** A message is posted once, whatever happens to its answer. */
import { afterEach, describe, expect, test } from 'vitest'
import { useTalk } from '../support/talk.ts'

const s = useTalk()
afterEach(() => s.h.proxy.plan(undefined))

const texts = async (token: string): Promise<string[]> => {
  const { results } = await s.h.ok('talk_get_messages', { token, limit: 200 })
  return results
    .filter(({ systemMessage }: { systemMessage: string }) => systemMessage === '')
    .map(({ message }: { message: string }) => message)
}
const isPost = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path.includes('/chat/')

describe("with a reference of the caller's", () => {
  test('a repeated call posts nothing, and says so', async () => {
    const token = await s.room()
    const args = { token, message: 'once', reference_id: `ref-${Date.now()}` }
    const first = await s.h.ok('talk_send_message', args)
    expect(first.already_sent).toBeUndefined()
    expect(first.message.referenceId).toBe(args.reference_id)
    const second = await s.h.ok('talk_send_message', args)
    expect(second.already_sent).toBe(true)
    expect(second.message.id).toBe(first.message.id)
    expect(await texts(token)).toEqual(['once'])
  })

  test('calls at the same time are one message', async () => {
    const token = await s.room()
    const args = { token, message: 'once', reference_id: 'at-the-same-time' }
    const sent = await Promise.all([1, 2, 3].map(() => s.h.ok('talk_send_message', args)))
    expect(new Set(sent.map(({ message }) => message.id)).size).toBe(1)
    expect(await texts(token)).toEqual(['once'])
  })

  test("somebody else's message with the same reference is not taken for it", async () => {
    const token = await s.room()
    const args = { token, reference_id: 'daily-report' }
    await s.okAsBob('talk_send_message', { ...args, message: 'a trap' })
    const sent = await s.h.ok('talk_send_message', { ...args, message: 'the report' })
    expect(sent.already_sent).toBeUndefined()
    expect(await texts(token)).toEqual(['the report', 'a trap'])
  })

  test('the same reference in another conversation is another message', async () => {
    const args = { message: 'x', reference_id: 'both' }
    for (const token of [await s.room(), await s.room()]) {
      await s.h.ok('talk_send_message', { ...args, token })
      expect(await texts(token)).toEqual(['x'])
    }
  })

  test.each(['', 'two words', 'ü', 'x'.repeat(65)])('"%s" is no reference', async reference_id => {
    const requests = await s.h.requestsOf(async () => {
      const args = { token: 'abcd', message: 'x', reference_id }
      expect((await s.h.call('talk_send_message', args)).error?.code).toBe('BAD_INPUT')
    })
    expect(requests).toEqual([])
  })
})

describe('after an unclear outcome', () => {
  test('the message is found where it was posted, and not sent again', async () => {
    const token = await s.room()
    s.h.proxy.plan(request => (isPost(request) ? 'truncated' : undefined))
    const requests = await s.h.requestsOf(async () => {
      const sent = await s.h.ok('talk_send_message', { token, message: 'arrived' })
      expect(sent.message).toMatchObject({ message: 'arrived', actorId: s.alice })
    })
    expect(requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
    s.h.proxy.plan(undefined)
    expect(await texts(token)).toEqual(['arrived'])
  })

  test('where it is not found that is said, with how to repeat the call safely', async () => {
    const token = await s.room()
    s.h.proxy.plan(request => (isPost(request) ? 'reset' : undefined))
    const args = { token, message: 'lost' }
    let reference = ''
    const requests = await s.h.requestsOf(async () => {
      const { error } = await s.h.call('talk_send_message', args)
      expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
      expect(error?.hint).toMatch(/talk_get_messages/)
      reference = /reference_id "(\w+)"/.exec(String(error?.hint))?.[1] ?? ''
    })
    expect(requests.filter(request => request.startsWith('POST'))).toHaveLength(1)
    s.h.proxy.plan(undefined)
    for (const already_sent of [undefined, true]) {
      const sent = await s.h.ok('talk_send_message', { ...args, reference_id: reference })
      expect(sent.already_sent).toBe(already_sent)
    }
    expect(await texts(token)).toEqual(['lost'])
  })

  test('where nothing answers any more the outcome is unknown as well', async () => {
    const token = await s.room()
    s.h.proxy.plan(() => 'html')
    const { error } = await s.h.call('talk_send_message', { token, message: 'x' })
    expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
    expect(error?.hint).toMatch(/reference_id "[0-9a-f]{64}"/)
  })

  test('a refusal is no unclear outcome: nothing is looked for', async () => {
    const token = await s.room()
    s.h.proxy.plan(request => (isPost(request) ? 500 : undefined))
    const requests = await s.h.requestsOf(async () => {
      const { error } = await s.h.call('talk_send_message', { token, message: 'x' })
      expect(error).toMatchObject({ code: 'UPSTREAM_ERROR' })
      expect(error?.outcome_unknown).toBeUndefined()
    })
    expect(requests).toHaveLength(1)
  })

  test.each([
    ['talk_create_conversation', { room_name: 'x' }, /talk_list_conversations/],
    ['talk_create_conversation', { room_type: 1, invite: 'x' }, /Repeat/],
    ['talk_add_participant', { participant: 'x' }, /talk_list_participants/],
    ['talk_create_poll', { question: 'q', options: ['a', 'b'] }, /talk_get_polls/],
    ['talk_answer_poll', { poll_id: 1, option_ids: [0] }, /talk_get_polls/],
    ['talk_react', { message_id: 1, reaction: '👍' }, /talk_list_reactions/],
    ['talk_remove_reaction', { message_id: 1, reaction: '👍' }, /talk_list_reactions/],
    ['talk_edit_message', { message_id: 1, message: 'x' }, /talk_get_messages/],
    ['talk_delete_message', { message_id: 1 }, /talk_get_messages/],
    ['talk_mark_as_read', {}, /may or may not/],
  ])('%s %j is not sent again either, and says how to look', async (name, args, hint) => {
    const token = name === 'talk_create_conversation' ? {} : { token: await s.room() }
    for (const fault of ['reset', 'html', 'empty'] as const) {
      s.h.proxy.plan(({ method }) => (method === 'GET' ? undefined : fault))
      const requests = await s.h.requestsOf(async () => {
        const { error } = await s.h.call(name, { ...token, ...args })
        expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
        expect(error?.hint).toMatch(hint)
        expect(error?.hint).not.toMatch(/[Tt]ry again/)
      })
      expect(requests).toHaveLength(1)
    }
  })
})
