/**
 * `npm run bench`: measures the built server against its targets, on a demo Nextcloud.
 *
 * `npm run bench -- --against URL --label NAME` measures another MCP server beside it, in turn, so
 * that both meet the same machine in the same state. That one has to offer `nc_notes_get_note` on
 * the same Nextcloud, which therefore runs already: `--nextcloud URL`, for example one started with
 * `nextcloud-mcp-server demo --nextcloud-only --port 8081`.
 */
import { parseArgs } from 'node:util'
import { measureCalls, measureOverhead } from './calls.ts'
import { measureDocuments } from './documents.ts'
import { measureEmbedding } from './embedding.ts'
import { connectEndpoint, type Endpoint } from './endpoint.ts'
import { measureExpansion } from './expansion.ts'
import { measureIndexing } from './indexing.ts'
import { loopback } from './loopback.ts'
import { measureMemory } from './memory.ts'
import { measureOAuth } from './oauth.ts'
import { type RunningProgram, startDemo, startServer } from './processes.ts'
import { table, writeResults } from './report.ts'
import { measureRequests } from './requests.ts'
import { OURS, passes, type Row } from './rows.ts'
import { measureSearch } from './search.ts'
import { measureStart } from './start.ts'
import { createSubject } from './subject.ts'
import { measureTables } from './tables.ts'

const { values: options } = parseArgs({
  options: {
    /** Address of another server's MCP endpoint; repeatable, as are the next two. */
    against: { type: 'string', multiple: true, default: [] },
    /** Its name in the table. */
    label: { type: 'string', multiple: true, default: [] },
    /** `Name: value`, sent to the other servers with every request. */
    header: { type: 'string', multiple: true, default: [] },
    /** The Nextcloud to use in place of one of our own. */
    nextcloud: { type: 'string' },
    /** Measures this part alone (`start`, `calls`, `memory` ...); repeatable. */
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string', default: 'bench-results.json' },
    /** Makes a missed target an error. */
    strict: { type: 'boolean', default: false },
  },
})

const programs: RunningProgram[] = []
try {
  await main()
} finally {
  for (const program of programs.toReversed()) await program.stop()
}

async function main(): Promise<void> {
  const nextcloud = options.nextcloud ? loopback(options.nextcloud) : (await keep(startDemo())).url
  const subject = await createSubject(nextcloud)
  const server = await keep(startServer(nextcloud))
  const own = await connectEndpoint(OURS, server.url)
  const endpoints = [own, ...(await otherEndpoints())]

  const measurements: Readonly<Record<string, () => Promise<Row[]>>> = {
    start: () => measureStart(nextcloud, own),
    requests: () => measureRequests(subject),
    calls: () => measureCalls(endpoints, subject),
    overhead: () => measureOverhead(endpoints, subject),
    memory: () => measureMemory(subject),
    tables: () => measureTables(subject),
    oauth: measureOAuth,
    expansion: measureExpansion,
    search: measureSearch,
    documents: measureDocuments,
    indexing: () => measureIndexing(subject),
    embedding: measureEmbedding,
  }
  const rows: Row[] = []
  for (const [name, measure] of Object.entries(measurements)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue
    process.stderr.write(`measuring: ${name}\n`)
    rows.push(...(await measure()))
  }

  const labels = endpoints.map(({ label }) => label)
  process.stdout.write(`\n${table(rows, labels)}\n`)
  const servers = endpoints.map(({ label, protocolVersion }) => ({ label, protocolVersion }))
  await writeResults(options.json, rows, servers)

  const missed = rows.filter(row => passes(row) === false).length
  const verdict = missed === 0 ? 'all targets met' : `targets missed: ${missed}`
  process.stdout.write(`\n${verdict}; details in ${options.json}\n`)
  if (missed > 0 && options.strict) process.exitCode = 1
}

async function keep(starting: Promise<RunningProgram>): Promise<RunningProgram> {
  const program = await starting
  programs.push(program)
  return program
}

async function otherEndpoints(): Promise<Endpoint[]> {
  const headers = Object.fromEntries(
    options.header.map(line => {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? []
      return [name, value]
    }),
  )
  const endpoints: Endpoint[] = []
  for (const [index, address] of options.against.entries()) {
    const label = options.label[index] ?? address
    endpoints.push(await connectEndpoint(label, loopback(address), headers))
  }
  return endpoints
}
