// Runs `npm start` on a free port until its MCP endpoint lists tools, then ends it as a process
// manager would, and fails where anything is left running.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const STARTS_WITHIN_MS = 280_000 // a fresh clone installs and builds first
const ENDS_WITHIN_MS = 10_000

const port = await freePort()
const npm = spawn('npm', ['start', '--', '--port', String(port)], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
let ended = false
npm.once('close', () => {
  ended = true
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    npm.kill('SIGTERM')
    process.exitCode = 1
  })
}

try {
  const tools = await within(STARTS_WITHIN_MS, () => {
    if (ended) throw new Error('npm start ended by itself')
    return listTools(`http://127.0.0.1:${port}/mcp`)
  })
  if (!tools) throw new Error(`no answer from port ${port} in time`)
  if (tools.length === 0) throw new Error('tools/list is empty')
  process.stdout.write(`tools/list answers with ${tools.length} tools\n`)
} finally {
  npm.kill('SIGTERM')
}
if (!(await within(ENDS_WITHIN_MS, async () => ended && (await isClosed(port))))) {
  throw new Error(`port ${port} still answers after npm start was told to end`)
}
process.stdout.write('ended when told to\n')

/** The tools of an MCP server, or undefined while it does not answer. */
async function listTools(url) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/list',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
          'io.modelcontextprotocol/clientInfo': { name: 'ci', version: '1' },
        },
      },
    }),
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined)
  if (!response) return undefined
  const text = await response.text()
  if (!response.ok) throw new Error(`tools/list answers ${response.status}: ${text}`)
  return JSON.parse(text).result.tools
}

async function within(milliseconds, attempt) {
  const deadline = Date.now() + milliseconds
  while (Date.now() < deadline) {
    const result = await attempt()
    if (result) return result
    await sleep(200)
  }
  return undefined
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: free } = server.address()
  server.close()
  await once(server, 'close')
  return free
}

function isClosed(candidate) {
  return new Promise(resolve => {
    const socket = connect(candidate, '127.0.0.1')
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.unref()
  })
}
