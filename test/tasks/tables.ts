import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'

const TOOLS = 'Tools to lend'
const tableOf = ({ tables }: Answer) =>
  tables.find(({ title }: { title: string }) => title === TOOLS)
const rowOf = ({ rows }: Answer, tool: string) =>
  rows.find(({ values }: Answer) => values.Tool === tool)

export const tables: TaskGroup = {
  title: 'Tables',
  tasks: [
    {
      says: 'In the table "Tools to lend": of the Spade we now have a Quantity of 4.',
      steps: [
        {
          tool: 'nc_tables_read_table',
          seeking: 'read the rows of a table',
          with: () => ({ table_id: 'Tools to lend' }),
          fails: 'BAD_INPUT',
        },
        { tool: 'nc_tables_list_tables', with: () => ({}) },
        {
          tool: 'nc_tables_read_table',
          with: (_, listed) => ({ table_id: tableOf(listed).id }),
        },
        {
          tool: 'nc_tables_update_row',
          seeking: 'change a row of a table',
          with: (_, __, read) => ({
            row_id: rowOf(read, 'Spade').id,
            data: { Quantity: 4 },
          }),
        },
      ],
      async outcome({ alice }, _, listed) {
        const read = await alice('nc_tables_read_table', { table_id: tableOf(listed).id })
        assert.equal(rowOf(read, 'Spade').values.Quantity, 4)
        assert.equal(rowOf(read, 'Spade').values.Bought, '2021-03-14')
      },
    },
    {
      says: 'Add the Tool "Ladder" of the Kind "Gardening" to the table of tools to lend.',
      steps: [
        {
          tool: 'nc_tables_list_tables',
          seeking: 'which tables do I have',
          with: () => ({}),
        },
        {
          tool: 'nc_tables_insert_row',
          seeking: 'add a row to a table',
          with: listed => ({
            table_id: tableOf(listed).id,
            data: { Tool: 'Ladder', Kind: 'Gardening' },
          }),
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_tables_insert_row',
          with: (listed, { error }) => ({
            table_id: tableOf(listed).id,
            data: {
              Tool: 'Ladder',
              Kind: /\bGarden\b/.exec(`${error.message} ${error.hint}`)?.[0],
            },
          }),
        },
      ],
      async outcome({ read }, listed) {
        const rows = await read(`/index.php/apps/tables/api/1/tables/${tableOf(listed).id}/rows`)
        const cells = rows.at(-1).data.map(({ value }: Answer) => value)
        assert.deepEqual(cells.slice(0, 2), ['Ladder', 1])
      },
    },
  ],
}
