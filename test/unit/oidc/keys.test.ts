import { afterEach, beforeEach, expect, test } from 'vitest'
import { createProviderHttp, type ProviderHttp } from '../../../src/oidc/http.ts'
import { createKeys } from '../../../src/oidc/keys.ts'
import { createSigningKey, type SigningKey } from '../../support/identity-provider.ts'
import { type ScriptedProvider, startScriptedProvider } from '../../support/scripted-provider.ts'

const MINUTE = 60_000

let idp: ScriptedProvider
let http: ProviderHttp
let announced: SigningKey[]
let time: number
beforeEach(async () => {
  idp = await startScriptedProvider()
  http = createProviderHttp()
  announced = [await createSigningKey('first')]
  time = 1_000_000
  idp.routes['GET /jwks'] = () => ({ json: { keys: announced.map(key => key.publicJwk) } })
})
afterEach(async () => {
  await idp.close()
  await http.close()
})

const create = () => createKeys({ url: `${idp.url}/jwks`, http, now: () => time })
const find = async (keys: ReturnType<typeof create>, kid: string) =>
  Promise.resolve(keys({ alg: 'RS256', kid }, {} as never))

test('keys are fetched once, also for many at a time', async () => {
  const keys = create()
  expect(idp.requests).toEqual([])
  await Promise.all(Array.from({ length: 10 }, () => find(keys, 'first')))
  expect(idp.requests).toHaveLength(1)
})

test('an unknown key is asked for once a minute at most', async () => {
  const keys = create()
  await find(keys, 'first')
  announced.push(await createSigningKey('second'))
  await expect(find(keys, 'second')).rejects.toThrow(/no applicable key/)
  time += MINUTE
  await find(keys, 'second')
  expect(idp.requests).toHaveLength(2)
  for (let at = 0; at < 10; at++) await expect(find(keys, `x${at}`)).rejects.toThrow()
  expect(idp.requests).toHaveLength(2)
})

test('a key that was withdrawn is gone after the next renewal', async () => {
  const keys = create()
  await find(keys, 'first')
  announced = [await createSigningKey('second')]
  time += 11 * MINUTE
  // Renewed in the background: whoever comes first still gets what is at hand.
  await find(keys, 'first')
  await find(keys, 'second')
  await expect(find(keys, 'first')).rejects.toThrow(/no applicable key/)
})

test('keys at hand serve while the provider is away, for a day', async () => {
  const keys = create()
  await find(keys, 'first')
  idp.routes['GET /jwks'] = () => ({ status: 500 })
  time += 23 * 60 * MINUTE
  await find(keys, 'first')
  time += 2 * 60 * MINUTE
  await expect(find(keys, 'first')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('without keys there is a pause between two attempts', async () => {
  const { 'GET /jwks': route } = idp.routes
  idp.routes['GET /jwks'] = () => ({ body: 'nonsense' })
  const keys = create()
  for (let at = 0; at < 5; at++) {
    await expect(find(keys, 'first')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  }
  expect(idp.requests).toHaveLength(1)
  if (route) idp.routes['GET /jwks'] = route
  time += 5_000
  await find(keys, 'first')
})
