/** The program as people run it who sign in with Nextcloud itself: nothing set but its address. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemoNextcloud, startDemoNextcloud } from '../../src/demo/index.ts'
import { runProgram, startProgram } from '../support/program.ts'

let demo: DemoNextcloud
let data: string
let environment: Record<string, string>
beforeAll(async () => {
  demo = await startDemoNextcloud()
  data = await mkdtemp(join(tmpdir(), 'sign-in-'))
  environment = { NEXTCLOUD_HOST: demo.url, XDG_DATA_HOME: data }
})
afterAll(async () => {
  await demo.close()
  await rm(data, { recursive: true })
})

const file = (name: string) => join(data, 'nextcloud-mcp-server', name)

test('the first start makes a database and its key, for this user alone; the next one takes them', async () => {
  const settings = {
    ...environment,
    MCP_PORT: '0',
    NEXTCLOUD_MCP_SERVER_URL: 'http://localhost:8000',
  }
  for (let start = 0; start < 2; start++) {
    const { child, printed, exited } = startProgram(['run'], settings)
    await printed(/serving MCP at http:\/\/localhost:8000\/mcp/)
    child.kill('SIGTERM')
    expect(await exited).toMatchObject({ code: 0 })
  }
  for (const name of ['tokens.db', 'tokens.db.key']) {
    expect((await stat(file(name))).mode & 0o777).toBe(0o600)
  }
})

test('doctor tells where browsers are sent, and which address clients need', async () => {
  const { code, stdout } = await runProgram(['doctor'], environment)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ok +storage: .*tokens\.db$/m)
  expect(stdout).toContain(`sign-in: browsers are sent to ${new URL(demo.url).origin}`)
  expect(stdout).toMatch(/^note +clients: any may connect/m)
  expect(stdout).toContain('clients must be given http://localhost:8000/mcp')
})

test('without its key the database is not opened, and nothing is lost', async () => {
  const key = await readFile(file('tokens.db.key'))
  await rm(file('tokens.db.key'))
  const { code, stderr } = await runProgram(['run'], environment)
  expect(code).toBe(1)
  expect(stderr).toMatch(/TOKEN_ENCRYPTION_KEY: The key of .*tokens\.db is missing/)
  const { stdout } = await runProgram(['doctor'], environment)
  expect(stdout).toMatch(/^fault +storage: The key of/m)
  const given = { ...environment, TOKEN_ENCRYPTION_KEY: key.toString().trim() }
  expect((await runProgram(['doctor'], given)).stdout).toMatch(/^ok +storage/m)
})
