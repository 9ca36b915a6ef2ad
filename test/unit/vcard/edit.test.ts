/** Fields of odd cards: what they say, and what a change of one leaves. */
import { expect, test } from 'vitest'
import { cardText, parseCard } from '../../../src/vcard/card.ts'
import { describeText } from '../../../src/vcard/contact.ts'
import { type ContactChange, changeContact } from '../../../src/vcard/edit.ts'

const card = (version: string, ...lines: string[]) =>
  ['BEGIN:VCARD', `VERSION:${version}`, 'UID:u', 'FN:Somebody', ...lines, 'END:VCARD', ''].join(
    '\r\n',
  )

function changed(text: string, change: ContactChange): string {
  const parsed = parseCard(text)
  if (parsed === undefined) throw new Error('no card')
  return cardText(changeContact(parsed, change))
}

test('a department that is given as it is shown stays as it is written', () => {
  const text = card('3.0', 'ORG:Acme\\, Inc;Unit\\;1;B')
  const { department } = describeText(text, 'u')
  expect(department).toBe('Unit;1; B')
  expect(changed(text, { department })).toBe(text)
  expect(changed(text, { department: 'Sales; B' })).toContain('ORG:Acme\\, Inc;Sales;B\r\n')
})

test('a name that is written without blanks follows its parts', () => {
  const text = card('3.0', 'N:山田;太郎;;;').replace('FN:Somebody', 'FN:山田太郎')
  const married = changed(text, { family_name: '田中' })
  expect(married).toContain('FN:田中太郎\r\n')
  expect(married).toContain('N:田中;太郎;;;\r\n')
})

test.each([
  ['3.0', 'EMAIL;TYPE=PREF,HOME:a@b.c', 'EMAIL;TYPE=HOME:a@b.c', 'EMAIL;TYPE=PREF:d@e.f'],
  ['4.0', 'EMAIL;PREF=1:a@b.c', 'EMAIL:a@b.c', 'EMAIL;PREF=1:d@e.f'],
])('%s: the value that becomes preferred is the only one', (version, had, left, preferred) => {
  const text = card(version, had, 'EMAIL:d@e.f')
  const wanted = [{ value: 'a@b.c' }, { value: 'd@e.f', preferred: true }]
  expect(changed(text, { emails: wanted })).toBe(card(version, left, preferred))
  const both = [{ value: 'a@b.c', preferred: true }, { value: 'd@e.f' }]
  expect(changed(text, { emails: both })).toBe(text)
})

test('the address of a photo, and members of a group, are told without escapes', () => {
  const link = card('3.0', 'PHOTO;VALUE=uri:https://example.org/a\\,b.jpg')
  expect(describeText(link, 'u').photo).toBe('https://example.org/a,b.jpg')
  const group = card('4.0', 'KIND:group', 'MEMBER:urn:uuid:one', 'MEMBER:two\\,three')
  expect(describeText(group, 'u')).toMatchObject({ kind: 'group', members: ['one', 'two,three'] })
})
