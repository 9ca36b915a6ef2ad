import { describe, expect, test } from 'vitest'
import { cardFilter, hasStatus, STATUSES } from '../../../src/apps/deck/listing.ts'
import { assigneesOf, countsOf, sumOf } from '../../../src/apps/deck/overview.ts'
import { Board, Card, Stack } from '../../../src/apps/deck/records.ts'
import { normalTime, sentAgain } from '../../../src/apps/deck/times.ts'

const card = (fields: object) => Card.parse({ id: 1, stackId: 2, ...fields })
const NOW = Date.parse('2030-06-15T12:00:00Z')
const due = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString()

describe('what Deck answers', () => {
  test('a card with hardly anything', () => {
    expect(card({ id: '7', stackId: '3', title: 12, archived: 1, order: '4' })).toMatchObject({
      id: 7,
      stackId: 3,
      title: '12',
      archived: true,
      order: 4,
      description: '',
      labels: null,
      assignedUsers: null,
      duedate: null,
      done: null,
    })
  })

  test('owners and assigned users in every form', () => {
    expect(card({ owner: 'alice' }).owner).toEqual({
      primaryKey: 'alice',
      uid: 'alice',
      displayname: 'alice',
    })
    const user = { primaryKey: 'bob', uid: 'bob', displayname: 'Bob', type: 0 }
    expect(card({ owner: user }).owner.displayname).toBe('Bob')
    const assigned = [{ id: 1, participant: user, cardId: 1, type: 0 }, user, 'rubbish']
    const uids = card({ assignedUsers: assigned }).assignedUsers?.map(
      ({ participant }) => participant.uid,
    )
    expect(uids).toEqual(['bob', 'bob'])
  })

  test('one odd card does not spoil a stack, nor an empty list a board', () => {
    const cards = { 3: { id: 1, stackId: 2 }, 4: { title: 'no id' } }
    expect(Stack.parse({ id: 2, cards }).cards).toHaveLength(1)
    expect(Stack.parse({ id: 2 }).cards).toEqual([])
    const board = Board.parse({ id: 1, settings: [], acl: {}, labels: null, permissions: [] })
    expect(board).toMatchObject({ settings: null, acl: [], labels: [] })
    expect(board.permissions.PERMISSION_EDIT).toBe(false)
  })
})

describe('times', () => {
  test.each([
    ['2026-12-24T10:00:00+00:00', '2026-12-24T10:00:00Z'],
    ['2026-12-24T10:00:00+02:00', '2026-12-24T08:00:00Z'],
    ['rubbish', 'rubbish'],
    [null, null],
  ])('%s is told as %s', (answered, told) => expect(normalTime(answered)).toBe(told))

  test('are sent in UTC, because Deck forgets offsets', () => {
    expect(sentAgain('2026-12-24T10:00:00+02:00')).toBe('2026-12-24T08:00:00+00:00')
    expect(sentAgain(null)).toBeNull()
  })
})

describe('filters', () => {
  const cards = [
    card({ id: 1 }),
    card({ id: 2, done: due(0) }),
    card({ id: 3, archived: true }),
    card({ id: 4, archived: true, done: due(0) }),
  ]
  const ids = (status: (typeof STATUSES)[number]) =>
    cards.filter(hasStatus(status)).map(({ id }) => id)

  test('states', () => {
    expect(STATUSES.map(ids)).toEqual([[1, 2, 3, 4], [1], [2], [3, 4]])
  })

  test('labels by title or id, users by id or name', () => {
    const labels = [{ id: 9, title: 'Über' }]
    const participant = { primaryKey: 'bob', uid: 'bob', displayname: 'Bob Example' }
    const one = card({ labels, assignedUsers: [{ id: 1, participant }] })
    const fits = (filter: object) => cardFilter(filter)(one)
    expect([{ label: 'über ' }, { label: '9' }, { label: 'U\u0308ber' }].map(fits)).toEqual([
      true,
      true,
      true,
    ])
    expect([{ label: 'Ü' }, { label: '99' }].map(fits)).toEqual([false, false])
    expect([{ assigned_to: 'bob' }, { assigned_to: 'bob example' }].map(fits)).toEqual([true, true])
    expect([{ assigned_to: 'Bob' }, { assigned_to: 'alice' }].map(fits)).toEqual([false, false])
    expect(fits({ label: 'über', assigned_to: 'alice' })).toBe(false)
  })
})

test('counts', () => {
  const mine = { id: 1, participant: { uid: 'me', primaryKey: 'me', displayname: 'Me' } }
  const cards = [
    card({ duedate: due(-1), assignedUsers: [mine] }),
    card({ duedate: due(-1), done: due(-2), assignedUsers: [mine] }),
    card({ duedate: due(24 * 7), assignedUsers: [] }),
    card({ duedate: due(24 * 7 + 1), assignedUsers: [] }),
    card({ archived: true, duedate: due(-1) }),
  ]
  const counts = { open: 3, done: 1, overdue: 1, due_soon: 1, unassigned: 2 }
  expect(countsOf(cards, NOW)).toEqual(counts)
  expect(sumOf([counts, counts])).toEqual({
    open: 6,
    done: 2,
    overdue: 2,
    due_soon: 2,
    unassigned: 4,
  })
  const stack = { ...Stack.parse({ id: 2 }), cards }
  expect(assigneesOf([stack])).toEqual([{ uid: 'me', displayname: 'Me', open_cards: 1 }])
})
