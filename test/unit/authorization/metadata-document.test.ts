/** Documents of clients come from anybody's address: nothing behind this server may be reached. */
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  createDocumentFetch,
  type DocumentFetchOptions,
  isPublicAddress,
} from '../../../src/authorization/metadata-document.ts'

const TLS = join(import.meta.dirname, '../../support/tls')

describe('addresses', () => {
  test.each([
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.0.2.0', '192.0.2.255'],
    ['192.88.99.0', '192.88.99.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['198.51.100.0', '198.51.100.255'],
    ['203.0.113.0', '203.0.113.255'],
    ['224.0.0.0', '239.255.255.255'],
    ['240.0.0.0', '255.255.255.255'],
  ])('of the IPv4 range from %s are not public', (...range) => {
    for (const address of range) {
      expect(isPublicAddress(address)).toBe(false)
      // However they are dressed up: mapped, compatible, translated, tunnelled.
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
      const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
      expect(isPublicAddress(`::ffff:${address}`)).toBe(false)
      expect(isPublicAddress(`::ffff:${hex}`)).toBe(false)
      expect(isPublicAddress(`::ffff:0:${hex}`)).toBe(false)
      expect(isPublicAddress(`::${hex}`)).toBe(false)
      expect(isPublicAddress(`64:ff9b::${hex}`)).toBe(false)
      expect(isPublicAddress(`64:ff9b:1::${hex}`)).toBe(false)
      expect(isPublicAddress(`2002:${hex}::1`)).toBe(false)
      expect(isPublicAddress(`2001:0:${hex}::1`)).toBe(false)
    }
  })

  test.each([
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['loopback written out', '0:0:0:0:0:0:0:1'],
    ['mapped, of a public one', '::ffff:8.8.8.8'],
    ['translated, of a public one', '64:ff9b::808:808'],
    ['discard', '100::1'],
    ['IETF protocols', '2001:1::1'],
    ['benchmarks', '2001:2::1'],
    ['ORCHID', '2001:10::1'],
    ['ORCHIDv2', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['documentation, the newer', '3fff::1'],
    ['segment routing', '5f00::1'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fd12:3456:789a::1'],
    ['the metadata service of a cloud', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local of an interface', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
  ])('%s is not public (%s)', (_, address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
    '2001:200::1',
    '2606:4700:4700::1111',
    '2a00:1450:4001::1',
  ])('%s is public', address => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test.each([
    '',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '[::1]',
    '8.8.8.8.',
    ' 8.8.8.8',
  ])('what is none is not public either: %j', text => {
    expect(isPublicAddress(text)).toBe(false)
  })
})

describe('fetching', () => {
  let server: Server
  let port: number
  let seen: string[] = []
  let listener: RequestListener
  beforeAll(async () => {
    server = createServer(
      {
        key: readFileSync(join(TLS, 'server.key')),
        cert: readFileSync(join(TLS, 'server.pem')),
      },
      (incoming, outgoing) => {
        seen.push(`${incoming.method} ${incoming.url}`)
        listener(incoming, outgoing)
      },
    )
    server.on('connection', () => seen.push('connection'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    seen = []
    listener = (_, outgoing) => outgoing.end('{}')
  })

  function open(options: Partial<DocumentFetchOptions> = {}) {
    const documents = createDocumentFetch({
      vouchedFor: () => false,
      caBundle: join(TLS, 'ca.pem'),
      userAgent: 'test/1',
      ...options,
    })
    onTestFinished(() => documents.close())
    return documents
  }
  const vouched = (options: Partial<DocumentFetchOptions> = {}) =>
    open({ vouchedFor: host => host === 'localhost', ...options })
  /** Why it failed, all the way down. */
  const reason = async (fetching: Promise<Response>): Promise<string> => {
    const error = await fetching.then(
      response => new Error(`answered ${response.status}`),
      (failed: Error) => failed,
    )
    return `${error.message}: ${(error.cause as Error | undefined)?.message ?? ''}`
  }

  test('reaches a host that is vouched for, over TLS', async () => {
    let headers: object = {}
    listener = (incoming, outgoing) => {
      headers = incoming.headers
      outgoing.end('{"client_id":"x"}')
    }
    const response = await vouched().fetch(`https://localhost:${port}/client.json`, {
      headers: { authorization: 'Bearer secret', cookie: 'secret=1' },
    })
    expect([response.status, await response.json()]).toEqual([200, { client_id: 'x' }])
    expect(headers).toMatchObject({ accept: 'application/json', 'user-agent': 'test/1' })
    // Nothing of the request that led here goes along.
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('cookie')
  })

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['0', '0.0.0.0'],
    ['[::1]', '::1'],
    ['[::]', '::'],
    ['[::ffff:127.0.0.1]', 'mapped'],
    ['[64:ff9b::7f00:1]', 'translated'],
    ['169.254.169.254', 'metadata of a cloud'],
    ['10.0.0.1', 'private'],
    // Full-width digits and an ideographic full stop, which addresses are read with too.
    ['１２７。０．０．１', '127.0.0.1'],
  ])('does not connect to the literal %s (%s)', async host => {
    const documents = open({ vouchedFor: name => name === 'localhost' })
    expect(await reason(documents.fetch(`https://${host}:${port}/`))).toMatch(
      /not on the public internet/,
    )
    expect(seen).toEqual([])
  })

  test('does not connect to a name that leads to a private address', async () => {
    expect(await reason(open().fetch(`https://localhost:${port}/`))).toMatch(
      /not on the public internet/,
    )
    expect(await reason(open().fetch(`https://LOCALHOST:${port}/`))).toMatch(
      /not on the public internet/,
    )
    expect(seen).toEqual([])
  })

  test('vouching is for one name, not for what leads to the same address', async () => {
    const documents = open({ vouchedFor: host => host === 'intranet.example' })
    expect(await reason(documents.fetch(`https://localhost:${port}/`))).toMatch(
      /not on the public internet/,
    )
    expect(seen).toEqual([])
  })

  test('does not speak http, even to a host that is vouched for', async () => {
    expect(await reason(vouched().fetch(`http://localhost:${port}/`))).toMatch(
      /not on the public internet/,
    )
    expect(seen).toEqual([])
  })

  test('does not trust a certificate that nobody vouches for', async () => {
    const documents = vouched({ caBundle: undefined })
    expect(await reason(documents.fetch(`https://localhost:${port}/`))).toMatch(/certificate/)
    expect(seen.filter(line => line !== 'connection')).toEqual([])
  })

  test.each([301, 302, 303, 307, 308])('does not follow a redirect (%s)', async status => {
    listener = (incoming, outgoing) => {
      const location = `https://localhost:${port}/secret`
      if (incoming.url === '/secret') outgoing.end('secret')
      else outgoing.writeHead(status, { location }).end()
    }
    const response = await vouched().fetch(`https://localhost:${port}/`, { redirect: 'follow' })
    expect(response.status).toBe(status)
    expect(seen).not.toContain('GET /secret')
  })

  test('gives up on a server that does not answer', async () => {
    listener = () => {}
    expect(
      await reason(vouched({ timeoutMs: 100 }).fetch(`https://localhost:${port}/`)),
    ).not.toMatch(/answered/)
  })

  test('gives up on a server that goes on and on, a byte at a time', async () => {
    listener = (incoming, outgoing) => {
      // Each byte would start another wait anew; the limit is for all of them.
      const drip = setInterval(() => outgoing.write('x'), 20)
      incoming.on('close', () => clearInterval(drip))
      outgoing.on('close', () => clearInterval(drip))
    }
    const response = await vouched({ timeoutMs: 200 }).fetch(`https://localhost:${port}/`)
    await expect(response.text()).rejects.toThrow()
  })
})
