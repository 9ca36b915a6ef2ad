import assert from 'node:assert/strict'
import { cardIn, cardOf, stacksOf, titled } from './kit/boards.ts'
import type { Answer, Task } from './kit/task.ts'
import type { World } from './kit/world.ts'

/** A board with three cards, two of them due this week. */
async function relaunch({ alice }: World): Promise<void> {
  const board = await alice('deck_create_board', { title: 'Relaunch', color: '0087C5' })
  const stack = await alice('deck_create_stack', { board_id: board.id, title: 'Open', order: 1 })
  const card = (title: string, duedate: string) =>
    alice('deck_create_card', { board_id: board.id, stack_id: stack.id, title, duedate })
  await card('Texts', '2026-10-15T12:00:00')
  await card('Pictures', '2026-10-16T12:00:00')
  await card('Party', '2026-11-20T18:00:00')
}

export const moving: readonly Task[] = [
  {
    says: 'Move everything due this week on my board "Relaunch" to next Monday, and tell Bob: "Relaunch moves to Monday".',
    given: relaunch,
    steps: [
      { tool: 'deck_get_boards', seeking: 'list my boards', with: () => ({}) },
      {
        tool: 'deck_get_board_overview',
        seeking: 'what is due on a board',
        with: ({ boards }) => ({ board_id: titled(boards, 'Relaunch').id }),
      },
      {
        tool: 'deck_update_card',
        seeking: 'change the due date of a card',
        with: (_, overview) =>
          overview.stacks
            .flatMap((stack: Answer) => stack.cards)
            .filter((card: Answer) => card.duedate < '2026-10-19')
            .map((card: Answer) => ({
              board_id: overview.board_id,
              stack_id: card.stackId,
              card_id: card.id,
              duedate: '2026-10-19',
            })),
      },
      {
        tool: 'nc_users_search',
        seeking: 'find a person',
        with: () => ({ query: 'Bob' }),
      },
      {
        tool: 'talk_create_conversation',
        seeking: 'start a conversation with somebody',
        with: (_, __, ___, people) => ({
          room_type: 'one_to_one',
          invite: people.results[0].id,
        }),
      },
      {
        tool: 'talk_send_message',
        seeking: 'send a chat message',
        with: (...[, , , , { conversation }]) => ({
          token: conversation.token,
          message: 'Relaunch moves to Monday',
        }),
      },
    ],
    async outcome(world, ...answers) {
      const [stack] = await stacksOf(world, 'Relaunch')
      const inBerlin = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin' })
      const due = stack.cards.map(
        (card: Answer) => `${card.title} ${inBerlin.format(new Date(card.duedate))}`,
      )
      assert.deepEqual(due.toSorted(), [
        'Party 2026-11-20',
        'Pictures 2026-10-19',
        'Texts 2026-10-19',
      ])
      const { token } = answers[4].conversation
      const chat = await world.read(
        `/ocs/v2.php/apps/spreed/api/v1/chat/${token}?lookIntoFuture=0`,
        'bob',
      )
      assert.equal(chat[0].message, 'Relaunch moves to Monday')
    },
  },
  {
    says: 'On the board "Garden house" the card "Rain barrel" goes to "In work", and Bob does it.',
    steps: [
      {
        tool: 'deck_get_board_overview',
        seeking: 'show the cards of a board',
        with: () => ({ board_id: 'Garden house' }),
        fails: 'BAD_INPUT',
      },
      { tool: 'deck_get_boards', with: () => ({}) },
      {
        tool: 'deck_get_board_overview',
        with: (_, { boards }) => ({ board_id: titled(boards, 'Garden house').id }),
      },
      {
        tool: 'deck_reorder_card',
        seeking: 'move a card to another list',
        with: (_, __, overview) => ({
          board_id: overview.board_id,
          stack_id: cardIn(overview, 'Rain barrel').stackId,
          card_id: cardIn(overview, 'Rain barrel').id,
          target_stack_id: titled(overview.stacks, 'In work').id,
          order: 0,
        }),
      },
      {
        tool: 'deck_assign_user_to_card',
        seeking: 'assign somebody to a card',
        with: (_, __, ___, moved) => ({
          board_id: moved.board_id,
          stack_id: moved.stack_id,
          card_id: moved.card_id,
          user_id: 'Bob Example',
        }),
        infers: { user_id: 'a full name, as a model may well try' },
        fails: 'BAD_INPUT',
      },
      {
        tool: 'deck_get_board',
        with: (_, __, overview) => ({ board_id: overview.board_id }),
      },
      {
        tool: 'deck_assign_user_to_card',
        with: (...[, , , moved, , board]) => ({
          board_id: moved.board_id,
          stack_id: moved.stack_id,
          card_id: moved.card_id,
          user_id: board.users.find((user: Answer) => user.displayname.startsWith('Bob')).uid,
        }),
      },
    ],
    async outcome(world) {
      const card = await cardOf(world, 'Garden house', 'In work', 'Rain barrel')
      assert.equal(card.assignedUsers[0].participant.uid, 'bob')
    },
  },
]
