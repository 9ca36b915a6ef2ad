/** Text stays text. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html } from '../../../src/web/html.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const decoded = (markup = '') =>
  markup.replace(/&[#\w]+;/g, entity => ENTITIES[entity] ?? 'unknown')

/** Everything that means something in markup, and the rest of the characters. */
const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom(...'<>"\'&;#/=`- \0\n', '<!--', ']]>', '&lt;'), fc.string()),
})

test('text breaks out of neither an element nor an attribute, and is read as it was', () => {
  fc.assert(
    fc.property(anyText, text => {
      const markup = String(html`<p title="${text}" lang='${text}'>${text}</p>`)
      const found = /^<p title="([^"'<>]*)" lang='([^"'<>]*)'>([^"'<>]*)<\/p>$/.exec(markup)
      expect(found?.slice(1).map(decoded)).toEqual([text, text, text])
    }),
  )
})

test('lists and nested markup pass through, at any depth and once only', () => {
  fc.assert(
    fc.property(fc.array(anyText), texts => {
      const items = texts.map(text => html`<li>${text}</li>`)
      const flat = String(html`<ul>${items}</ul>`)
      expect(String(html`${[[html`<ul>${[items]}</ul>`]]}`)).toBe(flat)
      expect(flat.split('<li>')).toHaveLength(texts.length + 1)
      expect(
        texts.map((_, index) => decoded(flat.split('<li>')[index + 1]?.split('<')[0])),
      ).toEqual(texts)
    }),
  )
})

test('nothing is left by what is absent; zero is a number', () => {
  expect(String(html`(${undefined}${null}${false}${''}${[]})${0}`)).toBe('()0')
})

test('what only looks like markup from elsewhere is text', () => {
  const forged = JSON.parse('{"isEscaped":true,"callbacks":null}')
  expect(String(html`<p>${forged as string}</p>`)).toBe('<p>[object Object]</p>')
  const waiting = JSON.parse('{"isEscaped":true,"callbacks":[1]}')
  expect(() => html`<p>${waiting as string}</p>`).toThrow(TypeError)
})
