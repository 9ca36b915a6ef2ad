/** What is said to those who come from the Python server is so, variable by variable. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyApp } from '../../src/apps/index.ts'
import { SETTINGS } from '../../src/config/schema.ts'
import { createCatalog } from '../../src/mcp/catalog.ts'
import { codeSpans, documentAt, ROOT, tableRows } from './support.ts'

const document = documentAt('docs/upgrade-from-python.md')

/** Variables that the Python server reads, of versions 0.24.1 and 0.181.0. */
const VARIABLES: string[] = JSON.parse(
  readFileSync(join(ROOT, 'test/docs/facts/python-variables.json'), 'utf8'),
)
const exists = (name: string) => Object.hasOwn(SETTINGS, name)

const rows = tableRows(document, 'Every variable').map(([names = '', here = '', todo = '']) => ({
  names: codeSpans(names),
  here,
  todo,
}))

test('every variable is in the list, once', () => {
  const listed = rows.flatMap(({ names }) => names)
  expect(listed.toSorted()).toEqual(VARIABLES.toSorted())
})

describe('the list says what is so', () => {
  const of = (...kinds: string[]) => rows.filter(({ here }) => kinds.includes(here))

  test('in words that mean something', () => {
    const kinds = ['same', 'same, other default', 'other meaning', 'other name', 'not needed']
    const others = of(...kinds, 'gone', 'see operation').length
    expect(others).toBe(rows.length)
  })

  test('what is the same, or means something else, is a setting', () => {
    const names = of('same', 'same, other default', 'other meaning').flatMap(row => row.names)
    expect(names.length).toBeGreaterThan(40)
    expect(names.filter(name => !exists(name))).toEqual([])
  })

  test('what has another default or meaning says so', () => {
    const silent = of('same, other default', 'other meaning').filter(({ todo }) => todo === '')
    expect(silent).toEqual([])
  })

  test('what has another name has one that is a setting', () => {
    for (const { names, todo } of of('other name')) {
      expect(names.filter(exists)).toEqual([])
      expect(codeSpans(todo).filter(exists), names.join()).not.toEqual([])
    }
  })

  test('what is gone or not needed is no setting', () => {
    expect(of('gone', 'not needed').flatMap(({ names }) => names.filter(exists))).toEqual([])
  })

  test('defaults are those of the settings', () => {
    const told = of('same, other default').flatMap(({ names, todo }) => {
      const [, text] = /^`?([^`\s]+)`? here/.exec(todo) ?? []
      return text === undefined ? [] : names.map(name => [name, text] as const)
    })
    expect(told.length).toBeGreaterThan(2)
    for (const [name, text] of told) {
      const setting = Object.entries(SETTINGS).find(([each]) => each === name)?.[1]
      expect(setting, name).toMatchObject({ default: text })
    }
  })
})

test('results that were bare lists are objects with the list and its length', () => {
  const { tools } = createCatalog(everyApp())
  const [names = ''] =
    tableRows(document, 'What results look like').find(([before]) =>
      before?.includes('bare list'),
    ) ?? []
  const listed = codeSpans(names)
  expect(listed.length).toBe(4)
  for (const name of listed) {
    const parsed = tools.get(name)?.tool.output.safeParse([])
    expect(parsed?.success, name).toBe(false)
  }
})
