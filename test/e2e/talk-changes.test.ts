/** What becomes of what was said: editing, deleting, marking as read. */
import { describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { startHarness } from '../support/harness.ts'
import { useTalk } from '../support/talk.ts'

const s = useTalk()

interface Told {
  id: number
  systemMessage: string
}

const history = async (token: string, more: Record<string, unknown> = {}) =>
  await s.h.ok('talk_get_messages', { token, limit: 200, ...more })

describe('editing and deleting', () => {
  test("one's own is replaced, and says who did and when", async () => {
    const token = await s.room()
    const id = await s.post(token, 'old')
    const { message } = await s.h.ok('talk_edit_message', {
      token,
      message_id: id,
      message: ` new @${s.bob} `,
    })
    expect(message).toMatchObject({ id, message: expect.stringMatching(/^new @\w[\w ]*$/) })
    const { results } = await history(token)
    const edited = results.find((one: Told) => one.id === id)
    expect(edited.message).toBe(message.message)
    expect(edited.lastEdit).toEqual({
      timestamp: expect.any(Number),
      by: message.actorDisplayName,
    })
  })

  test('a deleted one leaves a mark without its text', async () => {
    const token = await s.room()
    const id = await s.post(token, 'secret')
    const reply = await s.post(token, 'reply', { reply_to: id })
    expect(await s.h.ok('talk_delete_message', { token, message_id: id })).toMatchObject({
      conversation_token: token,
      deleted_id: id,
    })
    const { results } = await s.okAsBob('talk_get_messages', { token })
    const find = (wanted: number) => results.find((one: Told) => one.id === wanted)
    expect(find(id)).toMatchObject({ deleted: true, messageType: 'comment_deleted' })
    expect(find(reply).parent).toMatchObject({ id, deleted: true })
    expect(JSON.stringify(results)).not.toContain('secret')
    const again = await s.h.call('talk_delete_message', { token, message_id: id })
    expect(again.error).toMatchObject({ code: 'BAD_INPUT', status: 405 })
  })

  test('not those of others, not what the history tells, not what is missing', async () => {
    const token = await s.room()
    const id = await s.post(token, 'mine')
    const { results } = await history(token)
    const system = results.find((one: Told) => one.systemMessage === 'user_added').id
    const attempt = async (as: 'call' | 'asBob', message_id: number, code: string) => {
      for (const name of ['talk_edit_message', 'talk_delete_message']) {
        const args = { token, message_id, ...(name.includes('edit') ? { message: 'x' } : {}) }
        const { error } = await (as === 'call' ? s.h.call(name, args) : s.asBob(name, args))
        expect(error, name).toMatchObject({
          code,
          subject: `message ${message_id} in conversation ${token}`,
        })
      }
    }
    await attempt('asBob', id, 'FORBIDDEN')
    await attempt('call', system, 'BAD_INPUT')
    await attempt('call', 99_999_999, 'NOT_FOUND')
    expect((await history(token)).results).toEqual(results)
  })

  test('in a read-only conversation that is said, not that others wrote it', async () => {
    const token = await s.room()
    const message_id = await s.post(token, 'mine')
    await s.talk('PUT', `/v4/room/${token}/read-only`, { state: 1 })
    for (const [name, more] of [
      ['talk_edit_message', { message: 'x' }],
      ['talk_delete_message', {}],
    ] as const) {
      const { error } = await s.h.call(name, { token, message_id, ...more })
      expect(error, name).toMatchObject({ code: 'FORBIDDEN', status: 403 })
      expect(error?.message, name).toMatch(/cannot be (edited|deleted)$/)
      expect(error?.hint, name).toMatch(/read-only/)
    }
  })

  test('a day later nothing is edited any more, but deleted', async () => {
    let now = Date.now()
    const h = await startHarness({ backend: await demoBackend({ now: () => now }) })
    const { conversation } = await h.ok('talk_create_conversation', { room_name: 'old' })
    const { token } = conversation
    const sent = await h.ok('talk_send_message', { token, message: 'old' })
    const args = { token, message_id: sent.message.id }
    now += 24 * 3_600_000 - 1_000
    await h.ok('talk_edit_message', { ...args, message: 'in time' })
    now += 3_000
    const { error } = await h.call('talk_edit_message', { ...args, message: 'late' })
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 400 })
    expect(error?.message).toMatch(/24 hours/)
    await h.ok('talk_delete_message', args)
    await h.close()
  })

  test('a moderator may change what others wrote', async () => {
    const token = await s.room()
    const sent = await s.okAsBob('talk_send_message', { token, message: 'theirs' })
    const args = { token, message_id: sent.message.id }
    await s.h.ok('talk_edit_message', { ...args, message: 'moderated' })
    await s.h.ok('talk_delete_message', args)
  })

  test('an edit without text is refused before anything is sent', async () => {
    const requests = await s.h.requestsOf(async () => {
      const args = { token: 'abcd', message_id: 1, message: ' ' }
      expect((await s.h.call('talk_edit_message', args)).error?.code).toBe('BAD_INPUT')
    })
    expect(requests).toEqual([])
  })
})

describe('marking as read', () => {
  test('up to a message, or as a whole', async () => {
    const token = await s.room()
    const first = await s.post(token, 'one')
    const last = await s.post(token, 'two')
    const args = { token, last_read_message: first }
    expect(await s.okAsBob('talk_mark_as_read', args)).toEqual({
      status_code: 200,
      message: 'Marked as read.',
      conversation_token: token,
      last_read_message: first,
      unread_messages: 1,
    })
    expect(await s.okAsBob('talk_mark_as_read', { token })).toMatchObject({
      last_read_message: last,
      unread_messages: 0,
    })
  })

  test('never beyond the last, which would be to come', async () => {
    const token = await s.room()
    const last = await s.post(token, 'one')
    const args = { token, last_read_message: last + 1_000_000 }
    expect(await s.okAsBob('talk_mark_as_read', args)).toMatchObject({ last_read_message: last })
    await s.post(token, 'two')
    const { conversation } = await s.okAsBob('talk_get_conversation', { token })
    expect(conversation.unreadMessages).toBe(1)
  })
})
