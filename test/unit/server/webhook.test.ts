/** What Nextcloud tells by webhooks: whom it concerns, how often it is passed on, what it can do. */
import { afterEach, expect, test, vi } from 'vitest'
import type { DocumentType } from '../../../src/search/document.ts'
import { createWebhookReceiver, type WebhookReceiver } from '../../../src/server/webhook.ts'

const SECRET = '0123456789abcdef'
let receiver: WebhookReceiver
let hints: [string, readonly DocumentType[]][]
let errors: unknown[]

afterEach(() => {
  receiver.close()
  vi.useRealTimers()
})

function begin(users: () => Promise<readonly string[]> = async () => ['alice', 'bob']): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  hints = []
  errors = []
  receiver = createWebhookReceiver({
    secret: SECRET,
    users,
    hint: async (user, types) => void hints.push([user, types]),
    onError: error => errors.push(error),
  })
}
const post = (body: unknown) =>
  receiver.receive(
    new Request('http://127.0.0.1/webhooks/nextcloud', {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: JSON.stringify(body),
    }),
  )
const written = (path: string, uid: string | null = null) => ({
  event: { class: 'OCP\\Files\\Events\\Node\\NodeWrittenEvent', node: { id: 1, path } },
  user: uid === null ? null : { uid },
})
const gathered = () => vi.advanceTimersByTimeAsync(2_000)

test('many events are one hint', async () => {
  begin()
  for (let at = 0; at < 50; at++) await post(written(`/alice/files/${at}`, 'alice'))
  expect(hints).toEqual([])
  await gathered()
  expect(hints).toEqual([['alice', ['file', 'note']]])
  await gathered()
  expect(hints).toHaveLength(1)
})

test('an event concerns whoever caused it, and whose the file is', async () => {
  begin()
  await post(written('/bob/files/shared.txt', 'alice'))
  await post({
    event: {
      class: 'OCP\\Files\\Events\\Node\\NodeRenamedEvent',
      source: { id: 1, path: '/bob/files/a' },
      target: { id: 1, path: '/bob/files/b' },
    },
    user: null,
  })
  await gathered()
  expect(hints.map(([user]) => user).toSorted()).toEqual(['alice', 'bob'])
})

test('where nobody known is named, everybody is looked at, as long as they are few', async () => {
  begin()
  await post(written('/somebody/files/a'))
  await gathered()
  expect(hints.map(([user]) => user)).toEqual(['alice', 'bob'])
  begin(async () => Array.from({ length: 21 }, (_, at) => `user ${at}`))
  await post(written('/somebody/files/a'))
  await gathered()
  expect(hints).toEqual([])
})

test('other events mean nothing, and calendars are calendars', async () => {
  begin()
  expect((await post({ event: { class: 'OCA\\Forms\\Events\\FormSubmittedEvent' } })).status).toBe(
    204,
  )
  await gathered()
  expect(hints).toEqual([])
  await post({
    event: { class: 'OCP\\Calendar\\Events\\CalendarObjectUpdatedEvent' },
    user: { uid: 'bob' },
  })
  await gathered()
  expect(hints).toEqual([['bob', ['calendar_event']]])
})

test('more than a hundred in a second are refused, and accepted in the next one', async () => {
  begin()
  const statuses: number[] = []
  for (let at = 0; at < 120; at++) statuses.push((await post(written('/alice/files/a'))).status)
  expect(statuses.filter(status => status === 204)).toHaveLength(100)
  expect(statuses.filter(status => status === 429)).toHaveLength(20)
  await vi.advanceTimersByTimeAsync(1_000)
  expect((await post(written('/alice/files/a'))).status).toBe(204)
})

test('what cannot be passed on is told, and the next one is', async () => {
  let isBroken = true
  begin(async () => {
    if (isBroken) throw new Error('locked')
    return ['alice']
  })
  await post(written('/alice/files/a'))
  await gathered()
  expect(errors).toHaveLength(1)
  isBroken = false
  await post(written('/alice/files/a'))
  await gathered()
  expect(hints).toEqual([['alice', ['file', 'note']]])
})
