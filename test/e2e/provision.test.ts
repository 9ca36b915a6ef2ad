/** Users of an identity provider connect their Nextcloud, through links that their client gives. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { submit } from '../support/connect.ts'
import { callTool } from '../support/harness.ts'
import { createBrowser } from '../support/login-flow.ts'
import {
  allow,
  connectEliciting,
  openAs,
  type ProvisionHarness,
  startProvision,
} from '../support/provision.ts'

const ALICE = { user: 'alice', password: 'alice-demo' }
const BOB = { user: 'bob', password: 'bob-demo' }
const ME = 'nc_users_get_current_user'

describe('login_flow at a provider', () => {
  let h: ProvisionHarness
  beforeEach(async () => {
    h = await startProvision('login_flow')
  })
  afterEach(() => h.close())

  test('from the link to the first call', async () => {
    const token = await h.tokenOf('alice')
    expect(await h.tool(token, 'nc_auth_check_status')).toMatchObject({
      status: 'not_initiated',
      user_id: 'alice',
      scopes: null,
      username: null,
    })
    const asked = await h.tool(token, 'nc_auth_provision_access', { scopes: ['notes:read'] })
    expect(asked).toMatchObject({
      status: 'login_required',
      login_url: expect.stringContaining(`${h.url}/app/access/`),
      user_id: 'alice',
      requested_scopes: ['notes:read'],
    })
    expect(asked.message).toContain(asked.login_url)
    const browser = createBrowser()
    const page = await openAs(browser, asked.login_url, 'alice')
    const done = await allow(browser, page, ALICE, ['notes:read', 'sharing:read'])
    expect(done.body).toContain('Connected')
    expect(await h.tool(token, 'nc_auth_check_status')).toMatchObject({
      status: 'provisioned',
      scopes: ['notes:read', 'sharing:read'],
      username: 'alice',
    })
    expect((await h.tool(token, ME)).id).toBe('alice')
    expect(await h.tool(token, 'check_logged_in')).toEqual({ result: 'yes' })
    expect(await h.tool(token, 'nc_auth_provision_access')).toMatchObject({
      status: 'already_provisioned',
      login_url: null,
    })
    // Nextcloud sees an app password, and what was not allowed is refused without asking it.
    expect(h.nextcloud.bearers).toEqual([])
    h.proxy.forget()
    const args = { title: 'x', content: '', category: '' }
    expect((await h.tool(token, 'nc_notes_create_note', args)).error.code).toBe('FORBIDDEN')
    expect(h.proxy.requests).toEqual([])
  })

  test('a link is of no use to anybody else', async () => {
    const asked = await h.tool(await h.tokenOf('alice'), 'nc_auth_provision_access')
    const page = await openAs(createBrowser(), asked.login_url, 'bob')
    expect(page.status).toBe(403)
    expect(await h.vault.appPasswords.list()).toEqual([])
  })

  test('a link works once', async () => {
    const token = await h.tokenOf('alice')
    const { login_url } = await h.tool(token, 'nc_auth_provision_access')
    const browser = createBrowser()
    await allow(browser, await openAs(browser, login_url, 'alice'), ALICE)
    expect((await openAs(browser, login_url, 'alice')).status).toBe(404)
  })

  test('less can be allowed at once; more only by the person', async () => {
    const token = await h.tokenOf('alice')
    const { login_url } = await h.tool(token, 'nc_auth_provision_access', {
      scopes: ['notes:read', 'sharing:read'],
    })
    const browser = createBrowser()
    await allow(browser, await openAs(browser, login_url, 'alice'), ALICE)
    expect(
      await h.tool(token, 'nc_auth_update_scopes', { remove_scopes: ['sharing.read'] }),
    ).toMatchObject({
      status: 'updated',
      previous_scopes: ['notes:read', 'sharing:read'],
      new_scopes: ['notes:read'],
    })
    expect((await h.tool(token, ME)).error.code).toBe('FORBIDDEN')
    const more = await h.tool(token, 'nc_auth_update_scopes', { add_scopes: ['sharing:read'] })
    expect(more).toMatchObject({
      status: 'login_required',
      new_scopes: ['notes:read', 'sharing:read'],
    })
    expect((await h.tool(token, ME)).error.code).toBe('FORBIDDEN')
    const password = (await h.vault.appPasswords.get('alice'))?.password
    const done = await allow(browser, await openAs(browser, more.login_url, 'alice'), ALICE)
    expect(done.body).toContain('Connected')
    // The person was known and Nextcloud still takes the app password: there was no need for more.
    expect((await h.vault.appPasswords.get('alice'))?.password).toBe(password)
    expect((await h.tool(token, ME)).id).toBe('alice')
  })

  test.each([
    [{ remove_scopes: ['notes:read'] }, /Nothing would be left/],
    [{ add_scopes: ['notes:delete'] }, /No such scope: notes:delete/],
    [{ add_scopes: ['semantic:read'] }, /No such scope: semantic:read/],
  ])('%j is refused and changes nothing', async (args, why) => {
    await h.vault.appPasswords.put({
      userId: 'alice',
      loginName: 'alice',
      password: h.backend.demo?.appPassword('alice') ?? '',
      scopes: ['notes:read'],
    })
    const { error } = await h.tool(await h.tokenOf('alice'), 'nc_auth_update_scopes', args)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(why) })
    expect((await h.vault.appPasswords.get('alice'))?.scopes).toEqual(['notes:read'])
  })

  test.each(['nc_auth_provision_access', 'check_logged_in', ME])(
    '%s: a client that can opens the page for its user, and then goes on',
    async name => {
      const token = await h.tokenOf('alice')
      const opened: string[] = []
      const client = await connectEliciting(h, token, async (url, text) => {
        opened.push(text)
        const browser = createBrowser()
        await allow(browser, await openAs(browser, url, 'alice'), ALICE)
        return 'accept'
      })
      const { data, isError } = await callTool(client, name)
      expect(isError).toBe(false)
      expect(data.status ?? data.result ?? data.id).toMatch(/^(already_provisioned|yes|alice)$/)
      expect(opened).toEqual([expect.stringMatching(/Nextcloud/)])
      await client.close()
    },
  )

  test('who does not want to open it is not asked again, and the answer has the link', async () => {
    const asked: string[] = []
    const client = await connectEliciting(h, await h.tokenOf('alice'), async url => {
      asked.push(url)
      return 'decline'
    })
    const answer = await callTool(client, ME)
    expect(answer.error).toMatchObject({ code: 'NOT_PROVISIONED', url: expect.any(String) })
    expect(asked).toHaveLength(1)
    await client.close()
  })

  test('a client of the current revision that cannot open pages gets the link', async () => {
    const asked = await h.tool(await h.tokenOf('alice'), 'nc_auth_provision_access', {}, 'modern')
    expect(asked.login_url).toContain('/app/access/')
  })

  test('the account in Nextcloud may have another name than at the provider', async () => {
    const token = await h.tokenOf('f81d4fae-7dec')
    const { login_url } = await h.tool(token, 'nc_auth_provision_access')
    const browser = createBrowser()
    await allow(browser, await openAs(browser, login_url, 'f81d4fae-7dec'), BOB)
    expect((await h.tool(token, ME)).id).toBe('bob')
  })
})

describe.each(['login_flow', 'oauth_multi_audience'] as const)('background access in %s', mode => {
  let h: ProvisionHarness
  beforeAll(async () => {
    h = await startProvision(mode, { ENABLE_OFFLINE_ACCESS: 'true' })
  })
  afterAll(() => h.close())
  afterEach(async () => {
    await h.vault.refreshTokens.delete('alice')
    await h.vault.appPasswords.delete('alice')
  })

  const granted = async () => {
    const token = await h.tokenOf('alice')
    const asked = await h.tool(token, 'provision_nextcloud_access')
    const page = await openAs(createBrowser(), asked.provisioning_url, 'alice')
    return { token, asked, page }
  }

  test('is granted in a flow of its own, by the user of the first', async () => {
    const { token, asked, page } = await granted()
    expect(asked).toMatchObject({
      already_provisioned: false,
      provisioning_url: expect.stringContaining(`${h.url}/oauth/authorize-nextcloud?`),
    })
    expect(page.url.pathname).toBe('/app')
    const grant = await h.vault.refreshTokens.get('alice')
    expect(grant).toMatchObject({ flow: 'flow2', audience: 'nextcloud' })
    expect(grant?.scopes).toContain('offline_access')
    expect(await h.tool(token, 'check_provisioning_status')).toMatchObject({
      is_provisioned: true,
      credential_type: 'refresh_token',
      client_id: grant?.clientId,
      flow_type: 'flow2',
      provisioned_at: expect.stringMatching(/^\d{4}-/),
    })
    expect(await h.tool(token, 'provision_nextcloud_access')).toMatchObject({
      already_provisioned: true,
      provisioning_url: null,
    })
  })

  test('is not granted by another user than the one who was asked', async () => {
    const token = await h.tokenOf('alice')
    const { provisioning_url } = await h.tool(token, 'provision_nextcloud_access')
    const page = await openAs(createBrowser(), provisioning_url, 'bob')
    expect(page.status).toBe(403)
    expect(await h.vault.refreshTokens.list()).toEqual([])
  })

  test('is not granted by following the link alone; a no uses it up', async () => {
    const token = await h.tokenOf('alice')
    const { provisioning_url } = await h.tool(token, 'provision_nextcloud_access')
    h.idp.forget()
    const browser = createBrowser()
    const page = await browser.send('GET', provisioning_url)
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('value="deny"') })
    expect(h.idp.calls).toEqual([])
    // Another browser has no form token for this.
    expect((await submit(createBrowser(), page, { decision: 'allow' })).status).toBe(403)
    expect((await submit(browser, page, { decision: 'deny' })).body).toContain('Not connected')
    expect((await browser.send('GET', provisioning_url)).status).toBe(404)
    expect(await h.vault.refreshTokens.list()).toEqual([])
  })

  test('ends when the user says so, at the provider too', async () => {
    const { token } = await granted()
    h.idp.forget()
    expect(await h.tool(token, 'revoke_nextcloud_access')).toEqual({
      message: 'Background access has ended.',
    })
    expect(h.idp.calls.map(({ path }) => path)).toContain('/token/revocation')
    expect(await h.vault.refreshTokens.get('alice')).toBeUndefined()
    expect(await h.tool(token, 'check_provisioning_status')).toMatchObject({
      is_provisioned: false,
      credential_type: null,
    })
    expect(await h.tool(token, 'revoke_nextcloud_access')).toEqual({ message: 'There was none.' })
  })

  test('is never used by a call of a session', async () => {
    const { token } = await granted()
    const { background } = h.composition
    const credential = await background?.credentialFor('alice')
    if (credential?.kind !== 'bearer') throw new Error('no token for background work')
    h.idp.forget()
    const answer = await h.tool(token, ME)
    if (mode === 'login_flow') expect(answer.error.code).toBe('NOT_PROVISIONED')
    else expect(answer.id).toBe('alice')
    expect(h.nextcloud.bearers.map(({ token: used }) => used)).not.toContain(credential.token)
    expect(h.idp.callsTo('token')).toEqual([])
  })
})

test('without ENABLE_OFFLINE_ACCESS, and in exchange mode, there are no tools for it', async () => {
  const h = await startProvision('login_flow')
  const names = [...h.composition.catalog.tools.keys()]
  expect(names).toContain('nc_auth_provision_access')
  expect(names.filter(name => /provisioning|nextcloud_access/.test(name))).toEqual([])
  await h.close()
})
