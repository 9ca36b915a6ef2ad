/** ALLOWED_MCP_CLIENTS: who may come, and who only looks like it. */
import { describe, expect, test } from 'vitest'
import { clientPolicy } from '../../../src/authorization/clients.ts'

/** Whether a client that registered itself may come. */
function allowsRedirects(allowed: readonly string[] | undefined, ...redirectUris: string[]) {
  return clientPolicy(allowed).allows({ clientId: 'V1StGXR8_Z5jdHi6B-myT', redirectUris })
}

/** Whether a client with a document may come; the two questions must have one answer. */
function allowsDocument(allowed: readonly string[] | undefined, clientId: string): boolean {
  const policy = clientPolicy(allowed)
  const answer = policy.allowsDocument(clientId)
  const redirectUris = [`${new URL(clientId).origin}/callback`]
  expect(policy.allows({ clientId, redirectUris })).toBe(answer)
  return answer
}

test('without one, anybody may come and nobody is vouched for', () => {
  expect(allowsRedirects(undefined, 'https://anything.example/cb')).toBe(true)
  expect(allowsDocument(undefined, 'https://anything.example/client.json')).toBe(true)
  expect(clientPolicy(undefined).names('localhost')).toBe(false)
  expect(clientPolicy(undefined).names('anything.example')).toBe(false)
})

test('an empty one lets nobody come', () => {
  expect(allowsRedirects([], 'https://anything.example/cb')).toBe(false)
  expect(allowsDocument([], 'https://anything.example/client.json')).toBe(false)
})

describe('a host', () => {
  test.each([
    'https://claude.ai/api/callback',
    'https://CLAUDE.AI/api/callback',
    'https://claude.ai:8443/callback',
  ])('lets %s come', uri => {
    expect(allowsRedirects(['claude.ai'], uri)).toBe(true)
    expect(allowsRedirects(['Claude.AI'], uri)).toBe(true)
  })

  test.each([
    'https://evil-claude.ai/callback',
    'https://claude.ai.evil.org/callback',
    'https://sub.claude.ai/callback',
    'https://claude.ai@evil.org/callback',
    'https://claude.ai:x@evil.org/callback',
    'https://evil.org/claude.ai',
    'https://evil.org/?claude.ai',
    'https://evil.org/#claude.ai',
    'https://evil.org\\@claude.ai/',
    'https://claude.ai%2eevil.org/',
    'https://claude.ai./callback',
    'https://xn--clude-5ve.ai/callback',
    'https://clаude.ai/callback',
    'http://claude.ai/callback',
    'claude.ai://callback',
    'evil://claude.ai/callback',
  ])('does not let %s come', uri => {
    expect(allowsRedirects(['claude.ai'], uri)).toBe(false)
  })

  test('is of all redirect addresses, not of one', () => {
    const good = 'https://claude.ai/callback'
    expect(allowsRedirects(['claude.ai'], good, 'https://evil.org/callback')).toBe(false)
    expect(allowsRedirects(['claude.ai'], good, 'http://localhost/callback')).toBe(false)
    expect(allowsRedirects(['claude.ai', 'localhost'], good, 'http://localhost/cb')).toBe(true)
  })

  test('with a port is for that port', () => {
    expect(allowsRedirects(['claude.ai:8443'], 'https://claude.ai:8443/callback')).toBe(true)
    expect(allowsRedirects(['claude.ai:8443'], 'https://claude.ai/callback')).toBe(false)
    expect(allowsRedirects(['claude.ai:8443'], 'https://claude.ai:9443/callback')).toBe(false)
  })
})

describe('a host with all below it', () => {
  test.each(['https://a.example.org/cb', 'https://a.b.example.org:8443/cb'])(
    'lets %s come',
    uri => {
      expect(allowsRedirects(['*.example.org'], uri)).toBe(true)
      expect(allowsDocument(['*.example.org'], uri)).toBe(true)
    },
  )

  test.each([
    'https://example.org/cb',
    'https://evilexample.org/cb',
    'https://example.org.evil.org/cb',
    'https://a.example.org.evil.org/cb',
    'https://evil.org/a.example.org',
    'https://evil.org/?x=a.example.org',
    'https://evil.org:8443/.example.org',
  ])('does not let %s come', uri => {
    expect(allowsRedirects(['*.example.org'], uri)).toBe(false)
    expect(allowsDocument(['*.example.org'], uri)).toBe(false)
  })

  test('is about hosts, not about how any text ends', () => {
    const policy = clientPolicy(['*.example.org'])
    expect(policy.allows({ clientId: 'x.example.org', redirectUris: ['https://evil.org'] })).toBe(
      false,
    )
    expect(policy.allows({ clientId: 'x', redirectUris: ['x.example.org://cb'] })).toBe(false)
  })
})

