/** What holds of the exchange whatever a provider answers; the rest is in the end-to-end tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exchangeToken } from '../../../src/oidc/exchange.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const SRC = join(import.meta.dirname, '../../../src')
const CLIENT = { id: 'server', secret: 'secret' }
const REQUEST = {
  subjectToken: 'subject',
  subject: 'alice',
  audience: 'nextcloud',
  scope: 'openid',
}

let idp: ScriptedProvider
beforeEach(async () => {
  idp = await startScriptedProvider()
})
afterEach(() => idp.close())

test('only the exchange can obtain a token of a service account', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  const users = files
    .filter(name => name.endsWith('.ts'))
    .filter(name => /client_?credentials/i.test(readFileSync(join(SRC, name), 'utf8')))
    .filter(name =>
      /clientCredentialsGrant|grant_type.*client_credentials|'client_credentials'/.test(
        readFileSync(join(SRC, name), 'utf8'),
      ),
    )
  expect(users).toEqual(['oidc/exchange.ts'])
  const source = readFileSync(join(SRC, 'oidc/exchange.ts'), 'utf8')
  expect(source).not.toMatch(/export (async )?function serviceToken/)
  expect(source.match(/serviceToken\(/g)).toHaveLength(2)
})

test.each([
  ['is no bearer token', { token_type: 'N_A' }],
  ['is another kind of token', { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
  ['is missing', { access_token: undefined }],
  ['is bound to a key', { token_type: 'DPoP' }],
])('what %s is not taken', async (_, change) => {
  idp.routes['POST /token'] = () => ({
    json: { access_token: 'opaque', token_type: 'Bearer', expires_in: 60, ...change },
  })
  const provider = await idp.discovery().provider()
  await expect(exchangeToken(provider, CLIENT, REQUEST)).rejects.toMatchObject({
    code: 'MISCONFIGURED',
  })
})

test('a token that does not say how long it lasts is used for a minute', async () => {
  idp.routes['POST /token'] = () => ({ json: { access_token: 'opaque', token_type: 'bearer' } })
  const provider = await idp.discovery().provider()
  const { token, expiresAt } = await exchangeToken(provider, CLIENT, REQUEST)
  expect(token).toBe('opaque')
  expect(expiresAt - Date.now()).toBeLessThanOrEqual(60_000)
})

test('the secret goes into the body where the provider takes that, else into the header', async () => {
  idp.routes['POST /token'] = () => ({ json: { access_token: 'opaque', token_type: 'bearer' } })
  await exchangeToken(await idp.discovery().provider(), CLIENT, REQUEST)
  expect(idp.requests.at(-1)?.headers.authorization).toBeUndefined()
  idp.document.token_endpoint_auth_methods_supported = ['client_secret_basic']
  await exchangeToken(await idp.discovery().provider(), CLIENT, REQUEST)
  expect(idp.requests.at(-1)?.headers.authorization).toMatch(/^Basic /)
  expect(idp.requests.at(-1)?.body).not.toContain('client_secret')
})
