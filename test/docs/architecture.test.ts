/** The picture of the architecture is that of the code. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeSpans, documentAt, ROOT, tableRows } from './support.ts'

const document = documentAt('docs/architecture.md')

test('the floors are those that the house stands on', () => {
  const house = readFileSync(join(ROOT, 'test/unit/house.test.ts'), 'utf8')
  const [, list = ''] = /const FLOORS[^=]*= (\[[\s\S]*?\n\])/.exec(house) ?? []
  const floors: string[][] = JSON.parse(list.replaceAll("'", '"').replace(/,(\s*\])/g, '$1'))
  const told = tableRows(document, 'The floors').map(([floor, rooms = '']) => [
    Number(floor),
    codeSpans(rooms),
  ])
  expect(told.toReversed()).toEqual(floors.map((rooms, floor) => [floor, rooms]))
})

test('every file and folder that is named is there', () => {
  const named = codeSpans(document.prose).filter(text => /^(?:src|test)\//.test(text))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
})

test('both pictures show the same rooms, which exist', () => {
  const [mermaid, drawn] = document.blocks
  const rooms = [...(mermaid?.text ?? '').matchAll(/\w+\[\(?"(\w+):/g)].map(([, room = '']) => room)
  expect(rooms.length).toBeGreaterThan(8)
  for (const room of rooms) {
    expect(existsSync(join(ROOT, 'src', room)), room).toBe(true)
    expect(drawn?.text).toContain(room)
  }
})
