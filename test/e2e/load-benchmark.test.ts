/**
 * The load benchmark in small: users who sign in at a real server over a demo Nextcloud. What it is
 * there to find is done to it on the way to the server: tokens that end, and data that goes astray.
 */
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createPeople, type LoadUser, removePeople } from '../../bench/load/people.ts'
import { type Behaviour, type RunReport, runUsers } from '../../bench/load/run.ts'
import { keepTokens, signInUser } from '../../bench/load/tokens.ts'
import { isFine } from '../../bench/load/verdict.ts'
import { OURS } from '../../bench/rows.ts'
import { demoBackend } from '../support/backend.ts'
import { type ConnectHarness, startConnect } from '../support/connect.ts'
import { listen, passOn } from '../support/relay.ts'

let h: ConnectHarness
let people: LoadUser[]
let nextcloud: URL
beforeAll(async () => {
  h = await startConnect({ backend: await demoBackend() })
  nextcloud = new URL(h.backend.url)
  people = await createPeople(nextcloud, 3)
})
afterAll(() => h.close())

/** What stands before the server: gives the headers to go on with, or undefined for a 401. */
type Gate = (request: IncomingMessage) => IncomingMessage['headers'] | undefined

interface RunSettings {
  behaviour?: Partial<Behaviour>
  renewAfterSeconds?: number
  gate?: Gate
}

async function run({
  behaviour,
  renewAfterSeconds = 60,
  gate = ({ headers }) => headers,
}: RunSettings): Promise<RunReport> {
  const { port, close } = await listen((incoming, outgoing) => {
    const headers = gate(incoming)
    if (headers === undefined) outgoing.writeHead(401, { 'content-length': '0' }).end()
    else passOn(incoming, outgoing, { port: h.server.port, headers })
  })
  onTestFinished(close)
  return runUsers({
    url: new URL(`http://localhost:${port}/mcp`),
    people,
    behaviour: {
      rampSeconds: 0.2,
      durationSeconds: 2,
      thinkSeconds: 0.02,
      writes: 0.4,
      rate: undefined,
      seed: 1,
      era: 'modern',
      ...behaviour,
    },
    signIn: async (user, tally) =>
      keepTokens({
        ...(await signInUser(h.url, user, tally.signedIn)),
        renewAfterSeconds,
        renewed: tally.renewed,
      }),
    headers: (_, token) => ({ Authorization: `Bearer ${token}` }),
  })
}

const fine = (report: RunReport) => isFine(new Map([[OURS, report]]))

test.each(['modern', 'legacy'] as const)('%s users sign in, work and renew tokens', async era => {
  const report = await run({ behaviour: { era }, renewAfterSeconds: 0.5 })
  expect(report.failures).toEqual([])
  expect(fine(report)).toBe(true)
  expect(report.users).toBe(3)
  expect(report.signIns).toMatchObject({ calls: 3, failed: 0, latency: { count: 3 } })
  expect(report.renewals['in time']).toBeGreaterThanOrEqual(3)
  expect(report.renewals.refused).toBe(0)
  expect(report.total.calls).toBeGreaterThan(30)
  expect(report.total.latency?.count).toBe(report.total.calls)
  const tools = report.operations.map(({ operation }) => operation)
  expect(tools).toEqual(expect.arrayContaining(['tools/list', 'nc_notes_get_note']))
  expect(tools.filter(tool => /create|append|write|insert/.test(tool))).not.toEqual([])
})

test('calls at a rate come as often as asked for', async () => {
  const report = await run({ behaviour: { rate: 60 } })
  expect(report.failures).toEqual([])
  // Two seconds and a little of the ramp, less the three who list tools; chance has its share.
  expect(report.total.calls - 3).toBeGreaterThan(70)
  expect(report.total.calls - 3).toBeLessThan(190)
})

test('a token that the server no longer takes is renewed, and the call is made again', async () => {
  const uses = new Map<string, number>()
  const report = await run({
    gate({ headers }) {
      const { authorization = '' } = headers
      const count = (uses.get(authorization) ?? 0) + 1
      uses.set(authorization, count)
      return count > 6 ? undefined : headers
    },
  })
  expect(report.failures).toEqual([])
  expect(report.renewals.refused).toBeGreaterThanOrEqual(3)
  expect(report.renewals['in time']).toBe(0)
})

test('tokens that are always refused are failures', async () => {
  const report = await run({ behaviour: { durationSeconds: 0.5 }, gate: () => undefined })
  expect(report.failures).toContainEqual(expect.objectContaining({ kind: 'HTTP 401' }))
  expect(report.total.calls).toBe(report.total.failed)
  expect(fine(report)).toBe(false)
})

test('another user’s data in an answer is seen, and called what it is', async () => {
  let last: string | undefined
  let calls = 0
  const report = await run({
    gate({ headers }) {
      const other = last
      last = headers.authorization
      calls++
      const isSwapped = calls > 12 && other !== undefined && calls % 5 === 0
      return isSwapped ? { ...headers, authorization: other } : headers
    },
  })
  expect(report.leaks).toBeGreaterThan(0)
  expect(report.failures).toContainEqual(expect.objectContaining({ kind: 'leak' }))
  expect(fine(report)).toBe(false)
})

test('a sign-in that does not work is a failure, and the others go on', async () => {
  const [first, ...others] = people
  if (first === undefined) throw new Error('nobody')
  const all = people
  people = [{ ...first, password: 'wrong' }, ...others]
  onTestFinished(() => {
    people = all
  })
  const report = await run({ behaviour: { durationSeconds: 0.5 } })
  expect(report.signIns).toMatchObject({ calls: 3, failed: 1 })
  expect(report.users).toBe(2)
  expect(fine(report)).toBe(false)
})

test('users who are removed are gone', async () => {
  const made = await createPeople(nextcloud, 1)
  await removePeople(nextcloud, made)
  const [{ id, password } = { id: '', password: '' }] = made
  const response = await fetch(new URL('/ocs/v2.php/cloud/user?format=json', nextcloud), {
    headers: { authorization: `Basic ${btoa(`${id}:${password}`)}`, 'ocs-apirequest': 'true' },
  })
  expect(response.status).toBe(401)
})
