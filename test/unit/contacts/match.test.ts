import { describe, expect, test } from 'vitest'
import { foldContact, foldName, parseQuery, score } from '../../../src/apps/contacts/match.ts'
import { describeText } from '../../../src/vcard/contact.ts'

const contact = (...lines: string[]) =>
  foldContact(
    describeText(
      ['BEGIN:VCARD', 'VERSION:3.0', 'UID:u', ...lines, 'END:VCARD', ''].join('\r\n'),
      'u',
    ),
  )
const found = (query: string, ...lines: string[]) => score(contact(...lines), parseQuery(query))

describe('numbers', () => {
  const spellings = [
    '+49 30 123 456',
    '0049-30-123456',
    '030/123456',
    '(030) 12 34 56',
    '+49 (0)30 123456',
  ]
  test.each(spellings)('%s is found however it is written', stored => {
    for (const query of spellings) {
      expect(found(query, 'FN:x', `TEL:${stored}`), query).toBeGreaterThan(0.8)
    }
  })

  test.each([
    ['030 123456', '040 123456'],
    ['12', '+49 12'],
    ['+1 555 0100', '+1 555 0101'],
    ['1234567890', '90'],
  ])('%s is not %s', (query, stored) => {
    expect(found(query, 'FN:x', `TEL:${stored}`)).toBe(0)
  })

  test('the whole number before the end of one, that before what is inside', () => {
    const whole = found('5551234', 'FN:x', 'TEL:5551234')
    const end = found('5551234', 'FN:x', 'TEL:+1 30 5551234')
    const inside = found('5551234', 'FN:x', 'TEL:1 5551234 99')
    expect([whole, end, inside].toSorted((a, b) => b - a)).toEqual([whole, end, inside])
    expect(inside).toBeGreaterThan(0)
  })
})

describe('words', () => {
  test('a name before an address, an organisation and a note', () => {
    const scores = ['FN:anna', 'EMAIL:anna@x.example', 'ORG:anna', 'NOTE:anna'].map(line =>
      found('anna', ...(line.startsWith('FN') ? [line] : ['FN:y', line])),
    )
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(new Set(scores).size).toBe(4)
  })

  test('a whole word before its beginning, that before its inside', () => {
    const scores = ['FN:ann', 'FN:anna', 'FN:joann'].map(line => found('ann', line))
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    expect(new Set(scores).size).toBe(3)
  })

  test.each([
    ['MÜLLER', 'muller'],
    ['Straße', 'STRASSE'],
    ['Zoë', 'zoe'],
    ['Ａ', 'a'],
    ['İstanbul', 'istanbul'],
    ['Søren Ørsted', 'soren orsted'],
    ['Łukasz', 'lukasz'],
    ['Æsop', 'aesop'],
    ['Işık', 'isik'],
    ['O’Brien', "o'brien"],
  ])('%s is %s', (one, other) => expect(foldName(one)).toBe(foldName(other)))

  test('one that is nowhere loses', () => {
    expect(found('anna berta', 'FN:Anna')).toBe(0)
    expect(found('', 'FN:Anna')).toBe(0)
  })
})
