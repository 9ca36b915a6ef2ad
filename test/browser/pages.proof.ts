/** Every page as everybody sees it: in both languages, light and dark, on a phone and on a desk. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LANGUAGES } from '../../src/web/language.ts'
import { accessibilityProblems } from './support/accessibility.ts'
import { complaints, newPage, openBrowser, screenshot } from './support/browser.ts'
import { type Fixture, startFixture } from './support/fixture.ts'
import { ONLY_WORDS, SAMPLES } from './support/samples.ts'

let browser: Browser
let fixture: Fixture

beforeAll(async () => {
  browser = await openBrowser()
  fixture = await startFixture()
})
afterAll(async () => {
  await browser?.close()
  await fixture?.close()
})

const LOOKS = LANGUAGES.flatMap(language =>
  [false, true].flatMap(dark => [360, 1280].map(width => ({ language, dark, width }))),
)

describe.each(LOOKS)('$language, dark: $dark, $width px', look => {
  let page: Page
  let heard: string[]
  beforeAll(async () => {
    page = await newPage(browser, look)
    heard = complaints(page)
  })
  afterAll(() => page.context().close())

  // Words need looking at where there is least room for them.
  const isTight = look.width === 360 && !look.dark
  const names = Object.keys(SAMPLES).filter(name => isTight || !ONLY_WORDS.has(name))

  test.each(names)('%s', async name => {
    await page.goto(`${fixture.url}/${name}`)
    expect(await page.locator('html').getAttribute('lang')).toBe(look.language)
    const picture = `${name}-${look.language}-${look.dark ? 'dark' : 'light'}-${look.width}`
    await screenshot(page, picture)

    expect(await accessibilityProblems(page)).toEqual([])
    const fold = page.locator('summary')
    if ((await fold.count()) > 0) {
      await fold.click()
      expect(await accessibilityProblems(page)).toEqual([])
    }
    expect(heard.splice(0)).toEqual([])
  })
})
