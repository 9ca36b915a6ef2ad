import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listPage } from '../../../src/apps/mail/listing.ts'
import { Reply } from '../../../src/nextcloud/reply.ts'
import type { HttpRequest } from '../../../src/nextcloud/request.ts'
import type { Session } from '../../../src/nextcloud/session.ts'

/** A mailbox with mails of the given times, as the Mail app pages it. */
function mailbox(times: readonly number[], order: 'newest' | 'oldest', syncStatus = 200): Session {
  const mails = times.map((dateInt, at) => ({ databaseId: at + 1, dateInt }))
  const sign = order === 'newest' ? 1 : -1
  const answer = (value: unknown, status = 200) =>
    new Reply(status, { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(value)))
  const send = async ({ method, query = {} }: HttpRequest) => {
    if (method === 'POST') return answer({}, syncStatus)
    const cursor = query.cursor === undefined ? undefined : Number(query.cursor)
    const found = mails
      .filter(({ dateInt }) => cursor === undefined || sign * (dateInt - cursor) < 0)
      .toSorted((a, b) => sign * (b.dateInt - a.dateInt))
    return answer(found.slice(0, Math.min(100, Number(query.limit))))
  }
  return { send } as unknown as Session
}

interface Listed {
  ids: number[]
  sizes: number[]
  notes: string[]
}

async function all(session: Session, limit: number): Promise<Listed> {
  const ids: number[] = []
  const sizes: number[] = []
  const notes: string[] = []
  let cursor: number | undefined
  do {
    const page = await listPage(session, { mailboxId: 1, limit, cursor, filter: undefined })
    ids.push(...page.messages.map(({ databaseId }) => databaseId))
    sizes.push(page.messages.length)
    if (page.note !== undefined) notes.push(page.note)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return { ids, sizes, notes }
}

test('every mail is in exactly one page, whatever the times, the limit and the order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom('newest' as const, 'oldest' as const),
      async (times, limit, order) => {
        const { ids, sizes } = await all(mailbox(times, order), limit)
        expect(ids.toSorted((a, b) => a - b)).toEqual(times.map((_, at) => at + 1))
        const ofSecond = Math.max(0, ...times.map(time => times.filter(t => t === time).length))
        expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.max(limit, ofSecond))
      },
    ),
  )
})

test('where no two mails are of one second, pages are full and the last one ends', async () => {
  const times = Array.from({ length: 10 }, (_, at) => at + 1)
  expect((await all(mailbox(times, 'newest'), 5)).sizes).toEqual([5, 5])
  expect((await all(mailbox(times, 'newest'), 4)).sizes).toEqual([4, 4, 2])
  expect((await all(mailbox(times, 'newest'), 10)).sizes).toEqual([10])
})

test('more than a hundred of one second do not keep the others from being read', async () => {
  const times = [9, ...Array.from({ length: 130 }, () => 5), 1]
  const { ids, notes } = await all(mailbox(times, 'newest'), 50)
  expect(ids).toHaveLength(102)
  expect(ids).toContain(132)
  expect(notes).toEqual([expect.stringContaining('More than 100 mails')])
})

test('a mailbox that takes too long to fetch is listed with a note', async () => {
  const { ids, notes } = await all(mailbox([3, 2, 1], 'newest', 202), 2)
  expect(ids).toEqual([1, 2, 3])
  expect(notes).toEqual([expect.stringContaining('still fetching')])
})

test('where Nextcloud gives so many of each part of what it found, no mail is left out', async () => {
  const times = Array.from({ length: 40 }, (_, at) => at + 1)
  const old = mailbox(times.slice(0, 20), 'newest')
  const young = mailbox(times.slice(20), 'newest')
  const send = async (request: HttpRequest) => {
    if (request.method === 'POST') return old.send(request)
    const parts = await Promise.all([young, old].map(part => part.send(request)))
    const mails = parts.flatMap(part => JSON.parse(part.text()) as { dateInt: number }[])
    const found = mails.map(({ dateInt }) => ({ databaseId: dateInt, dateInt }))
    return new Reply(
      200,
      { 'content-type': 'application/json' },
      Buffer.from(JSON.stringify(found)),
    )
  }
  const { ids } = await all({ ...old, send }, 5)
  expect(ids).toEqual(times.toReversed())
})
