/** Clients that are described by a document at their own address, and who may come at all. */
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ask,
  type ConnectHarness,
  clientOf,
  connectClient,
  REDIRECT,
  registerClient,
  startConnect,
} from '../support/connect.ts'
import { memoryVault } from '../support/oauth.ts'

const TLS = join(import.meta.dirname, '../support/tls')
const CA = { NEXTCLOUD_CA_BUNDLE: join(TLS, 'ca.pem') }

/** A document as it should be. */
const document = (client_id: string, over: object = {}) =>
  JSON.stringify({
    client_id,
    client_name: 'Document client',
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: 'none',
    ...over,
  })

/** What the server answers at each path; everything but the first is wrong in one way. */
const DOCUMENTS: Record<string, RequestListener> = {
  '/client.json': (_, outgoing) => outgoing.end(document(`${site}/client.json`)),
  '/differs': (_, outgoing) => outgoing.end(document(`${site}/client.json`)),
  '/differs-in-case': (_, outgoing) => outgoing.end(document(`${site}/Differs-in-case`)),
  '/nameless': (_, outgoing) => outgoing.end(JSON.stringify({ redirect_uris: [REDIRECT] })),
  '/large': (_, outgoing) =>
    outgoing.end(document(`${site}/large`, { client_name: 'x'.repeat(65_536) })),
  '/large-when-unpacked': (_, outgoing) =>
    outgoing
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync(document(`${site}/large-when-unpacked`) + ' '.repeat(5_000_000))),
  '/endless': (_, outgoing) => {
    const more = () => {
      while (!outgoing.destroyed && outgoing.write(' '.repeat(16_384))) {}
    }
    outgoing.on('drain', more)
    more()
  },
  '/slow': () => {},
  '/text': (_, outgoing) => outgoing.end('<html>Sign in</html>'),
  '/empty': (_, outgoing) => outgoing.end(),
  '/list': (_, outgoing) => outgoing.end('[]'),
  '/null': (_, outgoing) => outgoing.end('null'),
  '/secret': (_, outgoing) =>
    outgoing.end(document(`${site}/secret`, { client_secret: 'x'.repeat(43) })),
  '/method': (_, outgoing) =>
    outgoing.end(document(`${site}/method`, { token_endpoint_auth_method: 'client_secret_post' })),
  '/script': (_, outgoing) =>
    outgoing.end(document(`${site}/script`, { redirect_uris: ['javascript:alert(1)'] })),
  '/nowhere': (_, outgoing) => outgoing.end(document(`${site}/nowhere`, { redirect_uris: [] })),
  '/missing': (_, outgoing) => outgoing.writeHead(404).end(document(`${site}/missing`)),
  '/failing': (_, outgoing) => outgoing.writeHead(500).end(document(`${site}/failing`)),
  '/redirect': (_, outgoing) =>
    outgoing.writeHead(302, { location: '/behind' }).end(document(`${site}/redirect`)),
  '/redirect-private': (_, outgoing) =>
    outgoing.writeHead(307, { location: `https://127.0.0.1:${port()}/behind` }).end(),
  '/redirect-http': (_, outgoing) =>
    outgoing.writeHead(301, { location: 'http://localhost/behind' }).end(),
  '/behind': (_, outgoing) => outgoing.end(document(`${site}/redirect`)),
}

let server: Server
let site: string
let seen: string[] = []
const port = () => (server.address() as AddressInfo).port

