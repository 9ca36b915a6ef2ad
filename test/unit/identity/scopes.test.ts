import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accessTokenOf } from '../../../src/identity/claims.ts'
import { dotted, impliedScopes, parseScope, SCOPES } from '../../../src/identity/scopes.ts'

test('both spellings mean the same, and nothing else means anything', () => {
  for (const scope of SCOPES) {
    expect(parseScope(scope)).toBe(scope)
    expect(parseScope(dotted(scope))).toBe(scope)
  }
  for (const text of [
    '',
    'notes',
    'notes:',
    'Notes:read',
    'notes:read ',
    'a.notes:read',
    '*:read',
  ]) {
    expect(parseScope(text)).toBeUndefined()
  }
})

test('writing implies reading in what is asked for', () => {
  expect(impliedScopes(['notes:write'])).toEqual(['notes:read', 'notes:write'])
  expect(impliedScopes(['mail:send', 'semantic:read'])).toEqual([
    'mail:read',
    'mail:send',
    'semantic:read',
  ])
})

test('granted scopes are those of the token and never more', () => {
  fc.assert(
    fc.property(fc.subarray([...SCOPES]), fc.array(fc.string()), (granted, noise) => {
      const words = [...granted, ...noise.filter(word => parseScope(word.trim()) === undefined)]
      const { scopes } = accessTokenOf({ sub: 'a', scope: words.join(' ') }, 'issuer')
      const spelt = words.join(' ').split(/\s+/).map(parseScope).filter(Boolean)
      expect([...scopes].toSorted()).toEqual([...new Set(spelt)].toSorted())
      expect(granted.every(scope => scopes.has(scope))).toBe(true)
    }),
  )
  expect(accessTokenOf({ sub: 'a', scope: 'notes:write' }, 'i').scopes.has('notes:read')).toBe(
    false,
  )
})

test('scopes and audiences of odd shapes grant nothing', () => {
  for (const scope of [undefined, null, 7, {}, [[{}]], { 'notes:read': true }]) {
    expect(accessTokenOf({ sub: 'a', scope }, 'i').scopes.size).toBe(0)
  }
  for (const aud of [undefined, null, 7, {}, [null, 7]]) {
    expect(accessTokenOf({ sub: 'a', aud }, 'i').audience).toEqual([])
  }
})

test.each([[{}], [{ sub: '' }], [{ sub: 7 }], [{ preferred_username: '' }]])(
  'claims %j name nobody',
  claims => {
    expect(() => accessTokenOf(claims, 'i')).toThrow(/names no user/)
  },
)
