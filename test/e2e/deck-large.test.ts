/** A board of a thousand cards at once. How long that takes is measured in test/unit/deck. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'

const STACKS = 20
const CARDS = 50

let h: Harness
let deck: DeckStage
let board_id: number

beforeAll(async () => {
  h = await startHarness({ backend: await demoBackend() })
  deck = await deckStage(h)
  board_id = (await deck.board('large')).boardId
  const { body } = await deck.raw('GET', `/boards/${board_id}`)
  const labels: { id: number }[] = body.labels
  const fill = async (at: number) => {
    const stack = { title: `Stack ${at}`, order: at }
    const { body } = await deck.raw('POST', `/boards/${board_id}/stacks`, stack)
    const cards = `/boards/${board_id}/stacks/${body.id}/cards`
    for (let order = 0; order < CARDS; order++) {
      const description = `Card ${order} has to be done. `.repeat(15)
      const fields = { title: `Card ${at}/${order}`, order, description }
      const duedate = order % 3 === 0 ? '2020-01-01T00:00:00+00:00' : null
      const { body: card } = await deck.raw('POST', cards, { ...fields, duedate })
      const path = `${cards}/${card.id}`
      await deck.raw('PUT', `${path}/assignLabel`, { labelId: labels[order % 4]?.id })
      if (order % 2 === 0) await deck.raw('PUT', `${path}/assignUser`, { userId: 'alice' })
    }
  }
  await Promise.all(Array.from({ length: STACKS - 1 }, (_, at) => fill(at)))
  await fill(STACKS)
}, 120_000)
afterAll(async () => {
  await deck.clear()
  await h.close()
})

test('an overview takes one look at the board and one at all of its cards', async () => {
  const overview = () => h.ok('deck_get_board_overview', { board_id, limit: 1000 })
  const requests = await h.requestsOf(overview)
  expect(requests.toSorted()).toEqual([
    `GET /index.php/apps/deck/api/v1.0/boards/${board_id}`,
    `GET /index.php/apps/deck/api/v1.0/boards/${board_id}/stacks`,
  ])

  const { stacks, total_cards, counts, assignees } = await overview()
  expect([stacks.length, total_cards]).toEqual([STACKS + 1, STACKS * CARDS])
  expect(counts).toMatchObject({ open: 1000, overdue: 17 * STACKS, unassigned: 500 })
  expect(assignees).toEqual([{ uid: 'alice', displayname: 'Alice Example', open_cards: 500 }])
})
