/** How somebody operates pages: with a mouse, or with nothing but a keyboard. */
import type { Locator } from 'playwright-core'

/** What people do with what they see. */
export interface Hands {
  /** Presses a button or follows a link. */
  press(target: Locator): Promise<void>
  /** Ticks or unticks a box. */
  toggle(target: Locator): Promise<void>
  type(target: Locator, text: string): Promise<void>
}

export const mouse: Hands = {
  press: target => target.click(),
  toggle: target => target.click(),
  type: (target, text) => target.fill(text),
}

/** Tab, Space and Enter, and what is typed. */
export const keyboard: Hands = {
  async press(target) {
    await reach(target)
    await target.page().keyboard.press('Enter')
  },
  async toggle(target) {
    await reach(target)
    await target.page().keyboard.press('Space')
  },
  async type(target, text) {
    await reach(target)
    await target.page().keyboard.type(text)
  },
}

/** More than any page has that can be focused. */
const MANY = 200

/** Presses Tab until it is there; from wherever the page has the focus. */
async function reach(target: Locator): Promise<void> {
  await target.waitFor()
  const focused = target.and(target.page().locator(':focus'))
  for (let step = 0; step < MANY; step++) {
    if ((await focused.count()) > 0) return
    await target.page().keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${target}`)
}
