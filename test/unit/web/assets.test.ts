/** Files beside the pages. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type AssetName, assetAt, assetPath } from '../../../src/web/assets.ts'

const NAMES: readonly AssetName[] = ['style.css', 'wait.js', 'times.js', 'icon.svg']

test.each(NAMES)('%s is where its address says, by content', name => {
  const path = assetPath(name)
  const asset = assetAt(path)
  const hash = createHash('sha256')
    .update(asset?.body ?? '')
    .digest('base64url')
  const [stem, ending] = name.split('.')
  expect(path).toBe(`/app/assets/${stem}.${hash.slice(0, 12)}.${ending}`)
  expect(asset?.contentType).toMatch(/^(text\/(css|javascript); charset=utf-8|image\/svg\+xml)$/)
})

test.each(['/app/assets/style.css', '/app/assets/', '/app/assets/__proto__', '', 'constructor'])(
  'there is nothing at %j',
  path => {
    expect(assetAt(path)).toBeUndefined()
  },
)

test('the style is small and fetches nothing', () => {
  const style = assetAt(assetPath('style.css'))?.body ?? ''
  expect(Buffer.byteLength(style)).toBeLessThan(8 * 1_024)
  expect(style).not.toMatch(/url\(|@import/)
})
