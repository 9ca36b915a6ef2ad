/** The ledger on SQLite, each process with a connection of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTestLedger } from '../../support/search.ts'
import { ledgerContract } from './ledger-contract.ts'

ledgerContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  const opened: (() => void)[] = []
  return {
    async open() {
      const { ledger, close } = openTestLedger(join(folder, 'search.db'))
      opened.push(close)
      return ledger
    },
    async destroy() {
      for (const close of opened) close()
      rmSync(folder, { recursive: true })
    },
  }
})

test('a listing of a hundred thousand documents takes about a second', async () => {
  const { ledger, close } = openTestLedger(':memory:')
  const key = { generation: 1, user: 'alice', type: 'file' } as const
  await ledger.present(1, ['alice'], ['file'], 0)
  const documents = Array.from({ length: 100_000 }, (_, at) => ({ id: `${at}`, etag: 'e' }))
  const { serial } = await ledger.begin(key, 0)
  const begun = performance.now()
  for (let at = 0; at < documents.length; at += 1_000) {
    await ledger.found(key, serial, documents.slice(at, at + 1_000), 0)
  }
  const claimed = await ledger.claim({
    generation: 1,
    owner: 'me',
    now: 1,
    leaseMs: 1,
    limit: 16,
    maxAttempts: 1,
  })
  expect(claimed).toHaveLength(16)
  expect(performance.now() - begun).toBeLessThan(10_000)
  close()
})
