/** A person on the way: a window, hands, and a look at every page that they come to. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Language } from '../../../src/web/language.ts'
import { translator } from '../../../src/web/messages/index.ts'
import type { Person as Account } from '../../support/connect.ts'
import { accessibilityProblems } from './accessibility.ts'
import { type Look, newPage, screenshot } from './browser.ts'
import { type Hands, keyboard, mouse } from './hands.ts'

/** Somebody in front of a browser. */
export interface Person extends Hands {
  readonly page: Page
  /** Texts of the pages in their language. */
  readonly say: ReturnType<typeof translator>['text']
  /**
   * Looks at one of this server's pages: keeps a picture, and finds nothing wrong with it.
   * @param options.status of a page that says what went wrong; the browser says so as well
   */
  look(name: string, options?: { page?: Page; status?: number }): Promise<void>
  /** The same for pages of others, which only must not complain. */
  lookElsewhere(name: string, page: Page): Promise<void>
  /** From the page that waits on: opens Nextcloud in a new tab, logs in there, and grants. */
  confirm(account: Account, options?: { name?: string; page?: Page }): Promise<void>
  button(name: string | RegExp, page?: Page): Locator
  link(name: string | RegExp, page?: Page): Locator
  heading(name: string | RegExp, page?: Page): Locator
  /** What pages complained about since the last look. */
  readonly heard: string[]
  close(): Promise<void>
}

export interface PersonOptions extends Look {
  /** Begins the name of each picture. */
  readonly pictures: string
  /** Pictures also of pages that are not this server's. */
  readonly everything?: boolean
  /** Nothing but a keyboard. */
  readonly keyboard?: boolean
}

/** Opens a window; nobody is signed in anywhere. */
export async function newPerson(browser: Browser, options: PersonOptions): Promise<Person> {
  const language: Language = options.language ?? 'en'
  const page = await newPage(browser, options)
  const heard = complaintsIn(page.context())
  const hands = options.keyboard ? keyboard : mouse
  let pictures = 0
  const keep = (name: string, of: Page) =>
    screenshot(of, `${options.pictures}-${String(++pictures).padStart(2, '0')}-${name}`)

  const person: Person = {
    ...hands,
    page,
    heard,
    say: translator(language).text,
    async look(name, { page: of = page, status } = {}) {
      await keep(name, of)
      expect(await of.locator('html').getAttribute('lang')).toBe(language)
      expect(await accessibilityProblems(of)).toEqual([])
      const told = heard.splice(0)
      expect(told.filter(each => status === undefined || !isAbout(each, status))).toEqual([])
      if (status !== undefined) expect(told.join('\n')).toContain(`${status}: ${of.url()}`)
    },
    async lookElsewhere(name, of) {
      if (options.everything) await keep(name, of)
      // The page that waits may have gone on already: what it says is for a look at it.
      const own = new URL(page.url()).origin
      const isOwn = (each: string) => of !== page && each.includes(own)
      expect(heard.filter(each => !isOwn(each))).toEqual([])
      heard.splice(0, heard.length, ...heard.filter(isOwn))
    },
    async confirm({ user, password }, { name, page: waiting = page } = {}) {
      const link = person.link(person.say('waiting.open'), waiting)
      const [tab] = await Promise.all([page.context().waitForEvent('page'), hands.press(link)])
      if (name !== undefined) await tab.getByText(name).waitFor()
      await person.lookElsewhere('nextcloud', tab)
      await hands.press(tab.getByRole('button', { name: 'Log in' }))
      const grant = tab.getByRole('button', { name: 'Grant access' })
      const typed = tab.getByLabel('Password')
      await grant.or(typed).waitFor()
      if (await typed.isVisible()) {
        await hands.type(tab.getByLabel('Account name or email address'), user)
        await hands.type(typed, password)
        await person.lookElsewhere('nextcloud-log-in', tab)
        await hands.press(tab.getByRole('button', { name: 'Log in' }))
      }
      await grant.waitFor()
      if (name !== undefined) expect(await tab.getByText(name).count()).toBe(1)
      await person.lookElsewhere('nextcloud-grant', tab)
      await hands.press(grant)
      await tab.getByRole('heading', { name: 'Account connected' }).waitFor()
      await person.lookElsewhere('nextcloud-done', tab)
      await tab.close()
    },
    button: (name, of = page) => of.getByRole('button', { name }),
    link: (name, of = page) => of.getByRole('link', { name }),
    heading: (name, of = page) => of.getByRole('heading', { name }),
    close: () => page.context().close(),
  }
  return person
}

/** Errors and refusals of any page of a window, tabs and popups included. */
function complaintsIn(context: BrowserContext): string[] {
  const found: string[] = []
  context.on('console', message => {
    const { url } = message.location()
    // Browsers look for an icon where others name none.
    if (url.endsWith('/favicon.ico')) return
    if (['error', 'warning'].includes(message.type())) found.push(`${message.text()} ${url}`)
  })
  context.on('weberror', error => found.push(String(error.error())))
  context.on('requestfailed', request => {
    // One that its page was left during, such as that of a page that waits, has not failed.
    if (request.failure()?.errorText === 'net::ERR_ABORTED') return
    found.push(`failed: ${request.url()} ${request.failure()?.errorText}`)
  })
  context.on('response', response => {
    if (response.status() >= 400) found.push(`${response.status()}: ${response.url()}`)
  })
  return found
}

/** Whether this is how a browser tells of a page with that status. */
function isAbout(complaint: string, status: number): boolean {
  return complaint.startsWith(`${status}: `) || complaint.includes(`with a status of ${status} `)
}
