/** What is said: reading and sending. */
import { describe, expect, test } from 'vitest'
import { useTalk } from '../support/talk.ts'

const s = useTalk()

interface Told {
  id: number
  message: string
  systemMessage: string
  [key: string]: unknown
}

/** What people wrote, without what the history tells of itself. */
const written = (results: Told[]) =>
  results.filter(({ systemMessage }) => systemMessage === '').map(({ message }) => message)

const history = async (token: string, more: Record<string, unknown> = {}) =>
  await s.h.ok('talk_get_messages', { token, limit: 200, ...more })

describe('reading', () => {
  test('newest first, page by page to the beginning, where there is nothing older', async () => {
    const token = await s.room()
    for (const message of ['one', 'two', 'three']) await s.post(token, message)
    const seen: Told[] = []
    let cursor: number | null | undefined
    for (let pages = 0; cursor !== null; pages++) {
      expect(pages).toBeLessThan(10)
      const page = await s.h.ok('talk_get_messages', {
        token,
        limit: 2,
        ...(cursor ? { last_known_message_id: cursor } : {}),
      })
      expect(page.conversation_token).toBe(token)
      expect(page.count).toBe(page.results.length)
      seen.push(...page.results)
      cursor = page.last_known_message_id
    }
    expect(seen.map(({ systemMessage, message }) => systemMessage || message)).toEqual([
      'three',
      'two',
      'one',
      'user_added',
      'conversation_created',
    ])
  })

  test('newer ones, oldest first; nothing new is no failure and keeps the place', async () => {
    const token = await s.room()
    const first = await s.post(token, 'first')
    await s.post(token, 'second')
    const last = await s.post(token, 'third')
    const newer = { token, newer: true, last_known_message_id: first }
    const page = await s.h.ok('talk_get_messages', newer)
    expect(written(page.results)).toEqual(['second', 'third'])
    expect(page.last_known_message_id).toBe(last)
    const limited = await s.h.ok('talk_get_messages', { ...newer, limit: 1 })
    expect(written(limited.results)).toEqual(['second'])
    const included = await s.h.ok('talk_get_messages', { ...newer, include_last_known: true })
    expect(written(included.results)).toEqual(['first', 'second', 'third'])
    expect(await s.h.ok('talk_get_messages', { ...newer, last_known_message_id: last })).toEqual({
      untrusted_content: true,
      conversation_token: token,
      results: [],
      count: 0,
      last_known_message_id: last,
    })
  })

  test('who has read nothing yet begins with the first', async () => {
    const token = await s.room()
    await s.post(token, 'one')
    for (const last_known_message_id of [-1, 0]) {
      const page = await s.h.ok('talk_get_messages', { token, newer: true, last_known_message_id })
      expect(page.results[0].systemMessage).toBe('conversation_created')
      expect(written(page.results)).toEqual(['one'])
    }
  })

  test('a part in which the user may see nothing is not the end', async () => {
    s.h.proxy.plan(() => ({
      json: { ocs: { meta: { statuscode: 200 }, data: [] } },
      headers: { 'X-Chat-Last-Given': '12' },
    }))
    const page = await s.h.ok('talk_get_messages', { token: 'abcd', last_known_message_id: 50 })
    s.h.proxy.plan(undefined)
    expect(page).toMatchObject({ results: [], count: 0, last_known_message_id: 12 })
  })

  test('before the first there is nothing', async () => {
    const token = await s.room()
    expect(await history(token, { last_known_message_id: 1 })).toMatchObject({
      results: [],
      count: 0,
      last_known_message_id: null,
    })
  })

  test('a message is told in full', async () => {
    const token = await s.room()
    const id = await s.post(token, `  Hello @${s.bob}, **bold** <i>and</i> {actor}  `)
    const { results } = await history(token, { limit: 1 })
    const [message] = results
    const parameters = message.messageParameters
    expect(message).toEqual({
      id,
      token,
      actorType: 'users',
      actorId: s.alice,
      actorDisplayName: expect.any(String),
      timestamp: expect.any(Number),
      datetime: new Date(message.timestamp * 1_000).toISOString().replace('.000Z', 'Z'),
      systemMessage: '',
      messageType: 'comment',
      message: `Hello @${parameters['mention-user1'].name}, **bold** <i>and</i> {actor}`,
      messageParameters: {
        'mention-user1': { type: 'user', id: s.bob, name: expect.any(String) },
      },
      expirationTimestamp: null,
      referenceId: expect.stringMatching(/^[0-9a-f]{64}$/),
      markdown: true,
    })
    expect(Math.abs(message.timestamp - Date.now() / 1_000)).toBeLessThan(3_600)
  })

  test('system messages name people; what they did themselves is said to them', async () => {
    const token = await s.room()
    const [added] = (await history(token)).results
    expect(added).toMatchObject({ systemMessage: 'user_added', messageType: 'system' })
    expect(added.message).toBe(`You added ${added.messageParameters.user.name}`)
    const [seenByBob] = (await s.okAsBob('talk_get_messages', { token })).results
    expect(seenByBob.message).toBe(`${added.actorDisplayName} added you`)
  })

  test('reading marks nothing as read', async () => {
    const token = await s.room()
    const first = await s.post(token, `@${s.bob} one`)
    await s.post(token, 'two')
    const unread = async () => {
      const { conversation } = await s.okAsBob('talk_get_conversation', { token })
      return [conversation.unreadMessages, conversation.unreadMention, conversation.lastReadMessage]
    }
    const before = await unread()
    expect(before.slice(0, 2)).toEqual([2, true])
    await s.okAsBob('talk_get_messages', { token })
    await s.okAsBob('talk_get_messages', { token, newer: true, last_known_message_id: first })
    await s.okAsBob('talk_list_conversations')
    await s.okAsBob('talk_list_participants', { token })
    expect(await unread()).toEqual(before)
    const marking = s.h.proxy.requests.filter(
      ({ path }) =>
        path.includes('/chat/') && !/setReadMarker=0.*markNotificationsAsRead=0/.test(path),
    )
    expect(marking.filter(({ method }) => method === 'GET')).toEqual([])
  })

  test('newer without a place to start from is refused before anything is sent', async () => {
    const requests = await s.h.requestsOf(async () => {
      const { error } = await s.h.call('talk_get_messages', { token: 'abcd', newer: true })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
    })
    expect(requests).toEqual([])
  })

  test('cards and places that are shared have words and links', async () => {
    const token = await s.room()
    const share = (objectType: string, objectId: string, metaData: object) =>
      s.talk('POST', `/v1/chat/${token}/share`, {
        objectType,
        objectId,
        metaData: JSON.stringify({ type: objectType, id: objectId, ...metaData }),
      })
    const place = { name: 'Berlin', latitude: '52.5', longitude: '13.4' }
    await share('geo-location', 'geo:52.5,13.4', place)
    const card = { boardname: 'House', stackname: 'To do' }
    const link = `${s.h.backend.url}/apps/deck/card/5`
    await share('deck-card', '5', { ...card, name: 'Paint [it]', link })
    const { results } = await history(token, { limit: 2 })
    expect(written(results)).toEqual([
      `[Paint \\[it\\]](${link}) (card in "To do" of "House")`,
      'Berlin (52.5, 13.4)',
    ])
    expect(results[0].messageParameters.object).toEqual({
      type: 'deck-card',
      id: '5',
      name: 'Paint [it]',
      link,
    })
  })
})

