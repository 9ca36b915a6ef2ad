import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type AuditOptions, audit, timeOf } from '../../../src/commands/audit.ts'
import { keygen } from '../../../src/commands/keygen.ts'
import { parseKey } from '../../../src/vault/fernet.ts'
import { printed } from '../../support/printed.ts'
import { openTestVault, temporaryFolder } from './support.ts'

test('keygen prints a key and nothing else', async () => {
  const text = await printed(keygen)
  expect(text).toMatch(/^\S{44}\n$/)
  expect(parseKey(text.trim())).toBeDefined()
})

describe('audit', () => {
  const START = Date.parse('2026-05-01T12:00:00Z')

  async function log(): Promise<void> {
    const path = join(temporaryFolder(), 'vault.db')
    let time = START
    const vault = await openTestVault({ path, now: () => time })
    await vault.audit.append({ event: 'first', userId: 'alice', method: 'bearer' })
    time += 3_600_000
    await vault.audit.append({ event: 'second', userId: 'bob' })
    await vault.audit.append({
      event: 'third\u001b[31m',
      userId: 'alice',
      resourceType: 'client',
      resourceId: 'claude',
    })
    vi.stubEnv('TOKEN_STORAGE_DB', path)
    onTestFinished(() => void vi.unstubAllEnvs())
  }
  const lines = async (options: AuditOptions = {}) =>
    (await printed(() => audit(options))).split('\n').slice(0, -1)

  test('prints the newest first, and nothing that a terminal obeys', async () => {
    await log()
    const [third, second, first] = await lines()
    expect(third).toMatch(/^2026-05-01T13:00:00Z {2}third\?\[31m +alice +- {2}client claude {2}\S/)
    expect(second).toMatch(/second +bob/)
    expect(first).toMatch(/first +alice +bearer {2}-/)
  })

  test('by user, time and number', async () => {
    await log()
    expect(await lines({ user: 'alice' })).toHaveLength(2)
    expect(await lines({ since: '2026-05-01T12:30:00Z' })).toHaveLength(2)
    expect(await lines({ limit: '1' })).toHaveLength(1)
    expect(await lines({ user: 'nobody' })).toEqual([])
  })

  test('as JSON', async () => {
    await log()
    const { entries, total } = JSON.parse((await lines({ json: true, user: 'bob' })).join('\n'))
    expect(total).toBe(1)
    expect(entries).toEqual([
      expect.objectContaining({ time: '2026-05-01T13:00:00.000Z', event: 'second', userId: 'bob' }),
    ])
  })

  test('says what is wrong', async () => {
    vi.stubEnv('TOKEN_STORAGE_DB', '')
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(audit({})).rejects.toThrow(/TOKEN_STORAGE_DB: is missing/)
    await expect(audit({ limit: '-1' })).rejects.toThrow(/--limit/)
    await expect(audit({ since: 'yesterday' })).rejects.toThrow(/--since/)
    vi.stubEnv('TOKEN_STORAGE_DB', join(temporaryFolder(), 'none.db'))
    await expect(audit({})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test.each([
    ['90m', START - 5_400_000],
    ['2h', START - 7_200_000],
    ['7d', START - 604_800_000],
    ['1w', START - 604_800_000],
    ['2026-05-01', Date.parse('2026-05-01T00:00:00Z')],
    ['2026-05-01T10:00:00+02:00', Date.parse('2026-05-01T08:00:00Z')],
  ])('%s is a time', (text, time) => expect(timeOf(text, START)).toBe(time))
})
