/** What clients say of themselves, most of all those that mean harm by it. */
import { errors } from 'oidc-provider'
import { describe, expect, test } from 'vitest'
import { type ClientMetadata, normaliseClient } from '../../../src/authorization/client-metadata.ts'
import { describeClient, isDocumentId, redirectTarget } from '../../../src/authorization/clients.ts'

const DOCUMENT = 'https://claude.ai/oauth/client.json'

/** The metadata as the server makes it. */
function normalised(metadata: ClientMetadata): ClientMetadata {
  const copy = structuredClone(metadata)
  normaliseClient(copy)
  return copy
}

describe('redirect addresses that nobody may be sent to', () => {
  test.each([
    ['a script', 'javascript:alert(document.cookie)'],
    ['a script in capitals', 'JavaScript:alert(1)'],
    ['a script after a space', ' javascript:alert(1)'],
    ['a script with a tab in it', 'java\tscript:alert(1)'],
    ['a script with a line end in it', 'java\nscript:alert(1)'],
    ['a script with an authority', 'javascript://claude.ai/%0aalert(1)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['a script of old', 'vbscript:msgbox'],
    ['a file', 'file:///etc/passwd'],
    ['a blob', 'blob:https://claude.ai/0'],
    ['a page of the browser', 'about:blank'],
    ['the source of a page', 'view-source:https://claude.ai/'],
    ['a file system', 'filesystem:https://claude.ai/temporary/x'],
    ['a web socket', 'wss://claude.ai/callback'],
    ['mail', 'mailto:someone@example.org'],
    ['a phone', 'tel:+4930123456'],
    ['a page of a browser extension', 'chrome-extension://abcdef/callback.html'],
    ['an intent of Android', 'intent://callback#Intent;scheme=cursor;end'],
    ['a troubleshooter of Windows', 'ms-msdt:/id PCWDiagnostic /skip force'],
    ['a search of Windows', 'search-ms:query=x&crumb=location:%5C%5Cevil.org'],
    ['http elsewhere', 'http://claude.ai/callback'],
    ['http on a private network', 'http://192.168.0.1/callback'],
    ['http on the unspecified address', 'http://0.0.0.0:8080/callback'],
    ['http on another loopback address', 'http://127.0.0.2/callback'],
    ['http where loopback is only a part', 'http://localhost.evil.org/callback'],
    ['http where loopback is only a user', 'http://localhost@evil.org/callback'],
    ['http where loopback is only a path', 'http://evil.org/localhost'],
    ['a fragment', 'https://claude.ai/callback#here'],
    ['a user', 'https://claude.ai@evil.org/callback'],
    ['a user and a password', 'https://claude.ai:443@evil.org/callback'],
    ['nothing but a path', '/callback'],
    ['no scheme', '//claude.ai/callback'],
    ['no address', 'claude.ai'],
    ['nothing', ''],
    ['a number', 7],
    ['nothing at all', null],
    ['a list', ['https://claude.ai/callback']],
  ])('%s', (_, uri) => {
    expect(redirectTarget(uri)).toBeUndefined()
    expect(() => normalised({ redirect_uris: [uri] })).toThrow(errors.InvalidRedirectUri)
    // One that is good does not vouch for another one.
    expect(() => normalised({ redirect_uris: ['https://claude.ai/callback', uri] })).toThrow(
      errors.InvalidRedirectUri,
    )
  })

  test.each([
    ['none', []],
    ['nothing', undefined],
    ['one that is no list', 'https://claude.ai/callback'],
    ['an object that looks like a list', { 0: 'https://claude.ai/callback', length: 1 }],
    ['21', Array.from({ length: 21 }, (_, at) => `https://claude.ai/${at}`)],
  ])('%s', (_, redirect_uris) => {
    expect(() => normalised({ redirect_uris })).toThrow(errors.InvalidClientMetadata)
  })
})

describe('redirect addresses as people are shown them', () => {
  test.each([
    ['https://claude.ai/callback', { host: 'claude.ai', scheme: undefined, isLoopback: false }],
    ['https://claude.ai:8443/cb', { host: 'claude.ai:8443', scheme: undefined, isLoopback: false }],
    ['http://localhost/cb', { host: 'localhost', scheme: undefined, isLoopback: true }],
    ['http://127.0.0.1:1234/cb', { host: '127.0.0.1:1234', scheme: undefined, isLoopback: true }],
    ['http://[::1]:1234/cb', { host: '[::1]:1234', scheme: undefined, isLoopback: true }],
    // Browsers read all of these as 127.0.0.1.
    ['http://2130706433/cb', { host: '127.0.0.1', scheme: undefined, isLoopback: true }],
    ['http://0177.1/cb', { host: '127.0.0.1', scheme: undefined, isLoopback: true }],
    // Letters that only look like those of another host come out as what they are.
    ['https://clаude.ai/cb', { host: 'xn--clude-5ve.ai', scheme: undefined, isLoopback: false }],
    ['cursor://anysphere/callback', { host: '', scheme: 'cursor', isLoopback: false }],
    ['com.example.app:/callback', { host: '', scheme: 'com.example.app', isLoopback: false }],
    // What stands where a host would says nothing: any program may have the scheme.
    ['evil://claude.ai/callback', { host: '', scheme: 'evil', isLoopback: false }],
  ])('%s', (uri, target) => {
    expect(redirectTarget(uri)).toMatchObject(target)
  })
})

describe('the one shape of clients', () => {
  test.each([
    ['web', ['https://claude.ai/a', 'https://claude.ai/b']],
    ['native', ['http://localhost/callback']],
    ['native', ['http://127.0.0.1/callback', 'http://[::1]/callback']],
    ['native', ['cursor://anysphere/callback']],
    ['native', ['https://claude.ai/a', 'http://localhost/callback']],
    ['native', ['https://claude.ai/a', 'cursor://anysphere/callback']],
  ])('%s for %j', (application_type, redirect_uris) => {
    for (const claimed of ['web', 'native', 'nonsense', undefined]) {
      const metadata = claimed === undefined ? {} : { application_type: claimed }
      expect(normalised({ redirect_uris, ...metadata }).application_type).toBe(application_type)
    }
  })

  test('has the code flow alone, answered in the address, and no scopes for good', () => {
    const client = normalised({
      redirect_uris: ['https://claude.ai/a'],
      grant_types: ['implicit', 'password', 'client_credentials'],
      response_types: ['token', 'id_token'],
      scope: 'notes:read',
    })
    expect(client).toMatchObject({
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      response_modes: ['query'],
    })
    expect(client).not.toHaveProperty('scope')
  })

  test.each([
    [undefined, 'none'],
    ['client_secret_basic', 'none'],
    ['client_secret_post', 'none'],
    ['private_key_jwt', 'private_key_jwt'],
    ['none', 'none'],
    // Only the whole name counts.
    ['none or anything', 'none'],
  ])('a document with the method %s authenticates with %s', (method, becomes) => {
    const metadata = method === undefined ? {} : { token_endpoint_auth_method: method }
    const redirect_uris = ['https://claude.ai/a']
    expect(normalised({ client_id: DOCUMENT, redirect_uris, ...metadata })).toMatchObject({
      token_endpoint_auth_method: becomes,
    })
  })

  test('a client that registered itself may have a secret', () => {
    const client = normalised({
      client_id: 'abc',
      redirect_uris: ['https://claude.ai/a'],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    expect(client.token_endpoint_auth_method).toBe('client_secret_basic')
  })
})

describe('names', () => {
  test.each([
    ['a', 'Claude', 'Claude'],
    ['a', '  Claude \n\t Code ', 'Claude Code'],
    ['a', 'Claude\u202eedualC', 'Claude edualC'],
    ['a', 'Cla\u200bude\u0000', 'Cla ude'],
    ['a', '\u202e\u200b \n', 'MCP client'],
    ['a', '', 'MCP client'],
    ['a', undefined, 'MCP client'],
    [DOCUMENT, '', 'claude.ai'],
  ])('of %s as %j', (id, name, shown) => {
    expect(describeClient(id, name).name).toBe(shown)
  })

  test('are short, and not cut within a letter', () => {
    expect(describeClient('a', 'x'.repeat(1_000_000)).name).toBe('x'.repeat(100))
    expect(describeClient('a', '😀'.repeat(200)).name).toBe('😀'.repeat(100))
  })

  test.each([
    [DOCUMENT, 'claude.ai'],
    ['https://claude.ai.evil.org/x', 'claude.ai.evil.org'],
    ['https://claude.ai:8443/x', 'claude.ai:8443'],
    // The library takes these as addresses of documents too.
    ['HTTPS://evil.org/x', 'evil.org'],
    ['claude.ai', undefined],
    ['http://claude.ai/x', undefined],
    ['a', undefined],
  ])('the identity of %s', (id, host) => {
    expect(describeClient(id, 'Claude')).toEqual({ id, name: 'Claude', host })
    expect(isDocumentId(id)).toBe(host !== undefined)
  })
})
