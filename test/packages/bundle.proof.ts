/** The MCP bundle: its manifest is one, and what it starts works. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Backend, demoBackend } from '../support/backend.ts'
import { given, manifest as project, schemaFaults } from './support/files.ts'
import { unpackBundle } from './support/unpacked.ts'

const Manifest = z.looseObject({
  manifest_version: z.string(),
  version: z.string(),
  server: z.looseObject({
    entry_point: z.string(),
    mcp_config: z.object({
      command: z.string(),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()),
    }),
  }),
})

let unpacked: ReturnType<typeof unpackBundle>
let backend: Backend
let manifest: z.infer<typeof Manifest>
beforeAll(async () => {
  unpacked = unpackBundle()
  backend = await demoBackend()
  manifest = Manifest.parse(
    JSON.parse(readFileSync(join(unpacked.folder, 'manifest.json'), 'utf8')),
  )
})
afterAll(async () => {
  unpacked.remove()
  await backend.close()
})

test('the manifest is one, by the schema of those who read it', async () => {
  const name = `mcpb-manifest-v${manifest.manifest_version}.schema.json`
  const schema: object = JSON.parse(
    readFileSync(join(given('PACKAGES_TEST_MCPB'), 'schemas', name), 'utf8'),
  )
  expect(await schemaFaults(schema, manifest)).toEqual([])
  expect(await schemaFaults(schema, { ...manifest, user_config: { host: {} } })).not.toEqual([])
  expect(manifest.version).toBe(project.version)
})

test('it has the native part of the search for every platform', () => {
  const modules = readdirSync(join(unpacked.folder, 'node_modules'))
  expect(modules.filter(name => name.startsWith('sqlite-vec-'))).toEqual([
    'sqlite-vec-darwin-arm64',
    'sqlite-vec-darwin-x64',
    'sqlite-vec-linux-arm64',
    'sqlite-vec-linux-x64',
    'sqlite-vec-windows-x64',
  ])
})

test('it has nothing that only developers need', () => {
  const { folder } = unpacked
  expect(existsSync(join(folder, manifest.server.entry_point))).toBe(true)
  for (const name of ['typescript', 'vitest', '@types', '@biomejs', 'playwright-core']) {
    expect(existsSync(join(folder, 'node_modules', name)), name).toBe(false)
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  expect(files.length).toBeGreaterThan(200)
  expect(files.filter(file => /\.d\.[cm]?ts$/.test(file))).toEqual([])
})

test('started as an application would, it lists the tools and reads the notes', async () => {
  const answers: Record<string, string> = {
    nextcloud_host: backend.url,
    nextcloud_username: backend.alice.loginName,
    nextcloud_password: backend.alice.password,
    read_only: 'true',
    lockdown: 'false',
  }
  const filled = (text: string) =>
    text
      .replace(/\$\{user_config\.(\w+)\}/g, (_, name: string) => answers[name] ?? 'missing')
      .replaceAll(/\$\{__dirname\}/g, unpacked.folder)
  const { args, command, env } = manifest.server.mcp_config
  expect(command).toBe('node')
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: args.map(filled),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
    cwd: unpacked.folder,
    stderr: 'pipe',
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  try {
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(50)
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
    const found = await client.callTool({
      name: 'nc_notes_search_notes',
      arguments: { query: '' },
    })
    expect(found.structuredContent).toMatchObject({ total_found: expect.any(Number) })
  } finally {
    await client.close()
  }
})
