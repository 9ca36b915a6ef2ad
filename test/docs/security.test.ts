/** The threat list names tests that exist, and says of files and limits what the code does. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documentAt, ROOT, tableRows } from './support.ts'

const threats = tableRows(documentAt('docs/security.md'), 'Threats')

test('there is a list', () => {
  expect(threats.length).toBeGreaterThan(30)
})

describe.each(threats)('%s', (threat, stop, held = '') => {
  test('has something that stops it', () => {
    expect([threat, stop]).not.toContain('')
  })

  test('has a test that is there, by its name', () => {
    const [, file = '', title = ''] = /^`(test\/[\w./-]+\.ts)`: \*(.{10,})\*$/.exec(held) ?? []
    expect(existsSync(join(ROOT, file)) && file, held).toBe(file)
    // A title stands behind `test` or `describe`, or on a line of its own below `test.each`.
    const titles = readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter(line => /^\s*(?:test|describe|\]?\)?\(?['"`])/.test(line))
    expect(
      titles.some(line => line.includes(title)),
      `${file} has no "${title}"`,
    ).toBe(true)
  })
})