/** Lets documents of the test's own site come, and a few others. */
let h: ConnectHarness
/** Lets anybody come, and vouches for nobody. */
let open: ConnectHarness
beforeAll(async () => {
  server = createServer(
    {
      key: readFileSync(join(TLS, 'server.key')),
      cert: readFileSync(join(TLS, 'server.pem')),
    },
    (incoming, outgoing) => {
      seen.push(incoming.url ?? '')
      const answer = DOCUMENTS[incoming.url ?? '']
      if (answer === undefined) outgoing.writeHead(404).end()
      else answer(incoming, outgoing)
    },
  )
  server.on('connection', () => seen.push('connection'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  site = `https://localhost:${port()}`
  const documents = Object.keys(DOCUMENTS).map(path => site + path)
  const allowed = [...documents, 'client.example', '*.below.example', 'cursor:', 'localhost']
  ;[h, open] = await Promise.all([
    startConnect({ environment: { ...CA, ALLOWED_MCP_CLIENTS: allowed.join(',') } }),
    startConnect({ environment: CA }),
  ])
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await Promise.all([h.close(), open.close()])
})
beforeEach(() => {
  seen = []
})

/** What a browser gets that a client with this id sends. */
async function sendWith(
  { url }: ConnectHarness,
  id: string,
  parameters: Record<string, string> = {},
): Promise<{ status: number; to: string | null; body: string }> {
  const response = await fetch(clientOf(url, id).begin(parameters).url, {
    redirect: 'manual',
    headers: { accept: 'text/html' },
  })
  const to = response.headers.get('location')
  return { status: response.status, to, body: await response.text() }
}

const REFUSED = { status: 400, to: null }

describe('a document', () => {
  test('describes a client, which is named by the host of the document', async () => {
    const client = clientOf(h.url, `${site}/client.json`)
    const { page } = await ask(h, { client })
    expect(page.body).toContain(`localhost:${port()}`)
    expect(page.body).toContain('Document client')
    const { tokens } = await connectClient(h, h.alice, { client })
    expect(tokens.status).toBe(200)
    // Kept for a while: not every person costs a request.
    expect(seen.filter(path => path === '/client.json').length).toBeLessThanOrEqual(1)
    const elsewhere = { redirect_uri: 'https://client.example/callback' }
    expect(await sendWith(h, client.id, elsewhere)).toMatchObject(REFUSED)
  })

  const wrong = Object.keys(DOCUMENTS).filter(path => !/client\.json|behind|slow/.test(path))
  test.each(wrong)('at %s is refused', async path => {
    expect(await sendWith(h, site + path)).toMatchObject(REFUSED)
    expect(seen).toContain(path)
    expect(seen).not.toContain('/behind')
    // Nor is it any client at the other endpoints.
    const answer = await clientOf(h.url, site + path).exchange('x', 'y'.repeat(43))
    expect(answer.error).toMatch(/^invalid_(client|redirect_uri)/)
    expect(answer).not.toHaveProperty('access_token')
  })

  test('that does not come is not waited for', async () => {
    const begun = performance.now()
    expect(await sendWith(h, `${site}/slow`)).toMatchObject(REFUSED)
    // The library asks a second time for its error.
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  test('of a client that was refused is told to nobody', async () => {
    const { body } = await sendWith(h, `${site}/text`)
    expect(body).not.toMatch(/Sign in<|localhost:\d/)
  })
})

describe('on a private address', () => {
  test.each([
    ['a name', () => site],
    ['a name in capitals', () => `https://LOCALHOST:${port()}`],
    ['an address', () => `https://127.0.0.1:${port()}`],
    ['a short address', () => `https://127.1:${port()}`],
    ['a decimal address', () => `https://2130706433:${port()}`],
    ['an octal address', () => `https://0177.0.0.1:${port()}`],
    ['a hexadecimal address', () => `https://0x7f000001:${port()}`],
    ['the unspecified address', () => `https://0.0.0.0:${port()}`],
    ['IPv6', () => `https://[::1]:${port()}`],
    ['a mapped address', () => `https://[::ffff:127.0.0.1]:${port()}`],
    ['a user before it', () => `https://client.example@localhost:${port()}`],
    ['http', () => `http://localhost:${port()}`],
    ['the metadata service of a cloud', () => 'https://169.254.169.254'],
    ['capitals in the scheme', () => `HTTPS://localhost:${port()}`],
  ])('%s: no document is fetched', async (_, origin) => {
    expect(await sendWith(open, `${origin()}/client.json`)).toMatchObject(REFUSED)
    expect(seen).toEqual([])
  })

  test('keys of a client are not fetched either', async () => {
    const client = await registerClient(open.url, {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `${site}/client.json`,
    })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = {
      iss: client.id,
      sub: client.id,
      aud: open.url,
      jti: 'x',
      exp: Math.floor(Date.now() / 1_000) + 60,
    }
    const answer = await client.exchange('x', 'y'.repeat(43), {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${part({ alg: 'RS256', kid: 'x' })}.${part(claims)}.${'x'.repeat(342)}`,
    })
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client' })
    expect(seen).toEqual([])
  })

  test('nothing else that a registration names is fetched', async () => {
    const uri = `${site}/client.json`
    await registerClient(open.url, {
      sector_identifier_uri: uri,
      logo_uri: uri,
      policy_uri: uri,
      tos_uri: uri,
      client_uri: uri,
      initiate_login_uri: uri,
      backchannel_logout_uri: uri,
      request_uris: [uri],
    }).catch(() => {})
    expect(seen).toEqual([])
  })
})

describe('ALLOWED_MCP_CLIENTS', () => {
  test.each([
    [['https://evil.org/callback']],
    [['https://evil-client.example/callback']],
    [['https://client.example.evil.org/callback']],
    [['https://below.example/callback']],
    [['https://evil.org/a.below.example']],
    [['https://client.example/callback', 'https://evil.org/callback']],
    [['vscode://callback']],
  ])('refuses the registration of %j, and says why', async redirect_uris => {
    const error = await registerClient(h.url, { redirect_uris }).catch((refused: Error) => refused)
    expect(JSON.parse((error as Error).message)).toEqual({
      error: 'invalid_client_metadata',
      error_description: expect.stringContaining('ALLOWED_MCP_CLIENTS'),
    })
  })

  test.each([
    [['https://client.example/callback']],
    [['https://a.below.example/callback']],
    [['cursor://callback', 'http://localhost/callback']],
    [['http://127.0.0.1:1234/callback']],
  ])('lets %j come', async redirect_uris => {
    const client = await registerClient(h.url, { redirect_uris })
    expect((await ask(h, { client })).page.status).toBe(200)
  })

  test.each([
    'https://evil.org/client.json',
    'https://evil.org/a.below.example',
    'https://client.example.evil.org/client.json',
    'https://client.example@evil.org/client.json',
  ])('refuses the document %s without looking at it', async id => {
    const { body, ...answer } = await sendWith(h, id)
    expect(answer).toEqual(REFUSED)
    expect(body).not.toContain('evil.org')
  })

  test('lets programs on loopback come, and none of what listens there', async () => {
    for (const path of ['/client.json?x', '/other', '/CLIENT.json/..']) {
      expect(await sendWith(h, site + path)).toMatchObject(REFUSED)
    }
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      expect(await sendWith(h, `https://${host}:${port()}/not-listed`)).toMatchObject(REFUSED)
    }
    expect(seen).toEqual([])
  })

  test('counts for clients too that came before it was set', async () => {
    const vault = await memoryVault()
    const before = await startConnect({ vault })
    const client = await registerClient(before.url, {
      redirect_uris: ['https://evil.org/callback'],
    })
    const { tokens } = await connectClient(before, before.alice, { client })
    await before.close()
    const after = await startConnect({
      vault,
      environment: { ALLOWED_MCP_CLIENTS: 'client.example' },
    })
    expect(await sendWith(after, client.id)).toMatchObject(REFUSED)
    const again = await clientOf(after.url, client.id).refresh(tokens.refresh_token)
    expect(again.error).toMatch(/^invalid_client/)
    expect(again).not.toHaveProperty('access_token')
    await after.close()
    await vault.close()
  })
})
