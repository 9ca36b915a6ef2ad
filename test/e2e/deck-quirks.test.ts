/**
 * What Deck itself does where its documentation says something else or nothing. The tools are built
 * around these; the demo has to do them too.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
let deck: DeckStage
let alice: string

beforeAll(async () => {
  h = await startHarness()
  deck = await deckStage(h)
  alice = h.backend.alice.loginName
})
afterAll(async () => {
  await deck.clear()
  await h.close()
})

const pathOf = ({ board_id, stack_id, card_id }: CardPlace) =>
  `/boards/${board_id}/stacks/${stack_id}/cards/${card_id}`
const whole = (more = {}) => ({ title: 'x', type: 'plain', owner: alice, ...more })

test('an update resets what it leaves out', async () => {
  const place = await deck.card({ description: 'd', order: 3, duedate: '2030-01-01T00:00:00Z' })
  await deck.raw('PUT', pathOf(place), whole({ done: '2030-01-01T00:00:00+00:00' }))
  expect(await deck.read(place)).toMatchObject({ description: '', order: 0, duedate: null })
  await deck.raw('PUT', pathOf(place), whole())
  expect((await deck.read(place)).done).toBeNull()
})

test('the offset of a time is forgotten', async () => {
  const place = await deck.card()
  const duedate = '2030-01-01T10:00:00+05:00'
  const { body } = await deck.raw('PUT', pathOf(place), whole({ duedate }))
  expect(body.duedate).toBe(duedate)
  expect((await deck.read(place)).duedate).toBe('2030-01-01T10:00:00+00:00')
})

test('an update moves a card to the stack in the path, and brings back a deleted one', async () => {
  const place = await deck.card()
  await deck.raw('PUT', pathOf({ ...place, stack_id: deck.stacks[1] }), whole())
  expect((await deck.read(place)).stackId).toBe(deck.stacks[1])
  await deck.raw('DELETE', pathOf(place))
  expect(await deck.raw('GET', pathOf(place))).toMatchObject({
    status: 403,
    body: { message: 'Card is deleted' },
  })
  expect((await deck.raw('PUT', pathOf(place), whole())).status).toBe(200)
  expect((await deck.raw('GET', pathOf(place))).status).toBe(200)
})

test('an update takes an owner, and does nothing with it', async () => {
  const place = await deck.card()
  const { body } = await deck.raw('PUT', pathOf(place), whole({ owner: 'bob' }))
  expect(body.owner.uid).toBe(alice)
})

test('reordering follows the stack in the path, not the one in the body', async () => {
  const place = await deck.card()
  const body = { order: 0, stackId: deck.stacks[1] }
  await deck.raw('PUT', `${pathOf(place)}/reorder`, body)
  expect((await deck.read(place)).stackId).toBe(deck.stacks[0])
})

test('a label that is put on twice is there twice', async () => {
  const place = await deck.card()
  const label = { labelId: deck.labels.Later }
  for (const _ of [1, 2]) await deck.raw('PUT', `${pathOf(place)}/assignLabel`, label)
  expect((await deck.read(place)).labels).toHaveLength(2)
  await deck.raw('PUT', `${pathOf(place)}/removeLabel`, label)
  expect((await deck.read(place)).labels).toEqual([])
})

test('refusals of what is archived come as faults of the server', async () => {
  const place = await deck.card()
  await deck.raw('PUT', `${pathOf(place)}/archive`, {})
  const label = { labelId: deck.labels.Later }
  expect(await deck.raw('PUT', `${pathOf(place)}/assignLabel`, label)).toMatchObject({
    status: 500,
    body: { message: 'Operation not allowed. This card is archived.' },
  })
  expect((await deck.raw('PUT', pathOf(place), whole({ archived: true }))).status).toBe(500)
  expect((await deck.raw('PUT', pathOf(place), whole())).status).toBe(200)
  expect((await deck.read(place)).archived).toBe(true)
})

test('an archived card with labels that moves to another board is left half moved', async () => {
  const other = await deck.board()
  const place = await deck.card()
  const label = { labelId: deck.labels.Later }
  await deck.raw('PUT', `${pathOf(place)}/assignLabel`, label)
  await deck.raw('PUT', `${pathOf(place)}/archive`, {})
  const there = { ...place, board_id: other.boardId, stack_id: other.stackId }
  expect((await deck.raw('PUT', pathOf(there), whole())).status).toBe(500)
  const { stackId, labels } = await deck.read(there)
  expect([stackId, labels[0].boardId]).toEqual([other.stackId, deck.boardId])
})

test('lists tell less: one stack no labels, archived cards not who is to do them', async () => {
  const { boardId, stackId } = await deck.board()
  const place = await deck.card({ board_id: boardId, stack_id: stackId })
  await deck.raw('PUT', `${pathOf(place)}/assignUser`, { userId: alice })
  const one = (await deck.raw('GET', `/boards/${boardId}/stacks/${stackId}`)).body.cards[0]
  expect(one).toMatchObject({ labels: null, owner: alice, assignedUsers: [{}] })
  await deck.raw('PUT', `${pathOf(place)}/archive`, {})
  const { body } = await deck.raw('GET', `/boards/${boardId}/stacks/archived`)
  expect(body[0].cards[0]).toMatchObject({ labels: null, assignedUsers: null })
})

test('a deleted stack is still there for who knows its id', async () => {
  const { boardId, stackId } = await deck.board()
  const path = `/boards/${boardId}/stacks/${stackId}`
  await deck.raw('DELETE', path)
  expect((await deck.raw('GET', `/boards/${boardId}/stacks`)).body).toEqual([])
  expect((await deck.raw('POST', `${path}/cards`, { title: 'Lost' })).status).toBe(200)
  await deck.raw('PUT', path, { title: 'Back', order: 1 })
  expect((await deck.raw('GET', `/boards/${boardId}/stacks`)).body).toMatchObject([
    { title: 'Back', cards: [{ title: 'Lost' }] },
  ])
})

test('deleted boards are listed, and denied', async () => {
  const { boardId } = await deck.board()
  await deck.raw('DELETE', `/boards/${boardId}`)
  const { body } = await deck.raw('GET', '/boards')
  const listed = body.find(({ id }: { id: number }) => id === boardId)
  expect(listed?.deletedAt).toBeGreaterThan(0)
  expect((await deck.raw('GET', `/boards/${boardId}`)).status).toBe(403)
})

test('comments: empty ones are taken, answers cannot be edited, long edits fail', async () => {
  const { card_id } = await deck.card()
  const path = `/ocs/v2.php/apps/deck/api/v1.0/cards/${card_id}/comments`
  const post = async (body: object) => (await deck.raw('POST', path, body)).body.ocs.data.id
  const id = await post({ message: ' ' })
  const answer = await post({ message: 'x', parentId: id })
  const edit = (comment: number, message: string) =>
    deck.raw('PUT', `${path}/${comment}`, { message })
  // Deck asks for the card that has the id of the first comment, and there may be one.
  expect(h.backend.demo ? [403] : [200, 403]).toContain((await edit(answer, 'y')).status)
  expect((await edit(id, 'x'.repeat(1001))).status).toBe(500)
})

test('If-Modified-Since on the list of boards fails', async () => {
  const { body } = await deck.raw('GET', '/boards?details=true')
  expect(body.length).toBeGreaterThan(0)
  const response = await fetch(`${h.backend.url}/index.php/apps/deck/api/v1.0/boards`, {
    headers: {
      authorization: `Basic ${btoa(`${alice}:${h.backend.alice.password}`)}`,
      'ocs-apirequest': 'true',
      'if-modified-since': 'Mon, 01 Jan 2035 00:00:00 GMT',
    },
  })
  expect(response.status).toBe(500)
})
