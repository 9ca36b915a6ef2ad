/** Tables that the app makes with something in them. */
import type { Directory } from '../users.ts'
import { createRow, inTable } from './rows.ts'
import type { Table } from './store.ts'
import { createColumn, createTable, createView, type Hand, updateView } from './structure.ts'

type Row = readonly (string | number | undefined)[]

/** Fills a new table after a template; names that are none leave it empty. */
export function fillFromTemplate(
  hand: Hand,
  directory: Directory,
  table: Table,
  template: string,
): void {
  if (template === 'todo') fillTodo(hand, directory, table)
  if (template === 'tutorial') fillTutorial(hand, directory, table)
}

/** The table that everybody without one of their own gets when they look. */
export function createTutorial(hand: Hand, directory: Directory): void {
  const given = { title: 'Welcome to Nextcloud Tables!', emoji: '🚀' }
  fillTutorial(hand, directory, createTable(hand, given))
}

function fillTutorial(hand: Hand, directory: Directory, table: Table): void {
  const columns = [
    { title: 'What', type: 'text', subtype: 'line' },
    { title: 'How to do', type: 'text', subtype: 'rich' },
    { title: 'Ease of use', type: 'number', subtype: 'stars' },
    { title: 'Done', type: 'selection', subtype: 'check' },
  ].map(column => createColumn(hand, table, column).id)
  addRows(hand, directory, table, columns, [
    ['Open the tables app', 'Reachable via the Tables icon in the apps list.', 5, 'true'],
    ['Add your first row', 'Use the *+ Create row* button and fill in the form.', 5, 'false'],
    ['Edit a row', 'Use the *pencil* button of a row.', 5, 'false'],
    ['Add a new column', 'Open the menu of the table and choose *Create column*.', 4, 'false'],
    ['Create views for tables', 'Filter data and keep it as a view.', 4, 'false'],
    ['Create applications', 'Combine tables and views.', 3, 'false'],
    ['Read the docs', 'They explain the rest.', 3, 'false'],
  ])
  const view = createView(hand, table, { title: 'Check yourself!', emoji: '🏁' })
  updateView(hand, view, {
    columnSettings: columns.map((columnId, order) => ({ columnId, order })),
    filter: [[{ columnId: columns[3], operator: 'is-equal', value: '@unchecked' }]],
  })
}

function fillTodo(hand: Hand, directory: Directory, table: Table): void {
  const columns = [
    { title: 'Task', type: 'text', subtype: 'line', mandatory: true },
    { title: 'Description', type: 'text', subtype: 'rich' },
    { title: 'Target', type: 'text', subtype: 'rich' },
    { title: 'Progress', type: 'number', subtype: 'progress', numberDefault: 0 },
    { title: 'Comments', type: 'text', subtype: 'rich' },
    { title: 'Proofed', type: 'selection', subtype: 'check' },
  ].map(column => createColumn(hand, table, column).id)
  addRows(hand, directory, table, columns, [
    ['Create initial milestones', 'Structure the project.', 'Kickoff', 100, 'Done.', 'true'],
    ['Kickoff meeting', 'In person.', 'First tasks are known', 80, 'That was nice.', 'true'],
    ['Set up some tools', 'Where do we collaborate?', 'We know', 10, 'Try one.', 'false'],
    ['Add more actions', 'There are more.'],
  ])
}

function addRows(
  hand: Hand,
  directory: Directory,
  table: Table,
  columns: readonly number[],
  rows: readonly Row[],
): void {
  for (const row of rows) {
    const cells = columns.flatMap((id, index): [number, unknown][] =>
      row[index] === undefined ? [] : [[id, row[index]]],
    )
    createRow(hand, directory, table.id, inTable(hand, table), cells)
  }
}
