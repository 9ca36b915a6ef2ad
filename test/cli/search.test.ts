/** The index on the command line, with the built-in model. */
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Backend, demoBackend } from '../support/backend.ts'
import { runProgram } from '../support/program.ts'

let backend: Backend
let folder: string
let environment: Record<string, string>
beforeAll(async () => {
  backend = await demoBackend()
  folder = mkdtempSync(join(tmpdir(), 'search-cli-'))
  environment = {
    NEXTCLOUD_HOST: backend.url,
    NEXTCLOUD_USERNAME: backend.alice.loginName,
    NEXTCLOUD_PASSWORD: backend.alice.password,
    ENABLE_SEMANTIC_SEARCH: 'true',
    SEARCH_INDEX_DB: join(folder, 'search.db'),
    LOG_LEVEL: 'error',
  }
})
afterAll(async () => {
  await backend.close()
  rmSync(folder, { recursive: true })
})

test('sync fills it, status tells of it, export gives it, rebuild makes it anew', async () => {
  const before = await runProgram(['index', 'status'], environment)
  expect(before).toMatchObject({ code: 0, stdout: 'nothing is indexed yet\n' })

  const sync = await runProgram(['sync'], environment)
  expect(sync.stdout).toMatch(/^\d+ documents in \d+ passages, of 1 users\n$/)
  expect(sync.stderr).toMatch(/(\d+) of \1 documents\n$/)
  expect(sync.code).toBe(0)

  const status = await runProgram(['index', 'status', '--json'], environment)
  const { generations, users } = JSON.parse(status.stdout)
  expect(generations).toMatchObject([{ active: true, model: expect.stringMatching(/^builtin:/) }])
  const notes = users[0].types.find(({ type }: { type: string }) => type === 'note')
  expect(notes.documents).toBeGreaterThan(5)

  const exported = await runProgram(
    ['index', 'export', '--user', environment.NEXTCLOUD_USERNAME ?? ''],
    environment,
  )
  const documents = exported.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const meeting = documents.find(({ title }) => title === 'Team meeting 12 May')
  expect(meeting.passages[0].text).toContain('# Team meeting, 12 May')

  expect((await runProgram(['index', 'rebuild'], environment)).code).toBe(0)
  await runProgram(['sync'], environment)
  const after = JSON.parse((await runProgram(['index', 'status', '--json'], environment)).stdout)
  expect(after.generations).toHaveLength(1)
  expect(after.generations[0].chunker).not.toBe(generations[0].chunker)
}, 120_000)

test('sync leaves the port for metrics to the server beside it', async () => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const { code, stdout } = await runProgram(['sync'], { ...environment, METRICS_PORT: `${port}` })
  taken.close()
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ documents/)])
}, 60_000)

test('without search there is nothing to do, and why is told', async () => {
  for (const args of [['sync'], ['index', 'status']]) {
    const { code, stderr } = await runProgram(args, { ...environment, ENABLE_SEMANTIC_SEARCH: '' })
    expect(code).toBe(1)
    expect(stderr).toContain('ENABLE_SEMANTIC_SEARCH')
  }
})

test('whoever nobody indexes is no empty export', async () => {
  const { code, stderr } = await runProgram(['index', 'export', '--user', 'nobody'], environment)
  expect(code).toBe(1)
  expect(stderr).toContain('--user')
})
