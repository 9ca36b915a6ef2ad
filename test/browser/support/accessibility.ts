/** What can be checked of accessibility without a person (WCAG 2.2, levels A and AA). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Runs in the page, where there is a document; here there is none, not even as a type. */
const INSPECT = readFileSync(join(import.meta.dirname, 'inspect.js'), 'utf8')

/** Roles of what people operate. */
const CONTROLS = new Set(['link', 'button', 'checkbox', 'group', 'DisclosureTriangle', 'textbox'])

/** What is wrong with a page; empty when nothing was found. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  return [...(await namelessControls(page)), ...(await page.evaluate<string[]>(INSPECT))]
}

/** Names as the browser tells them to assistive technology (4.1.2). */
async function namelessControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes
    .filter(node => !node.ignored && CONTROLS.has(node.role?.value))
    .filter(node => !/\S/.test(node.name?.value ?? ''))
    .filter(node => !(node.role?.value === 'group' && isFold(node)))
    .map(node => `without a name: ${node.role?.value} ${node.nodeId}`)
}

/** A fold is a group as well, named by the button in it. */
function isFold(node: { readonly properties?: readonly { readonly name: string }[] }): boolean {
  return !node.properties?.some(({ name }) => name === 'labelledby')
}
