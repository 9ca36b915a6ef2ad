/** Reading a large table page by page, and what that takes of memory. */
import { setTimeout as sleep } from 'node:timers/promises'
import { callTool, connectEndpoint } from './endpoint.ts'
import { residentMegabytes, startServer, USER } from './processes.ts'
import { OURS, type Row } from './rows.ts'
import type { Subject } from './subject.ts'

const ROWS = 10_000
const PAGE = 1_000
const LOOK_EVERY_MS = 20

/** Measures a fresh server that has been asked for a row once, while it reads 10,000. */
export async function measureTables({ nextcloud }: Subject): Promise<Row[]> {
  const tableId = await fillTable(nextcloud)
  const server = await startServer(nextcloud)
  try {
    const endpoint = await connectEndpoint(OURS, server.url)
    const read = (offset: number, limit: number) =>
      callTool(endpoint, 'nc_tables_read_table', { table_id: tableId, limit, offset })
    await read(0, 1)
    await sleep(1_000)
    const idle = residentMegabytes(server.pid) ?? Number.NaN
    let highest = idle
    const watch = setInterval(() => {
      highest = Math.max(highest, residentMegabytes(server.pid) ?? Number.NaN)
    }, LOOK_EVERY_MS)
    const started = performance.now()
    let count = 0
    for (let offset: unknown = 0; typeof offset === 'number'; ) {
      const { rows, next_offset } = await read(offset, PAGE)
      count += Array.isArray(rows) ? rows.length : 0
      offset = next_offset
    }
    const took = performance.now() - started
    clearInterval(watch)
    if (count !== ROWS) throw new Error(`read ${count} rows instead of ${ROWS}`)
    return [
      {
        name: 'memory above idle while reading 10,000 table rows',
        unit: 'MB',
        target: { atMost: 60 },
        values: { [OURS]: highest - idle },
        remark: `${ROWS / PAGE} pages in ${Math.round(took)} ms`,
      },
    ]
  } finally {
    await server.stop()
  }
}

/** A table as people have them: a name, a number, a date and a sentence. */
async function fillTable(nextcloud: URL): Promise<number> {
  const send = async (path: string, body: object): Promise<{ id: number }> => {
    const response = await fetch(new URL(`/index.php/apps/tables/api/1/tables${path}`, nextcloud), {
      method: 'POST',
      headers: {
        Authorization: `Basic ${btoa(`${USER.name}:${USER.password}`)}`,
        'OCS-APIRequest': 'true',
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`Tables answered ${response.status}`)
    return (await response.json()) as { id: number }
  }
  const { id } = await send('', { title: 'Benchmark' })
  const column = async (title: string, type: string, subtype: string) =>
    (await send(`/${id}/columns`, { title, type, subtype, mandatory: false })).id
  const name = await column('Name', 'text', 'line')
  const amount = await column('Amount', 'number', '')
  const day = await column('Day', 'datetime', 'date')
  const note = await column('Note', 'text', 'long')
  for (let at = 0; at < ROWS; at++) {
    const words = `A sentence about thing number ${at}, as long as people write them.`
    const data = { [name]: `Thing ${at}`, [amount]: at, [day]: '2026-01-31', [note]: words }
    await send(`/${id}/rows`, { data })
  }
  return id
}
