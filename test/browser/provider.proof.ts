/** People whose apps sign in at an identity provider: links lead there, to Nextcloud, and back. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ProvisionHarness, startProvision } from '../support/provision.ts'
import { openBrowser } from './support/browser.ts'
import { newPerson, type Person, type PersonOptions } from './support/person.ts'

const MODES = ['login_flow', 'oauth_multi_audience'] as const
const ME = 'nc_users_get_current_user'

let browser: Browser
let harnesses: Record<(typeof MODES)[number], ProvisionHarness>
let person: Person

beforeAll(async () => {
  const start = (mode: (typeof MODES)[number]) =>
    startProvision(mode, { ENABLE_OFFLINE_ACCESS: 'true' })
  const [login_flow, oauth_multi_audience] = await Promise.all(MODES.map(start))
  if (login_flow === undefined || oauth_multi_audience === undefined) throw new Error('no server')
  harnesses = { login_flow, oauth_multi_audience }
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  for (const each of Object.values(harnesses ?? {})) await each.close()
})
afterEach(() => person?.close())

async function comes(options: PersonOptions): Promise<void> {
  person = await newPerson(browser, options)
  // The pages of the test provider would like to have a typeface.
  await person.page
    .context()
    .route('https://fonts.googleapis.com/**', route => route.fulfill({ contentType: 'text/css' }))
}

/** Signs in on the provider's own pages, and agrees there. */
async function signInAtProvider(user: string): Promise<void> {
  const { page } = person
  await page.getByPlaceholder('Enter any login').waitFor()
  await person.type(page.getByPlaceholder('Enter any login'), user)
  await person.type(page.getByPlaceholder('and password'), 'any')
  await person.lookElsewhere('provider', page)
  await person.press(person.button('Sign-in'))
  await person.press(person.button('Continue'))
}

/** Opens a link, which asks to sign in first. */
async function opens(link: string, user: string): Promise<void> {
  await person.page.goto(link)
  await person.heading(person.say('sign-in.title')).waitFor()
  await person.look('sign-in')
  await person.press(person.page.getByText(person.say('sign-in.provider'), { exact: true }))
  await signInAtProvider(user)
}

describe('access to Nextcloud', () => {
  test('is allowed once, and more of it later without another login', async () => {
    const h = harnesses.login_flow
    const alice = { user: 'alice', password: 'alice-demo' }
    const { host } = new URL(h.url)
    const token = await h.tokenOf('alice')
    expect((await h.tool(token, 'nc_auth_check_status')).status).toBe('not_initiated')
    const { login_url } = await h.tool(token, 'nc_auth_provision_access', {
      scopes: ['notes:read', 'notes:write', 'sharing:read'],
    })

    await comes({ pictures: 'provider-access' })
    await person.page.goto(login_url)
    await person.page.getByText('Your AI app sent you here.').waitFor()
    await opens(login_url, 'alice')
    await person.heading('Let your AI apps use your Nextcloud?').waitFor()
    await person.toggle(person.page.getByLabel('Create, change and delete your notes'))
    await person.look('access')
    await person.press(person.button('Continue in Nextcloud'))
    await person.heading('Confirm in your Nextcloud').waitFor()
    await person.look('waiting')
    await person.confirm(alice, { name: host })
    await person.heading('Connected').waitFor()
    await person.look('connected')

    expect((await h.tool(token, ME)).id).toBe('alice')
    expect(await h.tool(token, 'nc_auth_check_status')).toMatchObject({
      status: 'provisioned',
      username: 'alice',
      scopes: ['notes:read', 'sharing:read'],
    })
    const list = { path: '/' }
    expect((await h.tool(token, 'nc_webdav_list_directory', list)).error.code).toBe('FORBIDDEN')
    const more = await h.tool(token, 'nc_auth_update_scopes', { add_scopes: ['files:read'] })
    expect(more.status).toBe('login_required')
    await person.page.goto(more.login_url)
    await person.page.getByText('They will work in the account').waitFor()
    await person.look('more')
    await person.press(person.button('Allow'))
    await person.heading('Connected').waitFor()
    await person.look('more-connected')
    expect((await h.tool(token, 'nc_webdav_list_directory', list)).error).toBeUndefined()
    const names = h.backend.demo?.appPasswords('alice').map(({ name }) => name)
    expect(names?.filter(name => name === host)).toHaveLength(1)

    await person.page.goto(`${h.url}/app`)
    await person.heading('All your AI apps').waitFor()
    await person.look('overview')
  })

  test('is not allowed by somebody else', async () => {
    const h = harnesses.login_flow
    const { login_url } = await h.tool(await h.tokenOf('admin'), 'nc_auth_provision_access')
    await comes({ pictures: 'provider-other', language: 'de', width: 360 })
    await opens(login_url, 'bob')
    await person.heading('Das war ein anderes Konto').waitFor()
    await person.look('refused', { status: 403 })
    expect(await h.vault.appPasswords.list('admin')).toEqual([])
    expect(await h.vault.appPasswords.list('bob')).toEqual([])
  })
})

describe.each(MODES)('work while one is away, in %s', mode => {
  test('is granted by a link and ended by a tool', async () => {
    const h = harnesses[mode]
    const token = await h.tokenOf('alice')
    const { provisioning_url } = await h.tool(token, 'provision_nextcloud_access')
    await comes({ pictures: `provider-background-${mode}`, dark: true })
    await person.page.goto(provisioning_url)
    await person.look('asked')
    await person.page.getByRole('button', { name: 'Allow' }).click()
    await signInAtProvider('alice')
    await person.page.getByText('Work while you are away is on.').waitFor()
    await person.page.getByText(/^On since/).waitFor()
    await person.look('on')
    expect(await h.tool(token, 'check_provisioning_status')).toMatchObject({
      is_provisioned: true,
      credential_type: 'refresh_token',
    })
    await h.tool(token, 'revoke_nextcloud_access')
    expect((await h.tool(token, 'check_provisioning_status')).is_provisioned).toBe(false)
    await person.page.reload()
    await person.button(/^Turn on/).waitFor()
  })

  test('is granted and ended with the buttons', async () => {
    const h = harnesses[mode]
    const token = await h.tokenOf('admin')
    await comes({ pictures: `provider-buttons-${mode}`, keyboard: true, width: 360 })
    await opens(`${h.url}/app`, 'admin')
    await person.heading('Your AI apps').waitFor()
    await person.look('off')
    await person.press(person.button(/^Turn on/))
    await person.press(person.button('Continue'))
    await person.page.getByText('Work while you are away is on.').waitFor()
    await person.look('on')
    expect((await h.tool(token, 'check_provisioning_status')).is_provisioned).toBe(true)
    await person.press(person.button(/^Turn off/))
    await person.page.getByText('Work while you are away is off.').waitFor()
    await person.look('off-again')
    expect((await h.tool(token, 'check_provisioning_status')).is_provisioned).toBe(false)
  })

  test('is not granted by somebody else', async () => {
    const h = harnesses[mode]
    const token = await h.tokenOf('alice')
    const { provisioning_url } = await h.tool(token, 'provision_nextcloud_access')
    await comes({ pictures: `provider-background-other-${mode}` })
    await person.page.goto(provisioning_url)
    await person.page.getByRole('button', { name: 'Allow' }).click()
    await signInAtProvider('bob')
    await person.heading('That was a different account').waitFor()
    await person.look('refused', { status: 403 })
    expect(await h.vault.refreshTokens.get('bob')).toBeUndefined()
    expect((await h.tool(token, 'check_provisioning_status')).is_provisioned).toBe(false)
  })
})
