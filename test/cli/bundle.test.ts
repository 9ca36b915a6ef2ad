/** The build is one bundle with its libraries: it does what the sources do, and says whose they are. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import type { Answer } from '../../src/documents/worker/messages.ts'
import { jobOf, parsed } from '../support/documents/read.ts'

const DIST = join(import.meta.dirname, '../../dist')
const documents = readdirSync(join(import.meta.dirname, '../fixtures/documents')).filter(name =>
  name.startsWith('harbour.'),
)

test.each(documents)('%s is read as by the sources', async name => {
  const entry = pathToFileURL(join(DIST, 'parser.thread.js'))
  const thread = new Worker(entry, { workerData: { ocr: undefined }, env: {}, stdout: true })
  onTestFinished(async () => {
    await thread.terminate()
  })
  const answer = await new Promise<Answer>((resolve, reject) => {
    thread.on('error', reject)
    thread.on('message', (said: Answer) => {
      if (said.kind !== 'progress') resolve(said)
    })
    thread.postMessage(jobOf(name), [])
  })
  expect(answer).toEqual({ kind: 'document', document: await parsed(name) })
})

test('every file is kept by V8 in one byte for each character', () => {
  for (const name of readdirSync(DIST).filter(file => file.endsWith('.js'))) {
    expect(/[^\0-\x7f]/.test(readFileSync(join(DIST, name), 'latin1')), name).toBe(false)
  }
})

test('libraries are named with their licences', () => {
  const notices = readFileSync(join(DIST, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  for (const name of ['hono', 'oidc-provider', 'mammoth', 'pg', 'zod']) {
    expect(manifest.devDependencies).toHaveProperty(name)
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'))
  }
  expect(notices).toContain('Permission is hereby granted, free of charge')
  // What stays in node_modules brings its own.
  for (const name of Object.keys(manifest.dependencies)) {
    expect(notices).not.toMatch(new RegExp(`^${name} \\d+\\.`, 'm'))
  }
})
