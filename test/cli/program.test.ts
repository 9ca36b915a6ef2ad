/** The program as people run it: commands, exit codes, what goes to which stream, signals. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Backend, demoBackend } from '../support/backend.ts'
import { startOllama } from '../support/embedding-servers.ts'
import { PROGRAM, runProgram, startProgram } from '../support/program.ts'
import { type FaultProxy, startProxy } from '../support/proxy.ts'

let backend: Backend
let proxy: FaultProxy
let environment: Record<string, string>
beforeAll(async () => {
  backend = await demoBackend()
  proxy = await startProxy(backend.url)
  environment = {
    NEXTCLOUD_HOST: proxy.url,
    NEXTCLOUD_USERNAME: backend.alice.loginName,
    NEXTCLOUD_PASSWORD: backend.alice.password,
  }
})
afterAll(async () => {
  await proxy.close()
  await backend.close()
})

test('--version and --help', async () => {
  expect(await runProgram(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
  const { code, stdout } = await runProgram(['run', '--help'])
  expect(code).toBe(0)
  for (const option of [
    '--transport',
    '--host',
    '--port',
    '--log-level',
    '--enable-app',
    '--nextcloud-host',
    '--nextcloud-username',
    '--nextcloud-password',
    '--mcp-server-url',
    '--read-only',
    '--tools',
    '--exclude-tools',
  ]) {
    expect(stdout).toContain(option)
  }
})

describe('run', () => {
  test('tells everything that is wrong with the configuration, and how to mend it', async () => {
    const { code, stdout, stderr } = await runProgram(['run', '--port', 'x'], {
      NEXTCLOUD_USERNAME: 'alice',
      NEXTCLOUD_VERIFY_SSL: 'perhaps',
    })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/4 faults/)
    for (const name of [
      'NEXTCLOUD_HOST',
      'NEXTCLOUD_PASSWORD',
      'NEXTCLOUD_VERIFY_SSL',
      'MCP_PORT',
    ]) {
      expect(stderr).toContain(`${name}:`)
    }
    expect(stderr).not.toMatch(/ at .*\.js/)
  })

  test('the command line wins over the environment, and that over a file', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'nmcp-')), 'settings.env')
    await writeFile(file, 'NEXTCLOUD_HOST=http://file.invalid\nMCP_PORT=1\nMCP_READ_ONLY=true\n')
    const { child, printed, exited } = startProgram(
      ['run', '--config', file, '--port', '0', '-e', 'notes', '-l', 'debug'],
      environment,
    )
    const [, tools] = await printed(/serving MCP at .* tools=(\d+)/)
    expect(Number(tools)).toBe(3)
    child.kill('SIGTERM')
    expect((await exited).code).toBe(0)
  })

  test('a taken port is told in a line', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await runProgram(['run', '-p', String(port)], environment)
    other.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(/EADDRINUSE/)
    expect(stderr).not.toMatch(/ at .*\.js/)
  })

  test('SIGTERM lets a running call finish and takes no new one', async () => {
    const { child, printed, exited } = startProgram(['run', '--port', '0'], environment)
    const [, url = ''] = await printed(/serving MCP at (\S+)/)
    let answer = () => {}
    const asked = new Promise<void>(resolve => {
      proxy.plan(async ({ path }) => {
        if (!path.includes('/notes/')) return undefined
        resolve()
        await new Promise<void>(release => {
          answer = release
        })
        return undefined
      })
    })
    const call = fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'nc_notes_get_note', arguments: { note_id: 99_999 } },
      }),
    })
    await asked
    child.kill('SIGTERM')
    await printed(/stopping/)
    await expect(fetch(url)).rejects.toThrow()
    answer()
    expect(await (await call).text()).toContain('NOT_FOUND')
    proxy.plan(undefined)
    expect((await exited).code).toBe(0)
  })
})

describe('stdio', () => {
  test.each(['modern', 'legacy'] as const)('serves a client of the %s revision', async era => {
    const client = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
    )
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, 'run', '--transport', 'stdio'],
      env: environment,
      stderr: 'pipe',
    })
    await client.connect(transport)
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(10)
    const result = await client.callTool({
      name: 'nc_notes_search_notes',
      arguments: { query: '' },
    })
    expect(result.structuredContent).toHaveProperty('total_found')
    await client.close()
  })

  test('stdout is for the protocol alone, and the end of stdin ends the program', async () => {
    const { child, printed, exited } = startProgram(
      ['run', '-t', 'stdio', '-l', 'debug'],
      environment,
    )
    child.stdin?.write(
      `${JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'test', version: '1' },
        },
      })}\n`,
    )
    await printed(/"serverInfo"/)
    child.stdin?.end()
    const { code, stdout, stderr } = await exited
    expect(code).toBe(0)
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line).jsonrpc).toBe('2.0')
    expect(stderr).toMatch(/serving on stdio/)
    expect(stdout + stderr).not.toContain(environment.NEXTCLOUD_PASSWORD)
  })
})

describe('demo', () => {
  test('prints the address, a client configuration, and a real call with its answer', async () => {
    const { child, printed, exited } = startProgram(['demo', '--port', '0'])
    const [, url = ''] = await printed(/MCP server over a demo Nextcloud: (\S+)/)
    await printed(/total_found/)
    child.kill('SIGINT')
    const { code, stdout } = await exited
    expect(code).toBe(0)
    expect(stdout).toContain('"mcpServers"')
    expect(stdout).toContain(url)
    expect(stdout).toMatch(/"total_found": [1-9]/)
  })

  test('--nextcloud-only serves just the Nextcloud', async () => {
    const { child, printed, exited } = startProgram(['demo', '--nextcloud-only', '--port', '0'])
    const [, url = ''] = await printed(/runs at (\S+)/)
    const status = (await (await fetch(`${url}/status.php`)).json()) as { productname: string }
    expect(status.productname).toBe('Nextcloud')
    child.kill('SIGINT')
    expect((await exited).code).toBe(0)
  })
})

describe('doctor', () => {
  test('everything in order: each line ok or worth knowing, exit code 0', async () => {
    const { code, stdout } = await runProgram(['doctor'], environment)
    expect(code).toBe(0)
    for (const line of stdout.trim().split('\n')) expect(line).toMatch(/^(ok|note) /)
    for (const subject of [
      'address',
      'version',
      'tls',
      'clock',
      'credentials',
      'user id',
      'webdav',
      'app notes',
    ]) {
      expect(stdout).toMatch(new RegExp(`${subject}: `))
    }
    expect(stdout).not.toContain(environment.NEXTCLOUD_PASSWORD)
  })

  test('a wrong password, a missing app, an address that is none: what to do, exit code 1', async () => {
    const wrong = await runProgram(['doctor', '--nextcloud-password', 'wrong'], environment)
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(/fault +credentials: .*Security/)

    const few = await demoBackend({ apps: ['files'] })
    const missing = await runProgram(['doctor', '--nextcloud-host', few.url], {
      ...environment,
      NEXTCLOUD_PASSWORD: few.alice.password,
    })
    await few.close()
    expect(missing.code).toBe(0)
    expect(missing.stdout).toMatch(/note +app notes: not installed/)

    const nobody = await runProgram(
      ['doctor', '--nextcloud-host', 'http://127.0.0.1:9'],
      environment,
    )
    expect(nobody.code).toBe(1)
    expect(nobody.stdout).toMatch(/fault +address: .*Check NEXTCLOUD_HOST/)

    proxy.plan(() => 'html')
    const page = await runProgram(['doctor'], environment)
    proxy.plan(undefined)
    expect(page.code).toBe(1)
    expect(page.stdout).toMatch(/not as a Nextcloud/)
  })

  test('search by meaning: its model, or what it lacks', async () => {
    const search = { ...environment, ENABLE_SEMANTIC_SEARCH: 'true' }
    const builtin = await runProgram(['doctor'], search)
    expect(builtin.stdout).toMatch(/ok +embeddings: builtin:\S+, 512 dimensions/)
    expect(builtin.code).toBe(0)

    const server = await startOllama({ models: ['bge-m3'], dimension: 8, contextLength: 100 })
    const ollama = { ...search, OLLAMA_URL: server.url }
    const missing = await runProgram(['doctor'], ollama)
    expect(missing.code).toBe(1)
    expect(missing.stdout).toMatch(
      /fault +embeddings: ollama:nomic-embed-text: .*ollama pull nomic-embed-text/,
    )
    const there = await runProgram(['doctor'], { ...ollama, OLLAMA_MODEL: 'bge-m3' })
    await server.close()
    expect(there.code).toBe(0)
    expect(there.stdout).toMatch(/ok +embeddings: ollama:bge-m3, 8 dimensions/)
    expect(there.stdout).toMatch(/note +embeddings: .*sent to 127\.0\.0\.1/)
  })

  test('faults of the configuration are findings too', async () => {
    const { code, stdout } = await runProgram(['doctor'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/fault +NEXTCLOUD_HOST: is missing/)
  })
})
