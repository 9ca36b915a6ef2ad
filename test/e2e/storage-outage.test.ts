/** The storage goes away while people work: calls are answered, and nothing of it is told. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { VaultError, type VaultErrorCode } from '../../src/vault/errors.ts'
import type { Vault } from '../../src/vault/vault.ts'
import { type ConnectHarness, connectClient, startConnect } from '../support/connect.ts'
import { answerOf, memoryVault, message } from '../support/oauth.ts'

/** How the next questions for app passwords end, one after the other; 'fine' answers. */
let outages: (VaultErrorCode | 'fine')[] = []
let vault: Vault
let h: ConnectHarness
beforeAll(async () => {
  vault = await memoryVault()
  const { appPasswords } = vault
  const get: typeof appPasswords.get = async (...args) => {
    const outage = outages.shift() ?? 'fine'
    if (outage === 'fine') return appPasswords.get(...args)
    throw new VaultError(outage, 'The database db.internal:5432/vault does not answer')
  }
  h = await startConnect({ vault: { ...vault, appPasswords: { ...appPasswords, get } } })
})
afterAll(async () => {
  await h.close()
  await vault.close()
})

test('before the caller is known: HTTP says when to come again', async () => {
  const { tokens } = await connectClient(h, h.alice, { scope: 'sharing:read' })
  outages = ['UNREACHABLE']
  const refused = await h.post(tokens.access_token, message('tools/list', {}))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await refused.text()).not.toContain('db.internal')
  expect((await h.post(tokens.access_token, message('tools/list', {}))).status).toBe(200)
})

test('within a call: the tool says that it was not the call', async () => {
  const { tokens } = await connectClient(h, h.alice, { scope: 'sharing:read' })
  const call = message('tools/call', { name: 'nc_users_get_current_user', arguments: {} })
  for (const [outage, expected] of [
    ['UNREACHABLE', { code: 'UNREACHABLE' }],
    ['OUTCOME_UNKNOWN', { code: 'UNREACHABLE', outcome_unknown: true }],
    ['CORRUPT', { code: 'INTERNAL' }],
  ] as const) {
    outages = ['fine', outage]
    const { result } = await answerOf(await h.post(tokens.access_token, call))
    expect(result.isError).toBe(true)
    expect(result.structuredContent.error).toMatchObject(expected)
    expect(JSON.stringify(result)).not.toContain('db.internal')
  }
})
