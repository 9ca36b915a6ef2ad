import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everyApp } from '../../src/apps/index.ts'
import { dateInMinutes, expiryDate, firstDayFrom } from '../../src/apps/sharing/expiry.ts'
import { KINDS, kindName, kindOf } from '../../src/apps/sharing/kinds.ts'
import { fitted, permissionBits, permissionNames } from '../../src/apps/sharing/permissions.ts'
import { createCatalog } from '../../src/mcp/catalog.ts'
import { missingScopes } from '../../src/mcp/scope-check.ts'
import { scopesFor } from '../../src/mcp/tool.ts'
import { CodedError, type ErrorCode } from '../../src/nextcloud/errors.ts'
import type { Session } from '../../src/nextcloud/session.ts'

describe('permissions', () => {
  test('words and bits say the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31 }), bits => {
        expect(permissionBits(bits)).toBe(bits)
        expect(permissionBits(String(bits))).toBe(bits)
        expect(permissionBits(permissionNames(bits).join(', '))).toBe(bits | 1)
      }),
    )
  })

  test.each([
    ['read', 1],
    [' Read,  EDIT ', 3],
    ['edit+create', 7],
    ['share', 17],
    ['all', 31],
    ['file drop', 4],
    ['File-Drop', 4],
    ['file_drop', 4],
  ])('%s', (words, bits) => expect(permissionBits(words)).toBe(bits))

  test.each([0, 32, -1, '', ',', 'file drop, read', 'reading', 'toString', '1.5', 'read 2'])(
    '%s is none',
    asked => expect(() => permissionBits(asked)).toThrow(/permissions/),
  )

  test('"all" is all that a file can have, a number is what it says', () => {
    expect(fitted('all', 31, 'file')).toBe(19)
    expect(fitted('all', 31, 'folder')).toBe(31)
    expect(fitted(31, 31, 'file')).toBe(31)
    expect(fitted('create', 5, 'file')).toBe(5)
  })
})

describe('kinds', () => {
  test('by number and by name, and back', () => {
    for (const [name, type] of Object.entries(KINDS)) {
      expect(kindOf(name)).toBe(name)
      expect(kindOf(type)).toBe(name)
      expect(kindOf(` ${type} `)).toBe(name)
      expect(kindName(type)).toBe(name)
    }
    expect([kindOf('Public Link'), kindOf('mail'), kindOf('circle')]).toEqual([
      'link',
      'email',
      'team',
    ])
    expect(kindName(12)).toBe('type 12')
  })
})

describe('when a share ends', () => {
  const noon = Date.parse('2026-11-21T12:00:00Z')

  test.each([
    ['2026-11-22', '2026-11-22'],
    [' 2026-11-22T23:59:59+02:00 ', '2026-11-22'],
    ['2026-11-22 10:00', '2026-11-22'],
    ['', ''],
  ])('"%s"', (text, date) => expect(expiryDate(text, noon)).toBe(date))

  test.each(['22.11.2026', '2026-02-30', '2026-13-01', 'tomorrow', '2026-11-2', '2026-11-20'])(
    '"%s" is refused',
    text => expect(() => expiryDate(text, noon)).toThrow(/expire_date/),
  )

  test('a day is past when it has begun everywhere, not before', () => {
    const at = (time: string) => () => expiryDate('2026-11-21', Date.parse(time))
    expect(at('2026-11-21T11:59:00Z')).not.toThrow()
    expect(at('2026-11-21T12:00:00Z')).toThrow(/has begun/)
  })

  test.each([
    ['2026-11-21T23:15:00Z', 'UTC', '2026-11-22'],
    ['2026-11-21T23:15:00Z', 'Europe/Berlin', '2026-11-23'],
    ['2026-11-22T00:30:00Z', 'America/New_York', '2026-11-22'],
    ['2026-11-22T00:00:00Z', 'UTC', '2026-11-22'],
    ['2026-11-22T00:00:00.001Z', 'UTC', '2026-11-23'],
    ['2026-11-21T23:00:00Z', 'Europe/Berlin', '2026-11-22'],
  ])('the first day from %s on in %s', (moment, zone, day) =>
    expect(firstDayFrom(Date.parse(moment), zone)).toBe(day),
  )

  describe('in so many minutes', () => {
    const sessionIn = (cached: () => Promise<unknown>) =>
      ({ account: { cached } }) as unknown as Session
    const failing = (code: ErrorCode) =>
      sessionIn(() => Promise.reject(new CodedError(code, 'calendars')))

    // Nextcloud may know less of the user's zone than the calendars do, and then takes UTC.
    test.each([
      ['2026-11-21T22:45:00Z', 'Europe/Berlin', '2026-11-23'],
      ['2026-11-22T00:10:00Z', 'America/New_York', '2026-11-23'],
      ['2026-11-21T12:00:00Z', 'America/New_York', '2026-11-22'],
      ['2026-11-21T12:00:00Z', undefined, '2026-11-22'],
      ['2026-11-21T12:00:00Z', 'Middle Earth', '2026-11-22'],
    ])('at %s in %s: neither zone ends it early', async (now, zone, day) => {
      const session = sessionIn(async () => zone)
      expect(await dateInMinutes(session, 30, Date.parse(now))).toBe(day)
    })

    test('calendars that fail are no reason not to share; what stops everything is', async () => {
      expect(await dateInMinutes(failing('UPSTREAM_ERROR'), 30, noon)).toBe('2026-11-22')
      await expect(dateInMinutes(failing('RATE_LIMITED'), 30, noon)).rejects.toThrow(/calendars/)
    })
  })

  test('never earlier than asked and never more than a day later', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Pacific/Kiritimati', 'America/Los_Angeles']
    const moments = fc.integer({ min: 1_700_000_000, max: 2_000_000_000 })
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (seconds, zone) => {
        const moment = seconds * 1_000
        const local = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        }).format(moment)
        const late =
          Date.parse(`${firstDayFrom(moment, zone)}T00:00:00Z`) -
          Date.parse(`${local.replace(' ', 'T')}Z`)
        expect(late).toBeGreaterThanOrEqual(0)
        expect(late).toBeLessThan(86_400_000)
      }),
    )
  })
})

test('reading shares takes the scope for reading, or the one that other servers ask for', () => {
  const catalog = createCatalog(everyApp())
  const tool = catalog.tools.get('nc_share_get')?.tool
  if (tool === undefined) throw new Error('there is no such tool')
  const call = { method: 'tools/call', params: { name: 'nc_share_get' } }
  const missing = (
    ...scopes: Parameters<typeof missingScopes>[1] extends ReadonlySet<infer S> ? S[] : never
  ) => missingScopes(catalog, new Set(scopes), call)
  expect(missing('sharing:read')).toBeUndefined()
  expect(missing('sharing:write')).toBeUndefined()
  expect(missing('notes:read')).toEqual(['sharing:read'])
  expect(scopesFor(tool, new Set(['sharing:write']))).toEqual(['sharing:write'])
  expect(scopesFor(tool, new Set(['sharing:read', 'sharing:write']))).toEqual(['sharing:read'])
  expect(scopesFor(tool, undefined)).toEqual(['sharing:read'])
  const change = { method: 'tools/call', params: { name: 'nc_share_update' } }
  expect(missingScopes(catalog, new Set(['sharing:read']), change)).toEqual(['sharing:write'])
})
