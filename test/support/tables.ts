/** Tables of a test's own, and the app's API beside the server under test. */
import type { Backend, TestUser } from './backend.ts'
import { basic, type Harness } from './harness.ts'

/** What the app itself says, without the server under test. */
export interface TablesProbe {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  send(method: string, path: string, body?: object, user?: TestUser): Promise<any>
  /** Shares a table or a view; gives the id of the share. */
  share(kind: 'table' | 'view', id: number, permissions: readonly string[]): Promise<number>
}

/** The first version of the app's API as alice, or as somebody else. */
export function tablesProbe({ url, alice, bob }: Backend): TablesProbe {
  const send: TablesProbe['send'] = async (method, path, body, user = alice) => {
    const response = await fetch(`${url}/index.php/apps/tables/api/1${path}`, {
      method,
      headers: {
        authorization: basic(user),
        'ocs-apirequest': 'true',
        accept: 'application/json',
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
    return response.json()
  }
  return {
    send,
    async share(nodeType, nodeId, permissions) {
      const all = ['Read', 'Create', 'Update', 'Delete', 'Manage']
      const flags = all.map(name => [`permission${name}`, permissions.includes(name.toLowerCase())])
      const receiver = bob?.loginName
      const body = {
        nodeId,
        nodeType,
        receiver,
        receiverType: 'user',
        ...Object.fromEntries(flags),
      }
      return (await send('POST', '/shares', body)).id
    },
  }
}

/** Makes tables that {@link TableMaker.removeAll} removes again. */
export interface TableMaker {
  /** A table with columns of these settings; gives its id. */
  make(columns?: readonly object[]): Promise<number>
  removeAll(): Promise<void>
}

/** Tables by the tools under test. */
export function tableMaker(h: Harness): TableMaker {
  const prefix = `mcp-test-${process.pid}-${Date.now()}`
  let count = 0
  return {
    async make(columns = []) {
      const { id } = await h.ok('nc_tables_save_table', { title: `${prefix} ${++count}` })
      for (const column of columns) {
        await h.ok('nc_tables_save_column', { table_id: id, ...column })
      }
      return id
    },
    async removeAll() {
      const { tables } = await h.ok('nc_tables_list_tables')
      for (const { id, title } of tables) {
        if (!title.startsWith('mcp-test-')) continue
        await h.call('nc_tables_delete_item', { kind: 'table', id, title })
      }
    },
  }
}

/** One column of each kind, called after it. */
export const oneOfEach = [
  { title: 'line', type: 'text-line', max_length: 10, pattern: '^[a-z ]+$' },
  { title: 'long', type: 'text-long' },
  { title: 'rich', type: 'text-rich' },
  { title: 'link', type: 'text-link' },
  { title: 'number', type: 'number', decimals: 1, min: -5, max: 100 },
  { title: 'stars', type: 'number-stars' },
  { title: 'progress', type: 'number-progress' },
  { title: 'one', type: 'selection', options: ['Red', 'Green'] },
  { title: 'several', type: 'selection-multi', options: ['Red', 'Green', 'Blue'] },
  { title: 'check', type: 'selection-check' },
  { title: 'moment', type: 'datetime' },
  { title: 'date', type: 'datetime-date' },
  { title: 'time', type: 'datetime-time' },
  { title: 'people', type: 'usergroup', multiple: true, people: ['user', 'group'] },
]
