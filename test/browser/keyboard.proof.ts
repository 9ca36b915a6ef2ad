/** Everything without a mouse: the Tab key reaches it in reading order, and one sees where one is. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newPage, openBrowser, screenshot } from './support/browser.ts'
import { CSRF, type Fixture, startFixture } from './support/fixture.ts'
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

/** Expressions for the page, in which there is no document as far as types go. */
const OPERABLE = `[...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')]
  .filter(each => each.checkVisibility({ visibilityProperty: true }))`
const FOCUSED = `(() => {
  const focused = document.activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(focused)
  const { top, bottom } = focused.getBoundingClientRect()
  return {
    index: ${OPERABLE}.indexOf(focused),
    isVisible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    isInView: bottom > 0 && top < innerHeight,
  }
})()`

interface Focused {
  index: number
  isVisible: boolean
  isInView: boolean
}

describe.each([360, 1280])('at %i px', width => {
  let page: Page
  beforeAll(async () => {
    page = await newPage(browser, { width, dark: width === 360 })
  })
  afterAll(() => page.context().close())

  const names = Object.keys(SAMPLES).filter(name => !ONLY_WORDS.has(name))

  test.each(names)('%s: Tab reaches everything in reading order', async name => {
    await page.goto(`${fixture.url}/${name}`)
    const count = await page.evaluate<number>(`${OPERABLE}.length`)
    for (let index = 0; index < count; index++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate<Focused>(FOCUSED)
      expect(focused).toEqual({ index, isVisible: true, isInView: true })
    }
    if (name === 'consent') await screenshot(page, `focus-${width}`)
  })
})

describe('deciding', () => {
  let page: Page
  const tabTo = async (selector: string) => {
    const isThere = () =>
      page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)
    for (let step = 0; step < 60 && !(await isThere()); step++) await page.keyboard.press('Tab')
    expect(await isThere()).toBe(true)
  }
  const submit = async () => {
    const arrived = page.waitForURL('**/connected')
    await page.keyboard.press('Enter')
    await arrived
    return fixture.submitted.at(-1)?.fields
  }

  beforeAll(async () => {
    page = await newPage(browser)
  })
  afterAll(() => page.context().close())
  beforeEach(async () => {
    fixture.submitted.length = 0
    await page.goto(`${fixture.url}/consent`)
  })

  test('Space toggles boxes, Enter opens the fold, Enter on the button submits', async () => {
    await tabTo('[value="notes:write"]')
    await page.keyboard.press('Space')
    expect(await page.locator('[value="notes:write"]').isChecked()).toBe(false)

    await tabTo('summary')
    await page.keyboard.press('Enter')
    await tabTo('[value="mail:send"]')
    await page.keyboard.press('Space')

    await tabTo('[value=allow]')
    const fields = await submit()
    expect(fields?.get('csrf')).toBe(CSRF)
    expect(fields?.get('decision')).toBe('allow')
    expect(fields?.getAll('scopes')).toEqual([
      'notes:read',
      'calendar:read',
      'files:read',
      'mail:send',
    ])
  })

  test('what is folded away can still be allowed, and nothing of it is by itself', async () => {
    await tabTo('[value=allow]')
    expect((await submit())?.getAll('scopes')).toHaveLength(4)
  })

  test('the other button denies', async () => {
    await tabTo('[value=deny]')
    expect((await submit())?.get('decision')).toBe('deny')
  })

  test('disconnecting is a form with its token', async () => {
    await page.goto(`${fixture.url}/overview`)
    await tabTo('form[action$="revoke=1"] button')
    expect((await submit())?.get('csrf')).toBe(CSRF)
    expect(fixture.submitted[0]?.path).toBe('/submitted?revoke=1')
  })
})
