/** This server's client as it lives: registered when needed, kept, shown, deleted. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { client } from '../../src/commands/client.ts'
import { doctor } from '../../src/commands/doctor.ts'
import type { Environment } from '../../src/config/config.ts'
import { generateKey } from '../../src/vault/fernet.ts'
import { openVault } from '../../src/vault/sqlite/open.ts'
import { demoBackend } from '../support/backend.ts'
import {
  type IdentityProvider,
  SERVER_URL,
  startIdentityProvider,
} from '../support/identity-provider.ts'
import { oauthEnvironment, startOAuth } from '../support/oauth.ts'

let idp: IdentityProvider
let environment: Environment
let path: string
beforeEach(async () => {
  idp = await startIdentityProvider()
  path = join(await mkdtemp(join(tmpdir(), 'client-')), 'tokens.db')
  environment = {
    ...oauthEnvironment('oauth_token_exchange', idp),
    OIDC_CLIENT_ID: undefined,
    OIDC_CLIENT_SECRET: undefined,
    TOKEN_STORAGE_DB: path,
    TOKEN_ENCRYPTION_KEY: generateKey(),
  }
})
afterEach(async () => {
  vi.restoreAllMocks()
  await idp.close()
})

/** What the command prints with these settings. */
const printed = (action: 'show' | 'delete', settings = environment) =>
  output(settings, config => client(action, { config }))

/** What a command prints that reads its settings from a file. */
async function output(
  settings: Environment,
  command: (config: string) => Promise<void>,
): Promise<string> {
  const config = `${path}.env`
  const lines = Object.entries({ NEXTCLOUD_HOST: 'http://cloud.example.org', ...settings })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
  await writeFile(config, lines.join('\n'))
  let text = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    text += String(chunk)
    return true
  })
  try {
    await command(config)
  } finally {
    vi.restoreAllMocks()
  }
  return text
}

test('it is registered for the first exchange, kept encrypted, shown and deleted', async () => {
  expect(await printed('show')).toMatch(/client: none/)
  const vault = await openVault({ path, keys: environment.TOKEN_ENCRYPTION_KEY })
  const h = await startOAuth('oauth_token_exchange', { idp, environment, vault, client: false })
  // It may register, but not exchange: that is for the provider's administrator to allow.
  const token = await idp.mint({ aud: `${SERVER_URL}/mcp` })
  const response = await h.callWith(token, 'nc_users_get_current_user')
  expect(await response.text()).toMatch(/FORBIDDEN/)
  const kept = await vault.clients.get(idp.issuer)
  expect(kept?.redirectUris).toEqual([`${SERVER_URL}/oauth/callback`])
  expect((await readFile(path)).includes(kept?.clientSecret ?? '?')).toBe(false)

  const shown = await printed('show')
  expect(shown).toContain(`client id: ${kept?.clientId}`)
  expect(shown).toContain(`redirect: ${SERVER_URL}/oauth/callback`)
  expect(shown).not.toContain(kept?.clientSecret)
  expect(shown).not.toContain(kept?.registrationToken)

  expect(await printed('delete')).toMatch(/deleted at .* and here/)
  expect(await idp.provider.Client.find(kept?.clientId ?? '')).toBeUndefined()
  expect(await printed('show')).toMatch(/client: none/)
  await h.close()
})

test('a configured one is shown and left alone', async () => {
  const settings = { ...environment, OIDC_CLIENT_ID: 'mine', OIDC_CLIENT_SECRET: 'secret' }
  expect(await printed('show', settings)).toMatch(/client id: mine\nfrom: OIDC_CLIENT_ID/)
  await expect(printed('delete', settings)).rejects.toThrow(/managed at the provider/)
})

test('another key, or a mode without a provider, is told in words', async () => {
  await printed('show')
  const settings = { ...environment, TOKEN_ENCRYPTION_KEY: generateKey() }
  await expect(printed('show', settings)).rejects.toThrow(/TOKEN_ENCRYPTION_KEY/)
  const basic = { NEXTCLOUD_USERNAME: 'alice', NEXTCLOUD_PASSWORD: 'x' }
  await expect(printed('show', basic)).rejects.toThrow(/no client at a provider/)
})

describe('doctor', () => {
  test('examines the provider', async () => {
    const nextcloud = await demoBackend()
    const settings = { ...environment, NEXTCLOUD_HOST: nextcloud.url }
    const report = await output(settings, config => doctor({ config }))
    expect(report).toMatch(new RegExp(`ok +provider: ${idp.issuer} \\(external\\)`))
    expect(report).toMatch(/note +client: none yet/)
    expect(report).toMatch(new RegExp(`ok +audience: tokens must be for ${SERVER_URL}/mcp`))
    expect(process.exitCode).toBeUndefined()
    await idp.close()
    const fault = await output(settings, config => doctor({ config }))
    expect(fault).toMatch(/fault +provider: .*cannot be reached/)
    expect(process.exitCode).toBe(1)
    process.exitCode = undefined
    await nextcloud.close()
  })
})
