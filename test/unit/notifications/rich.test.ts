import { expect, test } from 'vitest'
import { mentioned, resolved } from '../../../src/apps/notifications/rich.ts'

const user = { type: 'user', id: 'bob', name: 'Bob' }

test.each([
  ['{user} called', { user }, 'Bob called'],
  ['{user} called {user}', { user }, 'Bob called Bob'],
  ['{user} called', { user: { type: 'user', id: 'bob' } }, 'bob called'],
  ['{user} called', {}, '{user} called'],
  ['{user} called', { user: 'Bob' }, '{user} called'],
  ['{user} called', { user: null }, '{user} called'],
  ['{call-1}', { 'call-1': { name: '$& {user}' } }, '$& {user}'],
  ['{constructor}', {}, '{constructor}'],
])('%s with %j', (rich, parameters, text) => {
  expect(resolved(rich, parameters, 'plain')).toBe(text)
})

test('without a rich text it is the plain one', () => {
  expect(resolved('', { user }, 'plain')).toBe('plain')
})

test('each thing once; what is none is left out', () => {
  const file = { type: 'file', id: 7, name: 'a.txt', link: 'https://example.org/f/7', path: 'a' }
  expect(mentioned({ user, again: user, odd: 'x', nothing: null }, { file, user })).toEqual([
    { ...user, link: null },
    { type: 'file', id: '7', name: 'a.txt', link: 'https://example.org/f/7' },
  ])
})
