/** How far the index is, and why it is no further. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DocumentError } from '../../../src/documents/document.ts'
import { CodedError } from '../../../src/nextcloud/errors.ts'
import { syncStatuses } from '../../../src/search/sync/status.ts'
import { createWorld, HOUR, type World } from '../../support/sync-world.ts'

let world: World
let trouble: string | undefined
beforeEach(async () => {
  world = await createWorld(['note', 'file'])
  trouble = undefined
})
afterEach(() => world.close())

const statuses = (obstacle?: string) =>
  syncStatuses({
    ...world,
    queue: 'sqlite',
    now: () => world.now,
    trouble: () => trouble,
    obstacle: () => obstacle,
  })

test('before anything was indexed there is nothing, and that is no problem', async () => {
  await world.ledger.present(1, ['alice'], ['note'], world.now)
  expect(await statuses().status('alice')).toMatchObject({
    enabled: true,
    activity: 'idle',
    documents: 0,
    chunks: 0,
    syncedAt: undefined,
    problem: undefined,
    jobs: { waiting: 0, running: 0, failed: 0 },
  })
})

test('documents, passages and failures are counted by user and type', async () => {
  world.put('alice', 'a', 'word '.repeat(100))
  world.put('alice', 'b', '', { broken: () => new DocumentError('DAMAGED', 'Broken') })
  world.put('alice', 'f', 'text', {}, 'file')
  world.put('bob', 'x', 'text')
  await world.once()
  const status = await statuses().status('alice')
  expect(status).toMatchObject({
    activity: 'idle',
    documents: 2,
    syncedAt: world.now,
    problem: undefined,
    jobs: { failed: 1 },
  })
  expect(status.jobsByType).toEqual({
    note: { waiting: 0, running: 0, failed: 1 },
    file: { waiting: 0, running: 0, failed: 0 },
  })
  const report = await statuses().report('alice', 10)
  expect(report.users).toMatchObject([
    {
      user: 'alice',
      why: undefined,
      types: [
        { type: 'note', documents: 1, chunks: 3, failed: 1 },
        { type: 'file', documents: 1, chunks: 1 },
      ],
    },
  ])
  expect(report.failures).toMatchObject([{ id: 'b', reason: { message: 'Broken' } }])
  expect((await statuses().report(undefined, 0)).users.map(({ user }) => user)).toEqual([
    'alice',
    'bob',
  ])
})

test('what waits is told as work under way', async () => {
  world.put('alice', 'a', '', { broken: () => new CodedError('UPSTREAM_ERROR', 'Failed') })
  await world.once()
  expect(await statuses().status('alice')).toMatchObject({
    activity: 'syncing',
    jobs: { waiting: 1 },
  })
})

test('who has not allowed it, or no more, is told so, and nothing of others', async () => {
  world.put('alice', 'a', 'text')
  await world.once()
  for (const user of ['carol', undefined]) {
    const status = await statuses().status(user)
    expect(status).toMatchObject({
      documents: 0,
      chunks: 0,
      vectorBytes: 0,
      problem: expect.stringContaining('not allowed'),
    })
  }
  world.users.delete('alice')
  await world.once()
  expect((await statuses().status('alice')).problem).toContain('not allowed')
})

test('why nothing new comes is told: the deployment, the user, the process, one app', async () => {
  await world.once()
  world.shelves('alice', 'file').listing = async () => {
    throw new CodedError('UPSTREAM_ERROR', 'Nextcloud failed')
  }
  world.now += HOUR
  await world.once()
  expect((await statuses().status('alice')).problem).toBe('file: Nextcloud failed')
  trouble = 'Pull the model'
  expect((await statuses().status('alice')).problem).toBe('Pull the model')
  world.refuse = () =>
    new CodedError('NOT_PROVISIONED', 'It has expired', { hint: 'Connect again.' })
  world.now += HOUR
  await world.once()
  expect((await statuses().status('alice')).problem).toBe('It has expired. Connect again.')
  expect((await statuses('Not in this mode').status('alice')).problem).toBe('Not in this mode')
  world.now += 10 * HOUR
  expect((await statuses().status('alice')).problem).toBe('Pull the model')
})

test('while another generation is built, its progress is told', async () => {
  world.put('alice', 'a', 'text')
  await world.once()
  await world.ledger.raiseEdition()
  world.users.set('bob', undefined)
  world.refuse = user => (user === 'bob' ? new CodedError('UNREACHABLE', 'No answer') : undefined)
  world.put('alice', 'b', '', { broken: () => new CodedError('UPSTREAM_ERROR', 'Failed') })
  await world.once()
  const report = await statuses().report('alice', 0)
  expect(report.generations.map(({ active }) => active)).toEqual([true, false])
  expect(report.users[0]?.types[0]).toMatchObject({ documents: 1, waiting: 1 })
})
