/** Every link within the project leads somewhere, to the very heading. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchors, documentAt, documents, localLinks, ROOT } from './support.ts'

const all = documents()

describe.each(all)('$path', document => {
  test('has no dead link', () => {
    const dead = localLinks(document).filter(({ target, anchor }) => {
      if (!existsSync(join(ROOT, target))) return true
      if (anchor === '' || !target.endsWith('.md')) return false
      return !anchors(documentAt(target)).has(anchor)
    })
    expect(dead).toEqual([])
  })
})

test('every page is reached from the index of the documents', () => {
  const index = documentAt('docs/README.md')
  const linked = new Set(localLinks(index).map(({ target }) => target))
  const missing = all
    .map(({ path }) => path)
    .filter(path => path.startsWith('docs/') && path !== index.path && !linked.has(path))
  expect(missing).toEqual([])
})

test('links are found in all their forms', () => {
  const prose =
    '[a](b.md#c) ![p](x.svg "t") `[no](no.md)` [r][1]\n[1]: d.md\n<a href="e.md">e</a> [w](https://x.org)'
  const links = localLinks({ path: 'docs/z.md', text: prose, blocks: [], prose })
  expect(links).toEqual([
    { target: 'docs/b.md', anchor: 'c' },
    { target: 'docs/x.svg', anchor: '' },
    { target: 'docs/d.md', anchor: '' },
    { target: 'docs/e.md', anchor: '' },
  ])
})
