/** Both languages say the same. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { de } from '../../../src/web/messages/de.ts'
import { en } from '../../../src/web/messages/en.ts'
import { type MessageKey, translator } from '../../../src/web/messages/index.ts'

const keys = Object.keys(en) as MessageKey[]
const placeholders = (text: string) => (text.match(/\{[^}]*\}/g) ?? []).toSorted()

test('in the same order, so that they can be read side by side', () => {
  expect(Object.keys(de)).toEqual(keys)
})

test.each(keys)('%s', key => {
  expect(placeholders(de[key])).toEqual(placeholders(en[key]))
  for (const text of [en[key], de[key]]) {
    expect(text).toBe(text.trim())
    expect(text).not.toBe('')
    expect(placeholders(text).every(each => /^\{\w+\}$/.test(each))).toBe(true)
  }
})

test('German says du', () => {
  const formal = Object.entries(de).filter(([, text]) => /\b(Ihre?[nmrs]?|Ihnen)\b/.test(text))
  expect(formal).toEqual([])
})

test('no text is left over', () => {
  const views = join(import.meta.dirname, '../../../src/web/views')
  const source = readdirSync(views)
    .map(file => readFileSync(join(views, file), 'utf8'))
    .join('\n')
  // Named by a part that is put in: `scope.${scope}`.
  const composed = [...source.matchAll(/`([\w.-]*)\$\{\w+\}([\w.-]*)`/g)].map(
    ([, before = '', after = '']) => ({ before, after }),
  )
  const unused = keys.filter(
    key =>
      !source.includes(`'${key}'`) &&
      !composed.some(
        ({ before, after }) =>
          before + after !== '' && key.startsWith(before) && key.endsWith(after),
      ),
  )
  expect(unused).toEqual([])
})

test('values are put in as text or as markup', () => {
  const say = translator('de')
  expect(say.text('consent.title', { client: '<b>{host}' })).toBe(
    '<b>{host} mit deiner Nextcloud verbinden?',
  )
  expect(String(say('consent.title', { client: '<b>{host}' }))).toBe(
    '&lt;b&gt;{host} mit deiner Nextcloud verbinden?',
  )
})
