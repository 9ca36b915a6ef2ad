import { beforeEach, expect, test } from 'vitest'
import { exchangedTokenAccess } from '../../../src/access/exchanged-token.ts'
import type { BearerCaller } from '../../../src/identity/caller.ts'
import type { ExchangeRequest } from '../../../src/oidc/exchange.ts'

const MINUTE = 60_000

let time: number
let made: ExchangeRequest[]
let lifetimeMs: number
beforeEach(() => {
  time = 1_000_000
  made = []
  lifetimeMs = 60 * MINUTE
})

const access = () =>
  exchangedTokenAccess({
    audience: 'nextcloud',
    now: () => time,
    exchange: async request => {
      made.push(request)
      return { token: `exchanged ${made.length}`, expiresAt: time + lifetimeMs }
    },
  })
const caller = (more: Partial<BearerCaller> = {}): BearerCaller => ({
  kind: 'bearer',
  token: 'token',
  issuer: 'https://id.example.org',
  userId: 'alice',
  subject: 'alice',
  scopes: new Set(['notes:read'] as const),
  dottedScopes: false,
  audience: [],
  clientId: undefined,
  issuedAt: undefined,
  expiresAt: time + 60 * MINUTE,
  ...more,
})

test('a token is used for five minutes at most', async () => {
  const { credentialFor } = access()
  await credentialFor(caller(), ['notes:read'])
  time += 5 * MINUTE - 1
  await credentialFor(caller(), ['notes:read'])
  expect(made).toHaveLength(1)
  time += 1
  await credentialFor(caller(), ['notes:read'])
  expect(made).toHaveLength(2)
})

test("never past the caller's token, nor its own end", async () => {
  const { credentialFor } = access()
  const brief = caller({ expiresAt: time + MINUTE })
  await credentialFor(brief, [])
  time += MINUTE
  await credentialFor(brief, [])
  expect(made).toHaveLength(2)
  lifetimeMs = 30_000
  const other = caller({ token: 'other' })
  await credentialFor(other, [])
  time += 24_000
  await credentialFor(other, [])
  expect(made).toHaveLength(3)
  time += 2_000
  await credentialFor(other, [])
  expect(made).toHaveLength(4)
})

test('one that is over at once is used once', async () => {
  lifetimeMs = 1_000
  const { credentialFor } = access()
  await credentialFor(caller(), [])
  await credentialFor(caller(), [])
  expect(made).toHaveLength(2)
})

test('the order of scopes does not matter, and which ones does', async () => {
  const { credentialFor } = access()
  await credentialFor(caller(), ['notes:read', 'files:read'])
  await credentialFor(caller(), ['files:read', 'notes:read', 'notes:read'])
  expect(made.map(({ scope }) => scope)).toEqual(['openid files:read notes:read'])
  await credentialFor(caller(), ['files:read'])
  expect(made).toHaveLength(2)
})

test('a refused token is forgotten, a newer one in its place is not', async () => {
  const { credentialFor } = access()
  const first = await credentialFor(caller(), [])
  first.refused?.()
  const second = await credentialFor(caller(), [])
  expect(second).toMatchObject({ token: 'exchanged 2' })
  first.refused?.()
  expect(await credentialFor(caller(), [])).toMatchObject({ token: 'exchanged 2' })
})

test('users are told apart by issuer and name', async () => {
  const { credentialFor } = access()
  const owners = await Promise.all(
    [caller(), caller({ userId: 'bob' }), caller({ issuer: 'https://other.example.org' })].map(
      async one => {
        const credential = await credentialFor(one, [])
        return credential.kind === 'bearer' ? credential.owner : ''
      },
    ),
  )
  expect(new Set(owners).size).toBe(3)
})

test('nobody without a token gets one', async () => {
  await expect(async () => access().credentialFor({ kind: 'local' }, [])).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
  })
})
