/** Conversations and who is in them. */
import { afterEach, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { startHarness } from '../support/harness.ts'
import { useTalk } from '../support/talk.ts'

const s = useTalk()

describe('conversations', () => {
  test('one is made, listed, and read back', async () => {
    const name = `mcp-test Größe & <b>${Date.now()}`
    const token = await s.room(name)
    const { conversation } = await s.h.ok('talk_get_conversation', { token })
    expect(conversation).toMatchObject({
      token,
      type: 2,
      kind: 'group',
      name,
      displayName: name,
      participantType: 1,
      readOnly: 0,
      unreadMessages: 0,
      unreadMention: false,
      isFavorite: false,
      url: expect.stringMatching(new RegExp(`/index\\.php/call/${token}$`)),
    })
    expect(conversation.lastActivity).toBeGreaterThan(Date.now() / 1_000 - 3_600)
    const { results, total } = await s.h.ok('talk_list_conversations', { limit: 500 })
    expect(results).toHaveLength(total)
    expect(results.find((room: { token: string }) => room.token === token)).toMatchObject({ name })
  })

  test('the list is in the order of activity, page by page, and tells what is new to read', async () => {
    const older = await s.room()
    const newer = await s.room()
    await s.h.ok('talk_send_message', { token: newer, message: 'x'.repeat(400) })
    await s.post(older, 'one')
    const all = await s.okAsBob('talk_list_conversations', { limit: 500 })
    const order = all.results.map((room: { lastActivity: number }) => room.lastActivity)
    expect(order).toEqual(order.toSorted((a: number, b: number) => b - a))
    const seen = all.results.find((room: { token: string }) => room.token === newer)
    expect(seen).toMatchObject({ unreadMessages: 1, lastMessage: { actorId: s.alice } })
    expect(seen.lastMessage.message).toBe(`${'x'.repeat(300)}…`)
    const first = await s.okAsBob('talk_list_conversations', { limit: 1 })
    expect(first).toMatchObject({ total: all.total, next_offset: 1 })
    const second = await s.okAsBob('talk_list_conversations', { limit: 1, offset: 1 })
    expect([...first.results, ...second.results].map(room => room.token)).toEqual(
      all.results.slice(0, 2).map((room: { token: string }) => room.token),
    )
    expect(all.modified_before).toBeGreaterThan(Date.now() / 1_000 - 3_600)
    const later = await s.okAsBob('talk_list_conversations', {
      modified_since: all.modified_before + 3_600,
    })
    expect(later.results.map((room: { token: string }) => room.token)).not.toContain(newer)
  })

  test('one-to-one: made once, opened again; under the names of both', async () => {
    const args = { room_type: 1, invite: s.bob }
    const { conversation } = await s.h.ok('talk_create_conversation', args)
    expect(conversation).toMatchObject({ type: 1, kind: 'one_to_one', name: s.bob })
    const again = await s.h.ok('talk_create_conversation', { ...args, room_type: 'one_to_one' })
    expect(again.conversation.token).toBe(conversation.token)
    const theirs = await s.okAsBob('talk_create_conversation', {
      room_type: '1',
      invite: s.alice,
    })
    expect(theirs.conversation).toMatchObject({ token: conversation.token, name: s.alice })
    const { error } = await s.h.call('talk_add_participant', {
      token: conversation.token,
      participant: s.bob,
    })
    expect(error).toMatchObject({ code: 'BAD_INPUT', status: 400 })
  })

  test('a public one, by number; with a user or a guest invited', async () => {
    const name = `mcp-test-${Date.now()}`
    const { conversation: open } = await s.h.ok('talk_create_conversation', {
      room_name: name,
      room_type: 3,
      invite: s.bob,
      invite_source: 'users',
    })
    expect(open).toMatchObject({ type: 3, kind: 'public', name })
    const { results } = await s.h.ok('talk_list_participants', { token: open.token })
    expect(results.map((one: { actorId: string }) => one.actorId)).toEqual([s.alice, s.bob])
    await s.talk('DELETE', `/v4/room/${open.token}`)
  })

  test('who is archived, and who may only read', async () => {
    const token = await s.room()
    const seenByBob = async () => (await s.okAsBob('talk_get_conversation', { token })).conversation
    expect(await seenByBob()).not.toHaveProperty('archived')
    expect(await seenByBob()).not.toHaveProperty('may_post')
    await s.talk('POST', `/v4/room/${token}/archive`, {}, 'bob')
    const { results } = await s.h.ok('talk_list_participants', { token })
    const { attendeeId } = results.find((one: { actorId: string }) => one.actorId === s.bob)
    const silence = { attendeeId, method: 'remove', permissions: 128 }
    await s.talk('PUT', `/v4/room/${token}/attendees/permissions`, silence)
    expect(await seenByBob()).toMatchObject({ archived: true, may_post: false })
    const { error } = await s.asBob('talk_send_message', { token, message: 'x' })
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403 })
  })

  test('a name has 255 characters, as people count them', async () => {
    const name = '😀'.repeat(255)
    const { conversation } = await s.h.ok('talk_create_conversation', { room_name: name })
    expect(conversation.name).toBe(name)
    await s.talk('DELETE', `/v4/room/${conversation.token}`)
  })

  test.each([
    [{ room_name: 'x', invite: 'nobody', invite_source: 'emails' }, 'BAD_INPUT', /mail address/],
    [{ room_name: '' }, 'BAD_INPUT', /room_name is needed/],
    [{ room_name: '   ', room_type: 3 }, 'BAD_INPUT', /room_name is needed/],
    [{ room_name: 'x', room_type: 4 }, 'BAD_INPUT', /room_type/],
    [{ room_name: 'x', room_type: 'secret' }, 'BAD_INPUT', /room_type/],
    [{ room_name: 'x'.repeat(256) }, 'BAD_INPUT', /room_name/],
    [{ room_type: 1 }, 'BAD_INPUT', /needs the id of a user/],
    [{ room_type: 1, invite: 'nobody', invite_source: 'groups' }, 'BAD_INPUT', /id of a user/],
    [{ room_type: 1, invite: 'nobody-at-all' }, 'NOT_FOUND', /Nobody of this name/],
    [{ room_name: 'mcp-test-none', invite: 'no group' }, 'NOT_FOUND', /Nobody of this name/],
  ])('%j is refused and nothing is made', async (args, code, message) => {
    const before = (await s.h.ok('talk_list_conversations')).total
    const { error } = await s.h.call('talk_create_conversation', args)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect((await s.h.ok('talk_list_conversations')).total).toBe(before)
  })

  test('nobody has a conversation with themselves', async () => {
    const args = { room_type: 1, invite: s.alice }
    const { error } = await s.h.call('talk_create_conversation', args)
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403 })
  })

  test('one that is not there, and one that others are in, are the same: NOT_FOUND', async () => {
    const { conversation } = await s.h.ok('talk_create_conversation', { room_name: 'mcp-test' })
    const { token } = conversation
    for (const [name, args] of [
      ['talk_get_conversation', {}],
      ['talk_get_messages', {}],
      ['talk_list_participants', {}],
      ['talk_send_message', { message: 'x' }],
      ['talk_mark_as_read', {}],
      ['talk_add_participant', { participant: s.bob }],
      ['talk_react', { message_id: 1, reaction: '👍' }],
      ['talk_get_polls', {}],
    ] as const) {
      for (const missing of [token, 'nope1234']) {
        const { error } = await s.asBob(name, { token: missing, ...args })
        expect(error, name).toMatchObject({
          code: 'NOT_FOUND',
          status: 404,
          message: expect.stringMatching(/[Nn]o such conversation/),
          subject: expect.stringContaining(missing),
        })
      }
    }
    await s.talk('DELETE', `/v4/room/${token}`)
  })

  test.each(['../room', 'a/b', 'a b', '?x=1', ''])(
    'the token "%s" is refused before anything is sent',
    async token => {
      const requests = await s.h.requestsOf(async () => {
        const { error } = await s.h.call('talk_get_conversation', { token })
        expect(error?.code).toBe('BAD_INPUT')
      })
      expect(requests).toEqual([])
    },
  )
})

