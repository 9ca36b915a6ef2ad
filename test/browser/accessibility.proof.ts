/** The check of accessibility finds what it is there for. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessibilityProblems } from './support/accessibility.ts'
import { newPage, openBrowser } from './support/browser.ts'

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
  page = await newPage(browser, { width: 360 })
})
afterAll(() => browser?.close())

const framed = (content: string, heading = 'h1', attributes = ' lang="en"') =>
  `<!doctype html><html${attributes}><title>Page</title><main><${heading}>Heading</${heading}>${content}</main></html>`

test('nothing where nothing is wrong', async () => {
  await page.setContent(framed('<p>Text</p><button style="padding: 1em">Go</button>'))
  expect(await accessibilityProblems(page)).toEqual([])
})

test.each([
  ['a button without words', framed('<button style="padding: 1em"></button>'), /without a name/],
  ['a link without words', framed('<a href="/"><img src="data:," alt=""></a>'), /without a name/],
  ['a box without a label', framed('<input type="checkbox">'), /without a name/],
  ['no heading', framed('', 'p'), /0 of h1/],
  ['a heading left out', framed('<h3>Next</h3>'), /level 3 after 1/],
  ['no language', framed('', 'h1', ''), /no language/],
  ['an id twice', framed('<p id="a"></p><p id="a"></p>'), /id twice/],
  ['a group without a legend', framed('<fieldset><p>a</p></fieldset>'), /without a legend/],
  ['grey on grey', framed('<p style="color: #888; background: #eee">Text</p>'), /contrast 3\.06/],
  ['something wide', framed('<p style="width: 500px">Text</p>'), /scrolls sideways/],
  [
    'something cut off',
    framed('<p style="overflow: hidden"><b style="margin-left: 350px">wide</b></p>'),
    /cut off/,
  ],
  ['something tiny', framed('<button style="height: 20px; padding: 0">Go</button>'), /too small/],
])('%s', async (_, content, problem) => {
  await page.setContent(content)
  expect((await accessibilityProblems(page)).join('\n')).toMatch(problem)
})
