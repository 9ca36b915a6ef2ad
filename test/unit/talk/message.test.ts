/** What PHP makes of a message, and what versions of Talk leave out. */
import { expect, test } from 'vitest'
import { ApiMessage, beginning, told } from '../../../src/apps/talk/message.ts'
import { list } from '../../../src/nextcloud/tolerant.ts'

const read = (message: object) => told(ApiMessage.parse({ id: 1, ...message }))

test('the least there can be', () => {
  expect(read({})).toEqual({
    id: 1,
    token: '',
    actorType: '',
    actorId: '',
    actorDisplayName: '',
    timestamp: 0,
    datetime: '1970-01-01T00:00:00Z',
    systemMessage: '',
    messageType: '',
    message: '',
    messageParameters: {},
    expirationTimestamp: null,
    referenceId: null,
    markdown: null,
  })
})

test('lists for maps, text for numbers, null for anything', () => {
  const message = read({
    id: '7',
    timestamp: '1795229916',
    messageParameters: [],
    reactions: [],
    reactionsSelf: null,
    parent: [],
    markdown: null,
    referenceId: null,
  })
  expect(message).toMatchObject({ id: 7, datetime: '2026-11-21T02:58:36Z' })
  expect(message).not.toHaveProperty('parent')
  expect(message).not.toHaveProperty('reactions')
})

test('odd parts do not take the message with them, nor an odd message the list', () => {
  const odd = {
    id: 2,
    message: '{a} {b}',
    messageParameters: { a: 'text', b: { type: 'user', id: 'bob', name: 'Bob' } },
    reactions: { '👍': 2, '🎉': 'many' },
    timestamp: 1e300,
  }
  const messages = list(ApiMessage).parse([odd, { message: 'without an id' }, null])
  expect(messages.map(told)).toMatchObject([
    { id: 2, message: '{a} Bob', reactions: { '👍': 2 }, datetime: '1970-01-01T00:00:00Z' },
  ])
})

test('what it answers may be hidden from the reader', () => {
  const { parent } = read({ parent: { id: 5, deleted: true } })
  expect(parent).toEqual({ id: 5, actorDisplayName: '', message: '', deleted: true })
})

test('a beginning never cuts a character in two', () => {
  expect(beginning('😀😀😀', 2)).toBe('😀😀…')
  expect(beginning('😀😀', 2)).toBe('😀😀')
})
