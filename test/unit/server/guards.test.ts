import { describe, expect, test } from 'vitest'
import type { ListenConfig } from '../../../src/config/config.ts'
import { createGuards } from '../../../src/server/guards.ts'

const listen: ListenConfig = {
  transport: 'http',
  host: '127.0.0.1',
  port: 8000,
  allowedHosts: [],
  allowedOrigins: [],
  publicUrl: undefined,
}
const passes = (config: Partial<ListenConfig>, headers: Record<string, string>) =>
  createGuards({ ...listen, ...config }).refusal(new Request('http://x/mcp', { headers })) ===
  undefined

describe('Host', () => {
  test('beyond loopback any name passes until names are configured', () => {
    expect(passes({ host: '0.0.0.0' }, { host: 'mcp.lan' })).toBe(true)
    const named = { host: '0.0.0.0', allowedHosts: ['mcp.lan:8000'] }
    expect(passes(named, { host: 'mcp.lan' })).toBe(true)
    expect(passes(named, { host: 'other.lan' })).toBe(false)
  })

  test('the public address is a name of this server', () => {
    const config = { publicUrl: 'https://mcp.example.org/sub' }
    expect(passes(config, { host: 'mcp.example.org' })).toBe(true)
    expect(passes(config, { host: 'localhost:1' })).toBe(true)
    expect(passes(config, { host: 'example.org' })).toBe(false)
  })

  test('* allows any name, and no name at all is refused', () => {
    expect(passes({ allowedHosts: ['*'] }, { host: 'anything' })).toBe(true)
    expect(passes({}, {})).toBe(false)
  })
})

describe('Origin', () => {
  const host = 'localhost'
  test('beyond loopback only configured origins and the own one', () => {
    const config = { host: '0.0.0.0', publicUrl: 'https://mcp.example.org' }
    expect(passes(config, { host: 'mcp.example.org', origin: 'https://mcp.example.org' })).toBe(
      true,
    )
    expect(passes(config, { host: 'mcp.example.org', origin: 'http://localhost' })).toBe(false)
  })

  test('"null" and lookalikes are refused', () => {
    for (const origin of ['null', 'http://localhost.evil.org', 'http://127.0.0.1.evil.org']) {
      expect(passes({}, { host, origin })).toBe(false)
    }
  })
})
