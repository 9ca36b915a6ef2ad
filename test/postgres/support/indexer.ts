/**
 * A worker that indexes until it is killed or told to stop: the ledger in a database, the index in a
 * file that it shares with others. Prints each document once the index has it.
 */
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNextcloud } from '../../../src/nextcloud/session.ts'
import { createChunker } from '../../../src/search/chunk/chunker.ts'
import { postgresLedger } from '../../../src/search/ledger/postgres/ledger.ts'
import type { DocumentSource } from '../../../src/search/source.ts'
import { searchDatabase } from '../../../src/search/sqlite/client.ts'
import { sqliteIndex } from '../../../src/search/sqlite/index.ts'
import { createSync } from '../../../src/search/sync/sync.ts'
import { stubEmbedder } from '../../support/search.ts'
import { addressOf } from './addresses.ts'

const [url = '', path = '', nextcloudUrl = '', count = '0', leaseMs = '0'] = process.argv.slice(2)
/** At once and not through a buffer, which a kill would take along. */
const print = (line: string) => writeSync(1, `${line}\n`)
const documents = Array.from({ length: Number(count) }, (_, at) => ({
  id: `${at}`,
  etag: '1',
  content: {
    title: `Document ${at}`,
    text: `What document ${at} says`,
    format: 'plain' as const,
    pages: [],
    pageCount: undefined,
    category: '',
    path: undefined,
    modifiedAt: undefined,
    url: undefined,
  },
}))
const source: DocumentSource = {
  type: 'note',
  title: 'Notes',
  scope: 'notes:read',
  async list(_, state, sink) {
    if (state === 'listed') return { kind: 'unchanged', state }
    for (let at = 0; at < documents.length; at += 50) {
      await sink.found(documents.slice(at, at + 50))
    }
    return { kind: 'all', state: 'listed' }
  },
  read: async () => undefined,
  verify: async () => new Map(),
}
const model = stubEmbedder()
const nextcloud = createNextcloud({ baseUrl: nextcloudUrl })
const stored = sqliteIndex(searchDatabase({ path }))
const { ledger, now, close } = postgresLedger({
  address: addressOf(url),
  size: 4,
  identity: stored.identity,
})
const sync = createSync({
  ledger,
  now,
  index: {
    ...stored,
    async put(generation, user, document, chunks) {
      await stored.put(generation, user, document, chunks)
      print(`put ${document.id}`)
    },
  },
  embedder: {
    ...model,
    // As slow as a model, so that a kill finds it at work.
    async embed(texts, options) {
      await sleep(50 * texts.length)
      return model.embed(texts, options)
    },
  },
  chunker: createChunker({ size: 200, overlap: 20 }),
  sources: [source],
  access: {
    users: async () => ['alice'],
    open: async (_, signal) =>
      nextcloud.open({ kind: 'basic', loginName: 'alice', password: 'alice-demo' }, signal),
    scopes: async () => undefined,
  },
  settings: {
    intervalMs: 1_000,
    usersEveryMs: 1_000,
    batchSize: 8,
    workers: 2,
    leaseMs: Number(leaseMs),
    maxAttempts: 5,
    graceMs: 3_600_000,
    confirmMs: 60_000,
  },
  hooks: { onTrouble: (where, error) => print(`trouble ${where}: ${error}`) },
})

sync.start()
print('ready')
await new Promise(resolve => process.stdin.once('data', resolve))
await sync.stop()
await close()
await stored.close()
await nextcloud.close()
process.stdin.destroy()