describe('participants', () => {
  test('who is in it, as what, and how they are', async () => {
    const token = await s.room()
    const { results, count } = await s.h.ok('talk_list_participants', { token })
    expect(count).toBe(2)
    expect(results).toMatchObject([
      { actorType: 'users', actorId: s.alice, participantType: 1, inCall: 0, status: null },
      { actorType: 'users', actorId: s.bob, participantType: 3, sessionIds: [] },
    ])
    const there = await s.h.ok('talk_list_participants', { token, include_status: true })
    expect(there.results[1].status).toEqual(expect.any(String))
  })

  test('somebody who is in it stays; who is not a moderator adds nobody', async () => {
    const token = await s.room()
    const again = await s.h.ok('talk_add_participant', { token, participant: s.bob })
    expect(again).toEqual({
      status_code: 200,
      message: 'In the conversation.',
      conversation_token: token,
      participant: s.bob,
      source: 'users',
    })
    expect((await s.h.ok('talk_list_participants', { token })).count).toBe(2)
    const { error } = await s.asBob('talk_add_participant', { token, participant: s.alice })
    expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403 })
    expect(error?.message).toMatch(/Only moderators/)
  })

  test.each([
    ['users', 'NOT_FOUND', 404],
    ['groups', 'NOT_FOUND', 404],
    ['circles', 'NOT_FOUND', 404],
    ['federated_users', 'UNSUPPORTED', 501],
  ])('nobody of that name among %s', async (source, code, status) => {
    const token = await s.room()
    const { error } = await s.h.call('talk_add_participant', {
      token,
      participant: 'nobody@nowhere.example',
      source,
    })
    expect(error).toMatchObject({ code, status, subject: expect.stringContaining(token) })
    expect((await s.h.ok('talk_list_participants', { token })).count).toBe(2)
  })

  test('page by page, where there are many', async () => {
    const token = await s.room()
    const first = await s.h.ok('talk_list_participants', { token, limit: 1 })
    expect(first).toMatchObject({ count: 1, total: 2, next_offset: 1 })
    const rest = await s.h.ok('talk_list_participants', { token, limit: 1, offset: 1 })
    expect(rest).toMatchObject({ count: 1, total: 2, results: [{ actorId: s.bob }] })
    expect(rest).not.toHaveProperty('next_offset')
  })

  test('what is no mail address does not open the conversation to the public', async () => {
    const token = await s.room()
    for (const participant of ['bob', 'bob@', '@example.org', 'b ob@example.org']) {
      const args = { token, participant, source: 'emails' }
      const { error } = await s.h.call('talk_add_participant', args)
      expect(error, participant).toMatchObject({ code: 'BAD_INPUT' })
    }
    expect((await s.h.ok('talk_get_conversation', { token })).conversation.kind).toBe('group')
    expect((await s.h.ok('talk_list_participants', { token })).count).toBe(2)
  })

  test('a guest by mail makes the conversation public, and the answer says so', async () => {
    const h = await startHarness({ backend: await demoBackend() })
    const { conversation } = await h.ok('talk_create_conversation', {
      room_name: 'With a guest',
      invite: 'Guest@example.org',
      invite_source: 'emails',
    })
    expect(conversation).toMatchObject({ kind: 'public' })
    const { token } = (await h.ok('talk_create_conversation', { room_name: 'g', invite: 'team' }))
      .conversation
    const { message } = await h.ok('talk_add_participant', {
      token,
      participant: 'guest@example.org',
      source: 'emails',
    })
    expect(message).toMatch(/public/)
    expect((await h.ok('talk_get_conversation', { token })).conversation.kind).toBe('public')
    await h.close()
  })

  test('a group comes with its members, and may give the name', async () => {
    const h = await startHarness({ backend: await demoBackend() })
    const { conversation } = await h.ok('talk_create_conversation', { invite: 'team' })
    expect(conversation.name).toBe('team')
    const { results } = await h.ok('talk_list_participants', { token: conversation.token })
    expect(results.map((one: { actorId: string }) => one.actorId).toSorted()).toEqual([
      'alice',
      'bob',
      'team',
    ])
    await h.close()
  })

  test('where inviting fails after the conversation was made, the error names its token', async () => {
    const h = await startHarness({ backend: await demoBackend() })
    const { error } = await h.call('talk_create_conversation', {
      room_name: 'Without them',
      invite: 'nobody-at-all',
      invite_source: 'users',
    })
    expect(error).toMatchObject({ code: 'NOT_FOUND' })
    expect(error?.message).toMatch(/has been made without them/)
    const made = (await h.ok('talk_list_conversations')).results[0]
    expect(made.name).toBe('Without them')
    expect(error?.hint).toContain(made.token)
    h.proxy.plan(({ path }) => (path.endsWith('/participants') ? 'reset' : undefined))
    const unclear = await h.call('talk_create_conversation', {
      room_name: 'Perhaps with bob',
      invite: 'bob',
      invite_source: 'users',
    })
    expect(unclear.error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
    expect(unclear.error?.message).toMatch(/has been made perhaps without them/)
    await h.close()
  })
})

