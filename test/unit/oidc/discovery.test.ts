import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DiscoveryEvent } from '../../../src/oidc/discovery.ts'
import { documentUrl, expectedIssuers, sameOrigin } from '../../../src/oidc/issuer.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const DOCUMENT = 'GET /.well-known/openid-configuration'

let idp: ScriptedProvider
beforeEach(async () => {
  idp = await startScriptedProvider()
})
afterEach(() => idp.close())

test('many who ask at once make one request', async () => {
  const discovery = idp.discovery()
  expect(discovery.found).toBeUndefined()
  expect(idp.requests).toEqual([])
  const found = await Promise.all(Array.from({ length: 20 }, () => discovery.provider()))
  expect(new Set(found).size).toBe(1)
  expect(idp.requests).toHaveLength(1)
  expect(discovery.found).toBe(found[0])
})

test('after a failure it is tried again in the background, and nobody waits for it', async () => {
  const events: DiscoveryEvent[] = []
  const came = new Promise<void>(resolve => {
    idp.routes[DOCUMENT] = () => ({ status: 503, headers: { 'retry-after': '0' } })
    const discovery = idp.discovery({
      firstPauseMs: 5,
      report(event) {
        events.push(event)
        if ('provider' in event) resolve()
        if (events.length === 2) idp.routes[DOCUMENT] = () => ({ json: idp.document })
      },
    })
    discovery.provider().catch(error => {
      expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterMs: 1_000 } })
      expect(discovery.failure).toBeDefined()
    })
  })
  await came
  expect(events.map(event => ('provider' in event ? 'found' : event.retryInMs))).toEqual([
    5,
    10,
    'found',
  ])
})

test("the provider's own Retry-After is respected", async () => {
  idp.routes[DOCUMENT] = () => ({ status: 429, headers: { 'retry-after': '120' } })
  const discovery = idp.discovery({ firstPauseMs: 5 })
  for (const _ of [1, 2]) {
    const error = await discovery.provider().catch(caught => caught)
    expect(error.details.retryAfterMs).toBeGreaterThan(119_000)
  }
  expect(idp.requests).toHaveLength(1)
})

describe('a document that cannot be used', () => {
  test.each([
    ['of another issuer', { issuer: 'https://evil.example.org' }, /another issuer/],
    ['without S256', { code_challenge_methods_supported: ['plain'] }, /PKCE/],
    ['that says nothing of PKCE', { code_challenge_methods_supported: undefined }, /PKCE/],
    ['without keys', { jwks_uri: undefined }, /jwks_uri/],
    ['without issuer', { issuer: undefined }, /makes no sense/],
  ])('%s', async (_, change, message) => {
    Object.assign(idp.document, change)
    const discovery = idp.discovery()
    await expect(discovery.provider()).rejects.toThrow(message)
    expect(discovery.failure?.code).toBe('MISCONFIGURED')
  })

  test.each([
    ['no JSON', { body: '<html>' }],
    ['too large', { json: { filler: 'x'.repeat(2_000_000) } }],
    [
      'a redirect in a circle',
      { status: 302, headers: { location: '/.well-known/openid-configuration' } },
    ],
    ['a redirect to a file', { status: 302, headers: { location: 'file:///etc/passwd' } }],
  ])('%s', async (_, answer) => {
    idp.routes[DOCUMENT] = () => answer
    await expect(idp.discovery().provider()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

test('a redirect to the document is followed, as Nextcloud makes one', async () => {
  idp.routes['GET /index.php/.well-known/openid-configuration'] = () => ({ json: idp.document })
  idp.routes[DOCUMENT] = () => ({
    status: 301,
    headers: { location: `${idp.url}/index.php/.well-known/openid-configuration` },
  })
  expect((await idp.discovery().provider()).issuer).toBe(idp.url)
})

test('below index.php the issuer is the one of the instance', async () => {
  const path = '/index.php/.well-known/openid-configuration'
  idp.routes[`GET ${path}`] = () => ({ json: idp.document })
  const discovery = idp.discovery({ url: idp.url + path, nextcloudUrl: idp.url })
  expect(await discovery.provider()).toMatchObject({ issuer: idp.url, integrated: true })
})

describe('a provider that clients know under another name', () => {
  test('is told to them by that name; tokens may name either; requests go where it is', async () => {
    const publicIssuer = 'https://id.example.org'
    idp.document = JSON.parse(JSON.stringify(idp.document).replaceAll(idp.url, publicIssuer))
    idp.routes['GET /jwks'] = () => ({ json: { keys: [] } })
    const discovery = idp.discovery(
      { publicIssuer },
      { reroute: { from: publicIssuer, to: idp.url } },
    )
    const provider = await discovery.provider()
    expect(provider).toMatchObject({ issuer: publicIssuer, issuers: [publicIssuer] })
    await expect(
      Promise.resolve(provider.keys({ alg: 'RS256', kid: 'x' }, {} as never)),
    ).rejects.toThrow(/no applicable key/)
    expect(idp.requests.at(-1)?.path).toBe('/jwks')
  })

  test('where the document says the inner name', async () => {
    const provider = await idp.discovery({ publicIssuer: 'https://id.example.org/' }).provider()
    expect(provider.issuer).toBe('https://id.example.org/')
    expect(provider.issuers).toEqual(expect.arrayContaining([idp.url, 'https://id.example.org/']))
  })
})

describe('over https', () => {
  const folder = join(import.meta.dirname, '../../support/tls')
  let server: Server
  let url: string
  beforeEach(async () => {
    server = createServer(
      {
        key: readFileSync(join(folder, 'server.key')),
        cert: readFileSync(join(folder, 'server.pem')),
      },
      (_, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(idp.document))
      },
    )
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    idp.document = JSON.parse(JSON.stringify(idp.document).replaceAll(idp.url, url))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('a certificate is trusted through the configured authority, and not without', async () => {
    await expect(idp.discovery({ url }).provider()).rejects.toThrow(/NEXTCLOUD_CA_BUNDLE/)
    const trusting = idp.discovery({ url }, { caBundle: join(folder, 'ca.pem') })
    expect(await trusting.provider()).toMatchObject({ issuer: url, insecure: false })
  })

  test.each(['token_endpoint', 'jwks_uri', 'introspection_endpoint', 'registration_endpoint'])(
    'a %s with http is not used',
    async name => {
      idp.document[name] = String(idp.document[name]).replace('https:', 'http:')
      const discovery = idp.discovery({ url }, { verifySsl: false })
      await expect(discovery.provider()).rejects.toThrow(new RegExp(`${name} with http`))
    },
  )
})

test('addresses', () => {
  const wellKnown = 'https://id.example.org/realms/a/.well-known/openid-configuration'
  expect(documentUrl('https://id.example.org/realms/a/').href).toBe(wellKnown)
  expect(documentUrl(wellKnown).href).toBe(wellKnown)
  expect(expectedIssuers(new URL(wellKnown))).toContain('https://id.example.org/realms/a')
  const rfc8414 = 'https://id.example.org/.well-known/oauth-authorization-server/realms/a'
  expect(expectedIssuers(documentUrl(rfc8414))).toContain('https://id.example.org/realms/a')
  expect(sameOrigin('https://x:443/a', 'https://X/b')).toBe(true)
  expect(sameOrigin('http://x', 'https://x')).toBe(false)
  expect(sameOrigin('http://x', 'nonsense')).toBe(false)
})
