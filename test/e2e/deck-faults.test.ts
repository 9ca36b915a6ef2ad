/** What goes wrong between reading and writing, and in the middle of several writes. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { type CardPlace, type DeckStage, deckStage } from '../support/deck.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import type { Fault } from '../support/proxy.ts'

let h: Harness
let deck: DeckStage
let place: CardPlace

beforeEach(async () => {
  h = await startHarness({
    backend: await demoBackend(),
    environment: { NEXTCLOUD_TIMEOUT_SECONDS: '0.3' },
  })
  deck = await deckStage(h)
  place = await deck.card({ title: 'Safe', description: 'text' })
})
afterEach(() => h.close())

/** Lets reads pass. */
const breakWrites = (fault: Fault) =>
  h.proxy.plan(({ method }) => (method === 'GET' ? undefined : fault))
const writes = () => h.proxy.requests.filter(({ method }) => method !== 'GET')

test.each(['reset', 'truncated', 'html', 'delay', 500] as const)(
  '%s: a write is sent once, and is no success',
  async fault => {
    const tries: [string, Record<string, unknown>][] = [
      ['deck_update_card', { ...place, title: 'x' }],
      ['deck_create_card', { board_id: deck.boardId, stack_id: deck.stacks[0], title: 'x' }],
      ['deck_assign_label_to_card', { ...place, label_id: deck.labels.Later }],
      ['deck_create_card_comment', { card_id: place.card_id, message: 'x' }],
      ['deck_create_board', { title: 'x', color: '000000' }],
    ]
    for (const [tool, args] of tries) {
      breakWrites(fault)
      h.proxy.forget()
      const { error } = await h.call(tool, args)
      h.proxy.plan(undefined)
      expect(error?.code, tool).toMatch(/UNREACHABLE|UPSTREAM_ERROR/)
      expect(error?.outcome_unknown === true, tool).toBe(fault !== 500)
      expect(writes(), tool).toHaveLength(1)
    }
  },
)

test('a fault of the server is not taken for an archived board', async () => {
  breakWrites(500)
  const { error } = await h.call('deck_archive_card', place)
  expect(error).toMatchObject({ code: 'UPSTREAM_ERROR', status: 500 })
})

test('when the reason cannot be asked for, what Deck said is told', async () => {
  await deck.raw('DELETE', `/boards/${deck.boardId}`)
  h.proxy.plan(({ path }) => (/boards\/\d+$/.test(path) ? 'reset' : undefined))
  const { error } = await h.call('deck_get_card', place)
  expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403 })
})

test('a message that is posted in part says which parts are there', async () => {
  let posts = 0
  h.proxy.plan(({ method }) => (method === 'POST' && ++posts === 3 ? 'reset' : undefined))
  const message = Array.from({ length: 600 }, (_, at) => `word${at}`).join(' ')
  const args = { card_id: place.card_id, message, overflow: 'split' }
  const { error } = await h.call('deck_create_card_comment', args)
  h.proxy.plan(undefined)
  expect(error).toMatchObject({ code: 'UNREACHABLE', message: 'Only 2 of 5 parts were posted' })
  const { results } = await h.ok('deck_get_card_comments', { card_id: place.card_id })
  for (const { id } of results) expect(error?.hint).toContain(String(id))
  expect(results).toHaveLength(2)
})

test('a card that has left its stack in the meantime is not brought back', async () => {
  // Moving is refused where the card has left its stack in between.
  h.proxy.plan(async ({ method, path }) => {
    if (method === 'PUT' || !path.includes('/cards/')) return undefined
    const target = `/boards/${place.board_id}/stacks/${deck.stacks[1]}/cards/${place.card_id}`
    await deck.raw('PUT', `${target}/reorder`, { order: 0 })
    return undefined
  })
  const { error } = await h.call('deck_update_card', { ...place, title: 'Mine' })
  h.proxy.plan(undefined)
  expect(error).toMatchObject({ code: 'NOT_FOUND' })
  expect(await deck.read(place)).toMatchObject({ title: 'Safe', stackId: deck.stacks[1] })
})