describe('a conversation on another Nextcloud', () => {
  afterEach(() => s.h.proxy.plan(undefined))
  const answer = (status: number) =>
    s.h.proxy.plan(({ path }) =>
      path.includes('/spreed/')
        ? { status, json: { ocs: { meta: { statuscode: status }, data: [] } } }
        : undefined,
    )

  test('what Talk cannot do there is UNSUPPORTED', async () => {
    answer(406)
    const { error } = await s.h.call('talk_get_polls', { token: 'abcd' })
    expect(error).toMatchObject({ code: 'UNSUPPORTED', status: 406 })
  })

  test('when it does not answer, a change may have been made there', async () => {
    answer(422)
    const read = await s.h.call('talk_get_messages', { token: 'abcd' })
    expect(read.error).toMatchObject({ code: 'UNREACHABLE', status: 422 })
    expect(read.error?.outcome_unknown).toBeUndefined()
    const sent = await s.h.call('talk_send_message', { token: 'abcd', message: 'x' })
    expect(sent.error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
    expect(sent.error?.hint).toMatch(/reference_id/)
  })
})

test('where Talk is missing its tools are not listed', async () => {
  const h = await startHarness({ backend: await demoBackend({ apps: ['files', 'notes'] }) })
  const names = (await h.client.listTools()).tools.map(({ name }) => name)
  expect(names.filter(name => name.startsWith('talk_'))).toEqual([])
  expect(names).toContain('nc_notes_get_note')
  await h.close()
})

test('in lockdown nothing can be posted and nobody invited', async () => {
  const h = await startHarness({
    backend: await demoBackend(),
    environment: { MCP_LOCKDOWN: 'true' },
  })
  const names = (await h.client.listTools()).tools.map(({ name }) => name)
  expect(names.filter(name => name.startsWith('talk_'))).toEqual([
    'talk_list_conversations',
    'talk_get_conversation',
    'talk_get_messages',
    'talk_list_participants',
    'talk_delete_message',
    'talk_mark_as_read',
    'talk_list_reactions',
    'talk_remove_reaction',
    'talk_get_polls',
  ])
  const { results } = await h.ok('talk_list_conversations')
  const read = await h.ok('talk_get_messages', { token: results[0].token })
  expect(read.untrusted_content).toBe(true)
  await h.close()
})
