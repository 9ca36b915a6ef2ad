/** A person on the pages of the MCP server, who is sent to Keycloak and to Nextcloud from there. */
import type { Page } from 'playwright-core'
import { translator } from '../../../src/web/messages/index.ts'
import { type Answer, passKeycloak, type Visit, type Visitor } from './browser.ts'

const { text: say } = translator('en')

/** What Keycloak wanted of them. */
export type Passage = Omit<Visit, 'callback'>

/** Somebody with a window of the visitor. */
export interface Person {
  readonly page: Page
  /** Opens a link of the server; goes through Keycloak where that leads there. */
  open(link: string, user: string, answer?: Answer): Promise<Passage>
  /** Ticks just these scopes, and presses the button of a page that asks for them. */
  allow(scopes: readonly string[]): Promise<void>
  /** From the page that waits on: confirms in Nextcloud, in a new tab. @returns its text */
  confirm(user: string, password: string): Promise<string>
  /** Presses a button; goes through Keycloak where it leads there. */
  press(button: string, user: string): Promise<Passage>
  /** Waits for a page with this heading. */
  heading(title: string): Promise<void>
}

/** What the pages say, in the language of the browser. */
export { say }

/** @param serverUrl public address of the MCP server */
export async function openPerson(visitor: Visitor, serverUrl: string): Promise<Person> {
  const page = await visitor.newPage()
  page.setDefaultTimeout(20_000)
  const button = (name: string, of = page) => of.getByRole('button', { name })
  const heading = (name: string, of = page) => of.getByRole('heading', { name })

  const press = async (name: string, user: string, answer?: Answer) => {
    await button(name).click()
    // The next page has no such button, and a form that leads nowhere keeps it.
    await button(name).waitFor({ state: 'detached' })
    // Forms lead to other sites by a page that goes on by itself.
    await page.waitForLoadState()
    await heading(say('onward.title')).waitFor({ state: 'detached' })
    return passKeycloak(page, user, serverUrl, answer)
  }
  return {
    page,
    press,
    async open(link, user, answer) {
      await page.goto(link)
      if (new URL(page.url()).pathname.endsWith('/oauth/authorize-nextcloud')) {
        // Background work is allowed here first; a no is said at Keycloak.
        return press(say('decision.allow'), user, answer)
      }
      const passage = await passKeycloak(page, user, serverUrl, answer)
      if (!(await button(say('sign-in.provider')).isVisible())) return passage
      return press(say('sign-in.provider'), user)
    },
    async allow(scopes) {
      for (const fold of await page.locator('details:not([open]) > summary').all()) {
        await fold.click()
      }
      for (const box of await page.locator('[name=scopes]').all()) {
        await box.setChecked(scopes.includes(await box.inputValue()))
      }
      await button(say('decision.continue'))
        .or(button(say('decision.allow')))
        .click()
    },
    async confirm(user, password) {
      const link = page.getByRole('link', { name: say('waiting.open') })
      const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()])
      await button('Log in', tab).click()
      await tab.getByLabel('Account name or email address').fill(user)
      await tab.getByLabel('Password').fill(password)
      await button('Log in', tab).click()
      await button('Grant access', tab).waitFor()
      const asked = await tab.locator('body').innerText()
      await button('Grant access', tab).click()
      await heading('Account connected', tab).waitFor()
      await tab.close()
      return asked
    },
    async heading(title) {
      await heading(title).waitFor()
    },
  }
}
