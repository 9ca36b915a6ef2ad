/** What the library asks of its adapter, on a vault in memory. */
import type { AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { expect, test } from 'vitest'
import { createAdapters, kindOf } from '../../../src/authorization/adapter.ts'
import { openTestVault } from '../vault/support.ts'

const DAY_MS = 24 * 3_600_000

/** Adapters with a clock to be set. */
async function open() {
  let time = 1_700_000_000_000
  const vault = await openTestVault({ path: ':memory:', now: () => time })
  return {
    vault,
    adapters: createAdapters(
      vault.records,
      () => undefined,
      () => time,
    ),
    later(ms: number) {
      time += ms
    },
  }
}

const payload = (fields: AdapterPayload): AdapterPayload => ({ kind: 'x', ...fields })

test('what was stored is found by its id, of its own model only', async () => {
  const { adapters } = await open()
  const code = adapters('AuthorizationCode')
  await code.upsert('one', payload({ clientId: 'c', scope: 'notes:read' }), 60)
  expect(await code.find('one')).toMatchObject({ clientId: 'c', scope: 'notes:read' })
  expect(await code.find('two')).toBeUndefined()
  // A code is no refresh token, whatever its letters are.
  expect(await adapters('RefreshToken').find('one')).toBeUndefined()
})

test('is found as it was, not as the caller changes it', async () => {
  const { adapters } = await open()
  const grant = adapters('Grant')
  await grant.upsert('g', payload({ resources: { r: 'notes:read' } }), 60)
  const found = await grant.find('g')
  Object.assign(found as object, { resources: { r: 'notes:read mail:send' } })
  expect(await grant.find('g')).toMatchObject({ resources: { r: 'notes:read' } })
})

test('is gone to the second when its time is over', async () => {
  const { adapters, later } = await open()
  const code = adapters('AuthorizationCode')
  await code.upsert('one', payload({ grantId: 'g' }), 60)
  later(59_999)
  expect(await code.find('one')).toBeDefined()
  later(1)
  expect(await code.find('one')).toBeUndefined()
})

test('without a time stays', async () => {
  const { adapters, later } = await open()
  await adapters('Grant').upsert('g', payload({}), undefined as unknown as number)
  later(10_000 * DAY_MS)
  expect(await adapters('Grant').find('g')).toBeDefined()
})

test('of many that consume at once one does; then everybody sees it', async () => {
  const { adapters } = await open()
  const token = adapters('RefreshToken')
  await token.upsert('t', payload({ grantId: 'g' }), 60)
  const all = await Promise.allSettled(Array.from({ length: 50 }, () => token.consume('t')))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const each of all) {
    if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(errors.InvalidGrant)
  }
  expect(await token.find('t')).toMatchObject({ consumed: 1_700_000_000 })
})

test('what was consumed stays so when it is stored once more', async () => {
  const { adapters } = await open()
  const token = adapters('RefreshToken')
  await token.upsert('t', payload({ grantId: 'g', scope: 'notes:read notes:write' }), 60)
  await token.consume('t')
  await token.upsert('t', payload({ grantId: 'g', scope: 'notes:read' }), 60)
  expect(await token.find('t')).toMatchObject({ consumed: expect.any(Number) })
  await expect(token.consume('t')).rejects.toThrow(errors.InvalidGrant)
})

test('what does not exist cannot be consumed', async () => {
  const { adapters } = await open()
  await expect(adapters('AuthorizationCode').consume('none')).rejects.toThrow(errors.InvalidGrant)
})

test('a grant that is revoked takes along what came of it, and nothing else', async () => {
  const { adapters } = await open()
  const [code, token] = [adapters('AuthorizationCode'), adapters('RefreshToken')]
  await code.upsert('c1', payload({ grantId: 'g1' }), 60)
  await token.upsert('t1', payload({ grantId: 'g1' }), 60)
  await token.upsert('t2', payload({ grantId: 'g1' }), 60)
  await token.upsert('other', payload({ grantId: 'g2' }), 60)
  await token.upsert('none', payload({}), 60)
  await token.revokeByGrantId('g1')
  expect(await Promise.all(['t1', 't2'].map(id => token.find(id)))).toEqual([undefined, undefined])
  expect(await token.find('other')).toBeDefined()
  expect(await token.find('none')).toBeDefined()
  // The library asks each model by itself.
  expect(await code.find('c1')).toBeDefined()
  await code.revokeByGrantId('g1')
  expect(await code.find('c1')).toBeUndefined()
})

test('a session is found by its uid, also after it got another id', async () => {
  const { adapters } = await open()
  const session = adapters('Session')
  await session.upsert('old', payload({ uid: 'u' }), 60)
  await session.destroy('old')
  await session.upsert('new', payload({ uid: 'u', accountId: 'alice' }), 60)
  expect(await session.findByUid('u')).toMatchObject({ accountId: 'alice' })
  expect(await session.findByUid('v')).toBeUndefined()
  expect(await adapters('Interaction').findByUid('u')).toBeUndefined()
  await session.destroy('new')
  expect(await session.findByUid('u')).toBeUndefined()
})

test('a device is found by its code', async () => {
  const { adapters } = await open()
  await adapters('DeviceCode').upsert('d', payload({ userCode: 'ABCD' }), 60)
  expect(await adapters('DeviceCode').findByUserCode('ABCD')).toBeDefined()
  expect(await adapters('DeviceCode').findByUserCode('abcd')).toBeUndefined()
})

test('what is destroyed is gone, and destroying it again is no fault', async () => {
  const { adapters } = await open()
  await adapters('Grant').upsert('g', payload({ accountId: 'alice' }), 60)
  await adapters('Grant').destroy('g')
  await adapters('Grant').destroy('g')
  expect(await adapters('Grant').find('g')).toBeUndefined()
})

test('grants are found by their user, for ending them', async () => {
  const { adapters, vault } = await open()
  await adapters('Grant').upsert('g1', payload({ accountId: 'alice' }), 60)
  await adapters('Grant').upsert('g2', payload({ accountId: 'bob' }), 60)
  const found = await vault.records.find(kindOf('Grant'), 'userId', 'alice')
  expect(found.map(({ id }) => id)).toEqual(['g1'])
})

test('what anybody can make by registering does not stay for good', async () => {
  const { adapters, later } = await open()
  const never = undefined as unknown as number
  await adapters('Client').upsert('c', payload({ client_id: 'c' }), never)
  await adapters('RegistrationAccessToken').upsert('r', payload({ clientId: 'c' }), never)
  later(6 * DAY_MS)
  expect(await adapters('Client').find('c')).toBeDefined()
  later(2 * DAY_MS)
  expect(await adapters('Client').find('c')).toBeUndefined()
  expect(await adapters('RegistrationAccessToken').find('r')).toBeUndefined()
})

test('a client that somebody connected is not forgotten for updating its registration', async () => {
  const { adapters, later, vault } = await open()
  // Kept as `allow` of the server keeps it.
  await vault.records.put(kindOf('Client'), 'c', { client_id: 'c' })
  await adapters('Client').upsert('c', payload({ client_id: 'c' }), undefined as unknown as number)
  later(30 * DAY_MS)
  expect(await adapters('Client').find('c')).toBeDefined()
})
