/** A table to start with. */
import type { State } from '../state.ts'
import { createRow, inTable } from '../tables/rows.ts'
import { nextId, timestamp } from '../tables/store.ts'
import { createColumn, createTable, createView, updateView } from '../tables/structure.ts'

const columns = [
  { title: 'Tool', type: 'text', subtype: 'line', mandatory: true, textMaxLength: 80 },
  {
    title: 'Kind',
    type: 'selection',
    selectionOptions: JSON.stringify([
      { id: 1, label: 'Garden' },
      { id: 2, label: 'Workshop' },
    ]),
    selectionDefault: '1',
  },
  { title: 'Quantity', type: 'number', numberDecimals: 0, numberMin: 0, numberDefault: 1 },
  { title: 'Available', type: 'selection', subtype: 'check', selectionDefault: 'true' },
  { title: 'Bought', type: 'datetime', subtype: 'date' },
]

const rows = [
  ['Hedge trimmer', 1, 1, 'true', '2024-05-03'],
  ['Spade', 1, 3, 'true', '2021-03-14'],
  ['Cordless drill', 2, 1, 'false', '2025-11-28'],
]

/** Gives alice a table with a view, which bob may read and add to, as far as there are such users. */
export function fillTables(state: State): void {
  const { directory, tables: store, storage } = state
  if (!directory.accounts.has('alice')) return
  const now = storage.now() - 24 * 3_600_000
  const hand = { store, userId: 'alice', now }
  const table = createTable(hand, { title: 'Tools to lend', emoji: '🧰' })
  const ids = columns.map(column => createColumn(hand, table, column).id)
  for (const values of rows) {
    const cells = ids.map((id, index): [number, unknown] => [id, values[index]])
    createRow(hand, directory, table.id, inTable(hand, table), cells)
  }
  const view = createView(hand, table, { title: 'At home', emoji: '🏠' })
  updateView(hand, view, {
    columnSettings: ids.map((columnId, order) => ({ columnId, order })),
    filter: [[{ columnId: ids[3], operator: 'is-equal', value: '@checked' }]],
  })
  if (!directory.accounts.has('bob')) return
  const id = nextId(store, 'shares')
  store.shares.set(id, {
    id,
    nodeId: table.id,
    nodeType: 'table',
    sender: 'alice',
    receiver: 'bob',
    receiverType: 'user',
    read: true,
    create: true,
    update: false,
    delete: false,
    manage: false,
    createdAt: timestamp(now),
    lastEditAt: timestamp(now),
  })
}
