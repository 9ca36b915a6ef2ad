import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addProperty,
  type Component,
  componentsOf,
  parseComponents,
  property,
  removeProperties,
  replacePart,
  textOf,
} from '../../../src/contentline/component.ts'
import {
  type ContentLine,
  changeLine,
  makeLine,
  parameter,
  parameterValues,
  parseLines,
  withParameter,
} from '../../../src/contentline/line.ts'
import { escapeText, splitEscaped, unescapeText } from '../../../src/contentline/text.ts'

const only = (text: string): ContentLine => {
  const [line] = parseLines(text)
  if (line?.kind !== 'line') throw new Error(`no content line: ${text}`)
  return line
}

describe('reading', () => {
  test.each([
    ['SUMMARY:Hello', 'SUMMARY', 'Hello'],
    ['summary:Hello', 'SUMMARY', 'Hello'],
    ['DESCRIPTION:a: b; c, "d"', 'DESCRIPTION', 'a: b; c, "d"'],
    ['X-EMPTY:', 'X-EMPTY', ''],
    ['DTSTART;TZID=Europe/Berlin:20260101T100000', 'DTSTART', '20260101T100000'],
    ['DESCRIPTION:folded\r\n  here\r\n\tand there\r\n', 'DESCRIPTION', 'folded hereand there'],
    ['NOTE:with a \\n break', 'NOTE', 'with a \\n break'],
    [
      'ATTENDEE;CN="Doe; Jane: x, y":mailto:jane@example.org',
      'ATTENDEE',
      'mailto:jane@example.org',
    ],
  ])('%j', (text, name, value) => {
    expect(only(text)).toMatchObject({ name, value })
  })

  test('parameters: lists, quotation marks, circumflexes, bare types, repetitions', () => {
    const line = only('item1.TEL;TYPE=HOME,VOICE;TYPE="CELL";X-Y=a^nb^^c^\'d;PREF:+49')
    expect(line.group).toBe('item1')
    expect(parameterValues(line, 'TYPE')).toEqual(['HOME', 'VOICE', 'CELL', 'PREF'])
    expect(parameter(line, 'X-Y')).toBe('a\nb^c"d')
  })

  test('soft line breaks of vCard 2.1', () => {
    const text = 'NOTE;ENCODING=QUOTED-PRINTABLE:first=0D=0A=\r\nsecond=\r\n third\r\nTEL:1\r\n'
    const [note, tel] = parseLines(text)
    expect(note).toMatchObject({ value: 'first=0D=0Asecond third' })
    expect(tel).toMatchObject({ name: 'TEL' })
  })

  test.each(['no colon here', ';X=1:y', 'A;B="open:y', ' begins folded', ''])(
    'what is no content line is kept: %j',
    text => {
      expect(textOf(parseComponents(text))).toBe(text)
    },
  )
})

describe('writing', () => {
  test('at most 75 octets a line, no character cut in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), text => {
        const value = escapeText(text)
        const { raw } = makeLine('SUMMARY', value)
        for (const line of raw.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
          expect(line.isWellFormed()).toBe(true)
        }
        expect(only(raw).value).toBe(value)
        const clean = text.replace(/(?![\t\r\n])\p{Cc}/gu, '')
        expect(unescapeText(value)).toBe(clean.replace(/\r\n|\r/g, '\n'))
      }),
    )
  })

  test('parameters come back as they were given', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 4 }), given => {
        const values = given.map(value => value.replace(/\p{Cc}/gu, ''))
        const line = only(makeLine('X', 'v', { parameters: [{ name: 'P', values }] }).raw)
        expect(line.parameters).toEqual([{ name: 'P', values }])
        expect(line.value).toBe('v')
      }),
    )
  })

  test('a change keeps group, parameters, spelling of the name and line end', () => {
    const line = only('item2.tel;TYPE=home;X-A="b c":1\n')
    expect(changeLine(line, { value: '2' }).raw).toBe('item2.tel;TYPE=home;X-A=b c:2\n')
    expect(changeLine(line, { value: '1' })).toBe(line)
    const parameters = withParameter(line.parameters, 'TYPE', 'work')
    expect(changeLine(line, { parameters }).raw).toBe('item2.tel;TYPE=work;X-A=b c:1\n')
  })

  test('lists are split where nothing is escaped', () => {
    expect(splitEscaped('a\\,b,c\\\\,d', ',')).toEqual(['a\\,b', 'c\\\\', 'd'])
    expect(splitEscaped(';;x;', ';')).toEqual(['', '', 'x', ''])
  })
})

describe('components', () => {
  const text =
    'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Long and f\r\n olded\r\n' +
    'X-A;B=c:d\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
  const event = (parts = parseComponents(text)): Component => {
    const [calendar] = componentsOf(parts, 'VCALENDAR')
    const [found] = componentsOf(calendar?.parts ?? [], 'VEVENT')
    if (found === undefined) throw new Error('no event')
    return found
  }

  test('any text comes back as it was', () => {
    const piece = fc.oneof(
      fc.constantFrom('BEGIN:VEVENT', 'END:VEVENT', 'END:', 'BEGIN:', 'END:X', 'A:b', ' c', '\t'),
      fc.constantFrom('\r\n', '\n', '\r', '\n\r', '', 'NOTE;QUOTED-PRINTABLE:a=', '='),
      fc.string({ maxLength: 12 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const whole = pieces.join('')
        expect(textOf(parseComponents(whole))).toBe(whole)
      }),
      { numRuns: 500 },
    )
  })

  test('one change leaves everything else, byte for byte', () => {
    const [calendar] = componentsOf(parseComponents(text), 'VCALENDAR')
    const old = event()
    const summary = property(old, 'SUMMARY')
    if (calendar === undefined || summary === undefined) throw new Error('missing')
    const parts = parseComponents(text)
    const [whole] = componentsOf(parts, 'VCALENDAR')
    const [inside] = componentsOf(whole?.parts ?? [], 'VEVENT')
    const line = inside && property(inside, 'SUMMARY')
    if (!whole || !inside || !line) throw new Error('missing')
    const changed = replacePart(inside, line, changeLine(line, { value: 'New' }))
    const result = textOf([replacePart(whole, inside, changed)])
    expect(result).toBe(text.replace('SUMMARY:Long and f\r\n olded', 'SUMMARY:New'))
  })

  test('a new property stands with its like, else before the components inside', () => {
    const added = addProperty(event(), makeLine('LOCATION', 'Here'))
    expect(textOf([added])).toContain('X-A;B=c:d\r\nLOCATION:Here\r\nBEGIN:VALARM')
    const like = addProperty(event(), makeLine('SUMMARY', 'Other'))
    expect(textOf([like])).toContain(' olded\r\nSUMMARY:Other\r\nX-A')
  })

  test('taking away takes nothing else', () => {
    expect(textOf([removeProperties(event(), 'X-A')])).toBe(
      textOf([event()]).replace('X-A;B=c:d\r\n', ''),
    )
    const same = event()
    expect(removeProperties(same, 'NOTHING')).toBe(same)
  })

  test('what is not closed is kept', () => {
    const broken = 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VCALENDAR\r\nrest'
    const parts = parseComponents(broken)
    expect(textOf(parts)).toBe(broken)
    expect(property(event(parts), 'UID')?.value).toBe('1')
  })
})
