/** How a search is understood from what people and models write. */
import { describe, expect, test } from 'vitest'
import { hasCode } from '../../../../src/nextcloud/errors.ts'
import {
  foldersNamed,
  isWithin,
  timeNamed,
  typesNamed,
} from '../../../../src/search/query/request.ts'

const refused = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (hasCode(error, 'BAD_INPUT')) return `${error.message} ${error.details.hint ?? ''}`
    throw error
  }
  throw new Error('it was accepted')
}

describe('types', () => {
  test.each([
    ['note', 'note'],
    ['Notes', 'note'],
    ['files', 'file'],
    ['document', 'file'],
    ['calendar', 'calendar_event'],
    ['calendar-events', 'calendar_event'],
    ['Calendar Event', 'calendar_event'],
    ['events', 'calendar_event'],
    ['deck', 'deck_card'],
    ['cards', 'deck_card'],
    ['news', 'news_item'],
    ['news_items', 'news_item'],
    ['mail', 'mail_message'],
    ['emails', 'mail_message'],
    [' mail_messages ', 'mail_message'],
  ])('%s', (word, type) => expect(typesNamed([word])).toEqual([type]))

  test('each once, in one order', () => {
    expect(typesNamed(['mail', 'notes', 'email', 'note'])).toEqual(['note', 'mail_message'])
  })
  test.each([[undefined], [[]]])('%j: all', words => expect(typesNamed(words)).toBeUndefined())
  test('what is none is named, with those that there are', () => {
    const told = refused(() => typesNamed(['note', 'chat', 'constructor']))
    expect(told).toContain('"chat", "constructor"')
    expect(told).toContain('calendar_event')
  })
})

describe('times', () => {
  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T17:00', '2026-01-31T17:00:00.000Z'],
    ['2026-01-31 17:00:05', '2026-01-31T17:00:05.000Z'],
    ['2026-01-31T17:00:00+01:00', '2026-01-31T16:00:00.000Z'],
    ['2026-01-31t17:00:00z', '2026-01-31T17:00:00.000Z'],
    ['1769878800', '2026-01-31T17:00:00.000Z'],
    [1_769_878_800, '2026-01-31T17:00:00.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])('%s', (value, time) => {
    expect(new Date(timeNamed('modified_after', value) ?? Number.NaN).toISOString()).toBe(time)
  })
  test.each(['yesterday', '2026-02-30', '2026-13-01', '2026-01-31T25:00', '', '31.01.2026', '-5'])(
    '%j is none',
    value =>
      expect(refused(() => timeNamed('modified_before', value))).toContain('modified_before'),
  )
  test('nothing', () => expect(timeNamed('modified_after', undefined)).toBeUndefined())
})

describe('folders', () => {
  test('in one spelling, each once', () => {
    expect(foldersNamed(['Work/', '/Work', '//Home//Bills/'])).toEqual(['/Work', '/Home/Bills'])
  })
  test.each([[[]], [['/']], [['Work', '']]])('%j: anywhere', paths => {
    expect(foldersNamed(paths)).toEqual([])
  })
  test.each(['../x', 'a/../b', './a', 'a\\b'])('%s is refused', path => {
    expect(refused(() => foldersNamed([path]))).toContain(path)
  })

  test.each([
    ['/Work', true],
    ['/Work/a.md', true],
    ['Work/sub/a.md', true],
    ['/Workshop/a.md', false],
    ['/work/a.md', false],
    ['/', false],
  ])('%s', (path, is) => expect(isWithin(path, ['/Home', '/Work'])).toBe(is))
  test('anywhere', () => expect(isWithin('/x', [])).toBe(true))
})
