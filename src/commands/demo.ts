/** `demo`: everything to try the server with, on one port and nothing else needed. */
import { loadConfig } from '../config/config.ts'
import { startDemoNextcloud } from '../demo/index.ts'
import { compose } from '../server/compose.ts'
import { serveHttp } from '../server/http.ts'
import { untilAskedToStop } from './signals.ts'

/** Options of `demo`, as the command line gives them. */
export interface DemoOptions {
  port: string
  host: string
  nextcloudOnly?: boolean
}

const USER = 'alice'
const PASSWORD = 'alice-demo'

/** Serves a demo Nextcloud, and MCP over it, until asked to stop. */
export function demo({ port, host, nextcloudOnly }: DemoOptions): Promise<void> {
  return nextcloudOnly ? nextcloudAlone(port, host) : mcpOverDemo(port, host)
}

async function nextcloudAlone(port: string, host: string): Promise<void> {
  const askedToStop = untilAskedToStop()
  const nextcloud = await startDemoNextcloud({ port: Number(port), host })
  print(`A demo Nextcloud runs at ${nextcloud.url} (user ${USER}, password ${PASSWORD}).`)
  await askedToStop
  await nextcloud.close()
}

async function mcpOverDemo(port: string, host: string): Promise<void> {
  const askedToStop = untilAskedToStop()
  const nextcloud = await startDemoNextcloud()
  const composition = compose(
    loadConfig({
      NEXTCLOUD_HOST: nextcloud.url,
      NEXTCLOUD_USERNAME: USER,
      NEXTCLOUD_PASSWORD: nextcloud.appPassword(USER),
      MCP_HOST: host,
      MCP_PORT: port,
      LOG_LEVEL: 'warn',
    }),
  )
  const server = await serveHttp(composition)
  print(await welcome(server.url))
  await askedToStop
  await server.close()
  await composition.close()
  await nextcloud.close()
}

async function welcome(url: string): Promise<string> {
  const call = { name: 'nc_notes_search_notes', arguments: { query: 'bread', limit: 1 } }
  return [
    '',
    `MCP server over a demo Nextcloud: ${url}`,
    'Everything is in memory and gone when you stop it (Ctrl-C).',
    '',
    'Configuration for a client that takes JSON (Cursor, VS Code and others):',
    json({ mcpServers: { nextcloud: { type: 'http', url } } }),
    '',
    'Claude Code:',
    `  claude mcp add --transport http nextcloud ${url}`,
    '',
    `One call, ${call.name} ${JSON.stringify(call.arguments)}, and its answer:`,
    json(await exampleCall(url, call)),
    '',
  ].join('\n')
}

/** A real call through the real endpoint, as any client of 2025-11-25 or later sends it. */
async function exampleCall(url: string, call: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
  })
  const text = await response.text()
  const message = /^data: (.*)$/m.exec(text)?.[1] ?? text
  return (JSON.parse(message) as { result?: { structuredContent?: unknown } }).result
    ?.structuredContent
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/^/gm, '  ')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
