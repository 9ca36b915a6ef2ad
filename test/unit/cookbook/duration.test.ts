import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toDuration } from '../../../src/apps/cookbook/duration.ts'

const read = (text: string) => toDuration('cook_time', text)

describe('durations', () => {
  test.each([
    ['PT1H20M', 'PT1H20M0S'],
    ['pt90m', 'PT1H30M0S'],
    ['PT0S', 'PT0H0M0S'],
    ['PT1.5H', 'PT1H30M0S'],
    ['PT3600S', 'PT1H0M0S'],
    ['P1DT2H', 'PT26H0M0S'],
    ['P1W', 'PT168H0M0S'],
    ['1 h 20 min', 'PT1H20M0S'],
    ['1h20', 'PT1H20M0S'],
    ['1.5 hours', 'PT1H30M0S'],
    ['1,5 h', 'PT1H30M0S'],
    [' 45 minutes ', 'PT0H45M0S'],
    ['2 days', 'PT48H0M0S'],
    ['1:05', 'PT1H5M0S'],
    ['12:30', 'PT12H30M0S'],
  ])('%s is %s', (text, expected) => expect(read(text)).toBe(expected))

  test.each([
    '',
    'P',
    'PT',
    'P1Y',
    'P1M',
    '-PT1H',
    '20',
    '1.5',
    'soon',
    '1:75',
    '1 h ago',
    'PT1H20',
    'P9999W',
    '1 h 20 min 1 h',
  ])('"%s" is refused by name', text => {
    expect(() => read(text)).toThrow(`cook_time: "${text.trim()}" is not a duration`)
  })

  test('what comes out is taken and stays', () => {
    fc.assert(
      fc.property(fc.nat(8_000_000), seconds => {
        const text = read(`PT${seconds}S`)
        expect(read(text)).toBe(text)
        const [, h, m, s] = /^PT(\d+)H(\d+)M(\d+)S$/.exec(text) ?? []
        expect(Number(h) * 3600 + Number(m) * 60 + Number(s)).toBe(seconds)
        expect(Number(m) < 60 && Number(s) < 60).toBe(true)
      }),
    )
  })
})
