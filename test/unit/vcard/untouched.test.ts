/**
 * Never damage: a change of one field, through the tool, leaves every other byte as it was. The
 * texts are compared by pieces that were not found with the parser that changed them.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { updateContact } from '../../../src/apps/contacts/write-tools.ts'
import { parseCard } from '../../../src/vcard/card.ts'
import { type Contact, describeText } from '../../../src/vcard/contact.ts'
import { CHANGES } from './changes.ts'
import { NASTY, RECORDED } from './fixtures/cards.ts'
import { memoryBook, pieces } from './support.ts'

const CARDS = [...RECORDED, ...NASTY]
async function update(text: string, contact_data: Record<string, unknown>): Promise<string> {
  const { uid } = describeText(text, 'card')
  const book = memoryBook([['card.vcf', text]])
  await updateContact.run(book.context, { addressbook: 'contacts', uid, contact_data, etag: '' })
  return book.cards.get('card.vcf') ?? ''
}

const others = (text: string, touched: readonly string[]) =>
  pieces(text)
    .filter(({ name }) => !touched.includes(name))
    .map(({ raw }) => raw)

test('there are enough of them', () => {
  expect(NASTY.length).toBeGreaterThanOrEqual(60)
  expect(new Set(NASTY.map(([, text]) => text)).size).toBe(NASTY.length)
})

describe.each(CARDS)('%s', (_, text) => {
  test.each(CHANGES)('%s: all else stays, byte for byte', async (_, data, touched) => {
    const changed = await update(text, data)
    expect(others(changed, touched)).toEqual(others(text, touched))
  })

  test('what was asked for is there', async () => {
    const data = {
      title: 'Chief, of; all\nthings',
      organization: 'Ö & Co',
      note: 'n1\nn2',
      birthday: '--11-30',
      nickname: 'Nöck',
      categories: ['c1', 'c,2'],
      custom_fields: { 'X-NEW': 'v' },
    }
    const after = describeText(await update(text, data), 'card')
    expect(after).toMatchObject({ ...data, custom_fields: { 'X-NEW': 'v' } })
  })

  test('a value more leaves all the lines that were there', async () => {
    const before = describeText(text, 'card')
    const data = {
      emails: [...before.emails, 'added@example.net'],
      phones: [...before.phones, { value: '+77 7', type: 'cell', label: 'Neu' }],
      urls: [...before.urls, { value: 'https://added.example', preferred: true }],
    }
    const changed = await update(text, data)
    const had = pieces(text).map(({ raw }) => raw)
    const has = new Set(pieces(changed).map(({ raw }) => raw))
    expect(had.filter(raw => !has.has(raw))).toEqual([])
    const after = describeText(changed, 'card')
    expect(after.emails.map(({ value }) => value)).toContain('added@example.net')
    expect(after.phones.find(({ value }) => value === '+77 7')).toMatchObject({
      type: 'cell',
      label: 'Neu',
    })
    expect(after.urls.find(({ value }) => value === 'https://added.example')?.preferred).toBe(true)
  })

  test('what it says already, written again, changes nothing and sends nothing', async () => {
    const { uid, fn, photo, custom_fields, kind, members, broken, ...said } = describeText(
      text,
      'card',
    )
    void [uid, photo, kind, members, broken]
    const data = {
      ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null)),
      ...(fn === '' || !/^FN[:;]/im.test(text) ? {} : { fn }),
      custom_fields,
    }
    const book = memoryBook([['card.vcf', text]])
    await updateContact.run(book.context, {
      addressbook: 'contacts',
      uid,
      contact_data: data,
      etag: '',
    })
    expect(book.cards.get('card.vcf')).toBe(text)
    expect(book.requests.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  test('a change and its reverse come back to the same contact', async () => {
    const before = describeText(text, 'card')
    const there = await update(text, { title: 'T', nickname: 'N' })
    const back = await update(there, { title: before.title, nickname: before.nickname ?? null })
    const shown = ({ ...contact }: Contact) => contact
    expect(shown(describeText(back, 'card'))).toEqual(shown(before))
  })
})

describe('cards of chance', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9äöü .@/-]{0,40}$/)
  const name = fc.constantFrom(
    'TEL',
    'EMAIL',
    'X-FOO',
    'x-bar',
    'ADR',
    'URL',
    'NOTE',
    'Title',
    'IMPP',
    'ORG',
    'CATEGORIES',
    'KEY',
    'LABEL',
  )
  const head = fc.constantFrom('', 'item1.', 'ITEM1.', 'g-2.')
  const parameters = fc.constantFrom(
    '',
    ';TYPE=home',
    ';type=HOME;type=pref',
    ';HOME',
    ';X-A="b:c"',
    ';TYPE="a,b"',
    ';PREF=3',
  )
  const value = fc
    .array(
      fc.oneof(word, fc.constantFrom('\\n', '\\,', ';', ',', '\\;', ':', '\\\\', '=', '"', '😀')),
      { maxLength: 12 },
    )
    .map(all => all.join(''))
  const end = fc.constantFrom('\r\n', '\n')
  const line = fc.tuple(head, name, parameters, value, fc.nat(60)).map(([g, n, p, v, at]) => {
    const text = `${g}${n}${p}:${v}`
    return at > 5 && at < text.length - 1 && /^[\x20-\x7E]*$/.test(text)
      ? `${text.slice(0, at)}\u0000${text.slice(at)}`
      : text
  })
  const card = fc
    .tuple(fc.constantFrom('2.1', '3.0', '4.0'), fc.array(line, { maxLength: 15 }), end)
    .map(([version, lines, lineEnd]) =>
      [
        'BEGIN:VCARD',
        `VERSION:${version}`,
        'UID:u',
        'FN:A B',
        'N:B;A;;;',
        ...lines,
        'END:VCARD',
        '',
      ]
        .join(lineEnd)
        .replaceAll('\u0000', `${lineEnd} `),
    )

  test('one field changes, all else stays', async () => {
    await fc.assert(
      fc.asyncProperty(card, fc.constantFrom(...CHANGES), async (text, [, data, touched]) => {
        const changed = await update(text, data)
        expect(others(changed, touched)).toEqual(others(text, touched))
        expect(parseCard(changed)).toBeDefined()
      }),
      { numRuns: 500 },
    )
  })

  test('removing a value removes its line and its label alone', async () => {
    await fc.assert(
      fc.asyncProperty(card, async text => {
        const { phones } = describeText(text, 'card')
        if (phones.length === 0) return
        const changed = await update(text, { phones: phones.slice(1) })
        const had = pieces(text).map(({ raw }) => raw)
        const has = pieces(changed).map(({ raw }) => raw)
        expect(had.length - has.length).toBe(1)
        expect(has.every(raw => had.includes(raw))).toBe(true)
        expect(describeText(changed, 'card').phones).toHaveLength(phones.length - 1)
      }),
      { numRuns: 300 },
    )
  })
})