describe('sending', () => {
  test('a reply quotes the beginning of what it answers', async () => {
    const token = await s.room()
    const id = await s.post(token, `@${s.bob} ${'ü'.repeat(200)}`)
    const sent = await s.okAsBob('talk_send_message', { token, message: 'Yes', reply_to: id })
    const { parent } = sent.message
    expect(parent).toMatchObject({ id, actorDisplayName: expect.any(String) })
    expect(parent.message).toMatch(/^@[^ü]+ ü+…$/)
    expect([...parent.message]).toHaveLength(161)
    const [read] = (await history(token, { limit: 1 })).results
    expect(read.parent).toEqual(parent)
  })

  test('silently', async () => {
    const token = await s.room()
    const { message } = await s.h.ok('talk_send_message', { token, message: 'x', silent: true })
    expect(message.silent).toBe(true)
  })

  test.each([
    ['empty', ''],
    ['white space', ' \n\t '],
    ['other white space', '\u00A0\u2003'],
  ])('%s is refused and nothing is sent', async (_, message) => {
    const requests = await s.h.requestsOf(async () => {
      const { error } = await s.h.call('talk_send_message', { token: 'abcd', message })
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: 'The message is empty' })
    })
    expect(requests).toEqual([])
  })

  test('length counts characters as people do, up to what Talk takes', async () => {
    const token = await s.room()
    const sent = await s.h.ok('talk_send_message', { token, message: `${'😀'.repeat(32_000)}\n` })
    expect([...sent.message.message]).toHaveLength(32_000)
    const requests = await s.h.requestsOf(async () => {
      const { error } = await s.h.call('talk_send_message', { token, message: 'x'.repeat(32_001) })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
      expect(error?.message).toMatch(/32001 characters; Talk takes 32000/)
    })
    expect(requests.filter(request => request.startsWith('POST'))).toEqual([])
  })

  test('what cannot be replied to: nothing is posted', async () => {
    const token = await s.room()
    const deleted = await s.post(token, 'to be deleted')
    await s.h.ok('talk_delete_message', { token, message_id: deleted })
    const other = await s.post(await s.room(), 'elsewhere')
    const [, , system] = (await history(token)).results
    expect(system.systemMessage).toBe('user_added')
    const before = (await history(token)).count
    for (const reply_to of [99_999_999, deleted, other, system.id]) {
      const { error } = await s.h.call('talk_send_message', { token, message: 'x', reply_to })
      expect(error).toMatchObject({ code: 'BAD_INPUT', status: 400 })
      expect(error?.message).toMatch(/cannot be replied to; nothing was posted/)
      expect(error?.subject).toBe(`message ${reply_to} in conversation ${token}`)
    }
    expect((await history(token)).count).toBe(before)
  })

  test('a read-only conversation and a lobby: FORBIDDEN, said why, nothing is posted', async () => {
    const token = await s.room()
    const id = await s.post(token, 'before')
    await s.talk('PUT', `/v4/room/${token}/read-only`, { state: 1 })
    const readOnly = await s.h.call('talk_send_message', { token, message: 'x' })
    expect(readOnly.error).toMatchObject({ code: 'FORBIDDEN', status: 403 })
    expect(readOnly.error?.message).toMatch(/read-only/)
    const reaction = await s.h.call('talk_react', { token, message_id: id, reaction: '👍' })
    expect(reaction.error).toMatchObject({ code: 'FORBIDDEN', status: 403 })
    expect(reaction.error?.hint).toMatch(/read-only/)
    await s.talk('PUT', `/v4/room/${token}/read-only`, { state: 0 })
    await s.talk('PUT', `/v4/room/${token}/webinar/lobby`, { state: 1 })
    for (const [name, args] of [
      ['talk_send_message', { message: 'x' }],
      ['talk_get_messages', {}],
      ['talk_list_participants', {}],
    ] as const) {
      const { error } = await s.asBob(name, { token, ...args })
      expect(error, name).toMatchObject({ code: 'FORBIDDEN', status: 412 })
      expect(error?.message, name).toMatch(/lobby/)
    }
    const { conversation } = await s.okAsBob('talk_get_conversation', { token })
    expect(conversation).toMatchObject({ lobby: true, lastMessage: null })
    expect(written((await history(token)).results)).toEqual(['before'])
  })
})
