import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mentionedObjects, plainText } from '../../../src/apps/talk/rich-text.ts'

const file = {
  type: 'file',
  id: '163',
  name: 'a [b].txt',
  size: '1',
  path: 'Talk/a [b].txt',
  link: 'https://cloud.example.org/f/163',
}

describe('placeholders', () => {
  test.each([
    [
      '{mention-user1} hi',
      { 'mention-user1': { type: 'user', id: 'bob', name: 'Bob' } },
      '@Bob hi',
    ],
    ['{mention-user1}', { 'mention-user1': { type: 'user', id: 'bob', name: '' } }, '@bob'],
    ['{mention-call1}!', { 'mention-call1': { type: 'call', id: 't', name: 'Room' } }, '@all!'],
    ['{actor} left', { actor: { type: 'user', id: 'bob', name: 'Bob' } }, 'Bob left'],
    ['{file}', { file }, '[a \\[b\\].txt](https://cloud.example.org/f/163)'],
    ['See this', { file }, 'See this\n[a \\[b\\].txt](https://cloud.example.org/f/163)'],
    ['See {file}!', { file }, 'See [a \\[b\\].txt](https://cloud.example.org/f/163)!'],
    ['{object}', { object: { type: 'talk-poll', id: '3', name: 'Q?' } }, 'Poll "Q?" (3)'],
    ['{object}', { object: { type: 'circle', id: 7, name: 'Team' } }, 'Team'],
    ['{unknown} {toString}', {}, '{unknown} {toString}'],
    ['{a', { a: { name: 'A' } }, '{a'],
  ])('%s', (text, objects, words) => expect(plainText(text, objects)).toBe(words))

  test('a name that looks like a placeholder stays a name', () => {
    const objects = {
      actor: { type: 'user', id: 'x', name: '{user}' },
      user: { type: 'user', id: 'y', name: 'Secret' },
    }
    expect(plainText('{actor} left', objects)).toBe('{user} left')
  })
})

describe('links', () => {
  test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/f/1', '', 7, null])(
    '%s is none',
    link => {
      const objects = { object: { type: 'deck-card', id: '1', name: 'x', link } }
      expect(plainText('{object}', objects)).not.toMatch(/\]\(/)
      expect(mentionedObjects('{object}', objects).object).not.toHaveProperty('link')
    },
  )

  test('cannot be left early', () => {
    const object = { type: 'x', id: '1', name: 'n](http://evil)', link: 'https://a.example/)(' }
    expect(plainText('{object}', { object })).toBe('[n\\](http://evil)](https://a.example/%29%28)')
  })
})

test('parameters that the text does not name are left out, and what draws them', () => {
  const actor = { type: 'user', id: 'alice', name: 'Alice', 'mention-id': 'alice' }
  expect(mentionedObjects('See this', { actor, file })).toEqual({
    file: { type: 'file', id: '163', name: 'a [b].txt', link: file.link, path: file.path },
  })
})

test('text without placeholders stays as it is, whatever comes with it', () => {
  fc.assert(
    fc.property(
      fc.string().filter(text => !/\{[\w-]+\}/.test(text)),
      fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())),
      (text, objects) => {
        const { file: _, ...others } = objects
        expect(plainText(text, others)).toBe(text)
      },
    ),
  )
})
