import assert from 'node:assert/strict'
import { cardIn, cardOf, type Titled, titled } from './kit/boards.ts'
import type { Task } from './kit/task.ts'

export const changing: readonly Task[] = [
  {
    says: 'The green roof on our garden house board is finished: put the label "Finished" on the card, mark it as done and comment "It is on".',
    steps: [
      { tool: 'deck_get_boards', seeking: 'show my boards', with: () => ({}) },
      {
        tool: 'deck_get_board_overview',
        seeking: 'overview of a board',
        with: ({ boards }) => ({ board_id: titled(boards, 'Garden house').id }),
      },
      {
        tool: 'deck_get_labels',
        seeking: 'which labels are there on a board',
        with: (_, overview) => ({ board_id: overview.board_id }),
      },
      {
        tool: 'deck_assign_label_to_card',
        seeking: 'put a label on a card',
        with: (_, overview, { labels }) => ({
          board_id: overview.board_id,
          stack_id: cardIn(overview, 'Green roof').stackId,
          card_id: cardIn(overview, 'Green roof').id,
          label_id: titled(labels, 'Finished').id,
        }),
      },
      {
        tool: 'deck_update_card',
        seeking: 'mark a card as done',
        with: (...[, , , labelled]) => ({
          board_id: labelled.board_id,
          stack_id: labelled.stack_id,
          card_id: labelled.card_id,
          done: 'now',
        }),
      },
      {
        tool: 'deck_create_card_comment',
        seeking: 'comment on a card',
        with: (...[, , , labelled]) => ({ card_id: labelled.card_id, message: 'It is on' }),
      },
    ],
    async outcome(world) {
      const card = await cardOf(world, 'Garden house', 'In work', 'Green roof')
      assert.ok(card.labels.some((label: Titled) => label.title === 'Finished'))
      assert.ok(card.done)
      const comments = await world.read(`/ocs/v2.php/apps/deck/api/v1.0/cards/${card.id}/comments`)
      assert.equal(comments[0].message, 'It is on')
    },
  },
  {
    says: 'Add "Ask Carol" to the description of the card "Green roof" (board "Garden house"), and do not lose what others write there.',
    steps: [
      { tool: 'deck_get_boards', seeking: 'my boards', with: () => ({}) },
      {
        tool: 'deck_get_board_overview',
        seeking: 'overview of a board',
        with: ({ boards }) => ({ board_id: titled(boards, 'Garden house').id }),
      },
      {
        tool: 'deck_get_card',
        seeking: 'read a card',
        with: (_, overview) => ({
          board_id: overview.board_id,
          stack_id: cardIn(overview, 'Green roof').stackId,
          card_id: cardIn(overview, 'Green roof').id,
        }),
      },
      {
        tool: 'deck_update_card',
        seeking: 'change the description of a card',
        async meanwhile({ bob }) {
          const board = titled((await bob('deck_get_boards')).boards, 'Garden house')
          const overview = await bob('deck_get_board_overview', { board_id: board.id })
          const { id, stackId } = cardIn(overview, 'Green roof')
          await bob('deck_update_card', {
            board_id: board.id,
            stack_id: stackId,
            card_id: id,
            description: 'The beams bear it.',
          })
        },
        with: (_, overview, card) => ({
          board_id: overview.board_id,
          stack_id: card.stackId,
          card_id: card.id,
          description: `${card.description}\n\nAsk Carol`,
          etag: card.ETag,
        }),
        fails: 'CONFLICT',
      },
      {
        tool: 'deck_get_card',
        with: (_, overview, card) => ({
          board_id: overview.board_id,
          stack_id: card.stackId,
          card_id: card.id,
        }),
      },
      {
        tool: 'deck_update_card',
        with: (...[, overview, , , card]) => ({
          board_id: overview.board_id,
          stack_id: card.stackId,
          card_id: card.id,
          description: `${card.description}\n\nAsk Carol`,
          etag: card.ETag,
        }),
      },
    ],
    async outcome(world) {
      const card = await cardOf(world, 'Garden house', 'In work', 'Green roof')
      assert.equal(card.description, 'The beams bear it.\n\nAsk Carol')
    },
  },
  {
    says: 'Attach the garden house schedule to the card "Rain barrel" on that board.',
    steps: [
      {
        tool: 'deck_attach_file',
        seeking: 'attach a file to a card',
        with: () => ({ card_id: 'Rain barrel', path: 'Garden house/Schedule' }),
        fails: 'BAD_INPUT',
      },
      {
        tool: 'deck_get_board_overview',
        with: () => ({ board_id: 'Garden house' }),
        fails: 'BAD_INPUT',
      },
      { tool: 'deck_get_boards', with: () => ({}) },
      {
        tool: 'deck_get_board_overview',
        with: (_, __, { boards }) => ({ board_id: titled(boards, 'Garden house').id }),
      },
      {
        tool: 'nc_webdav_find_by_name',
        seeking: 'find a file',
        with: () => ({ pattern: 'schedule' }),
      },
      {
        tool: 'deck_attach_file',
        with: (...[, , , overview, found]) => ({
          card_id: cardIn(overview, 'Rain barrel').id,
          path: found.results[0].path,
        }),
      },
    ],
    async outcome(world) {
      const card = await cardOf(world, 'Garden house', 'Ideas', 'Rain barrel')
      assert.equal(card.attachmentCount, 1)
    },
  },
]