describe('localhost', () => {
  test.each([
    'http://localhost/callback',
    'http://localhost:1234/callback',
    'http://127.0.0.1:1234/callback',
    'http://[::1]/callback',
  ])('lets %s come', uri => {
    expect(allowsRedirects(['localhost'], uri)).toBe(true)
  })

  test.each([
    'https://localhost.evil.org/callback',
    'http://localhost@evil.org/callback',
    'https://evil.org/localhost',
    'localhost://callback',
    'localhost:/callback',
  ])('does not let %s come', uri => {
    expect(allowsRedirects(['localhost'], uri)).toBe(false)
  })

  test('lets programs come, and does not open what listens on this machine', () => {
    // Anybody could have this server ask for any address of its own machine.
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect(clientPolicy(['localhost', host]).names(host)).toBe(false)
    }
    const allowed = ['localhost', '127.0.0.1', '[::1]', 'https://localhost:8443/client.json']
    expect(allowsDocument(allowed, 'https://localhost:8443/client.json')).toBe(true)
    expect(allowsDocument(allowed, 'https://localhost:8443/other')).toBe(false)
    expect(allowsDocument(allowed, 'https://localhost:6443/client.json')).toBe(false)
    expect(allowsDocument(allowed, 'https://127.0.0.1:8443/client.json')).toBe(false)
    expect(allowsDocument(allowed, 'https://[::1]:8443/client.json')).toBe(false)
  })
})

describe('a scheme', () => {
  test('lets its programs come, and nothing else', () => {
    expect(allowsRedirects(['cursor:'], 'cursor://anysphere/callback')).toBe(true)
    expect(allowsRedirects(['Cursor:'], 'CURSOR://anysphere/callback')).toBe(true)
    expect(allowsRedirects(['cursor:'], 'cursor-evil://anysphere/callback')).toBe(false)
    expect(allowsRedirects(['cursor:'], 'xcursor://anysphere/callback')).toBe(false)
    expect(allowsRedirects(['cursor:'], 'https://cursor/callback')).toBe(false)
    expect(allowsRedirects(['cursor'], 'cursor://anysphere/callback')).toBe(false)
    expect(allowsRedirects(['https:'], 'https://evil.org/callback')).toBe(false)
    expect(allowsRedirects(['javascript:'], 'javascript:alert(1)')).toBe(false)
  })
})

describe('a client id', () => {
  test('lets that client come, wherever it is sent back to', () => {
    const redirectUris = ['https://anything.example/cb']
    const policy = clientPolicy(['V1StGXR8_Z5jdHi6B-myT'])
    expect(policy.allows({ clientId: 'V1StGXR8_Z5jdHi6B-myT', redirectUris })).toBe(true)
    expect(policy.allows({ clientId: 'V1StGXR8_Z5jdHi6B-my', redirectUris })).toBe(false)
  })

  test('of a document is that document alone', () => {
    const allowed = ['https://claude.ai/oauth/client.json']
    expect(allowsDocument(allowed, 'https://claude.ai/oauth/client.json')).toBe(true)
    expect(allowsDocument(allowed, 'https://claude.ai/oauth/client.json?x')).toBe(false)
    expect(allowsDocument(allowed, 'https://claude.ai/oauth/other.json')).toBe(false)
    expect(allowsDocument(allowed, 'https://claude.ai:8443/oauth/client.json')).toBe(false)
    expect(allowsDocument(allowed, 'https://claude.ai/oauth/client.json/../evil')).toBe(false)
  })
})

describe('the host of a document', () => {
  test.each(['https://claude.ai/client.json', 'https://claude.ai:8443/x', 'HTTPS://CLAUDE.AI/x'])(
    'lets %s come',
    id => {
      expect(allowsDocument(['claude.ai'], id)).toBe(true)
    },
  )

  test.each([
    'https://evil-claude.ai/client.json',
    'https://claude.ai.evil.org/client.json',
    'https://claude.ai@evil.org/client.json',
    'https://evil.org/claude.ai',
    'https://evil.org/https://claude.ai/',
    'https://sub.claude.ai/client.json',
  ])('does not let %s come', id => {
    expect(allowsDocument(['claude.ai'], id)).toBe(false)
  })

  test('counts, not where the document says that people are sent back to', () => {
    const policy = clientPolicy(['claude.ai'])
    for (const clientId of ['https://evil.org/client.json', 'HTTPS://evil.org/client.json']) {
      expect(policy.allows({ clientId, redirectUris: ['https://claude.ai/callback'] })).toBe(false)
    }
  })

  test('is vouched for by its name alone', () => {
    const policy = clientPolicy(['intranet.example', '*.corp.example', 'cursor:'])
    expect(policy.names('intranet.example')).toBe(true)
    expect(policy.names('sub.intranet.example')).toBe(false)
    // Whoever may add names below a host must not add addresses of this network with them.
    expect(policy.names('a.corp.example')).toBe(false)
    expect(policy.names('cursor')).toBe(false)
  })

  test('is vouched for by the address of one document too', () => {
    const policy = clientPolicy(['https://localhost:8443/client.json'])
    expect(policy.names('localhost')).toBe(true)
    expect(policy.names('evil.org')).toBe(false)
  })
})
