/** A Nextcloud behind a certificate of a private authority. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Backend, demoBackend } from '../support/backend.ts'
import { runProgram } from '../support/program.ts'

const folder = join(import.meta.dirname, '../support/tls')
let backend: Backend
let server: Server
let environment: Record<string, string>

beforeAll(async () => {
  backend = await demoBackend()
  const { port } = new URL(backend.url)
  server = createServer(
    {
      key: readFileSync(join(folder, 'server.key')),
      cert: readFileSync(join(folder, 'server.pem')),
    },
    (incoming, outgoing) => {
      const { method, url: path, headers } = incoming
      const passed = request({ host: '127.0.0.1', port, method, path, headers }, answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
      })
      incoming.pipe(passed)
    },
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  environment = {
    NEXTCLOUD_HOST: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    NEXTCLOUD_USERNAME: backend.alice.loginName,
    NEXTCLOUD_PASSWORD: backend.alice.password,
  }
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await backend.close()
})

test('is not trusted by itself, and the error says what to set', async () => {
  const { code, stdout } = await runProgram(['doctor'], environment)
  expect(code).toBe(1)
  expect(stdout).toMatch(/certificate is not trusted.*NEXTCLOUD_CA_BUNDLE/)
})

test('is trusted through NEXTCLOUD_CA_BUNDLE', async () => {
  const { code, stdout } = await runProgram(['doctor'], {
    ...environment,
    NEXTCLOUD_CA_BUNDLE: join(folder, 'ca.pem'),
  })
  expect(stdout).toMatch(/ok +tls: trusted through/)
  expect(code).toBe(0)
})

test('is not checked with NEXTCLOUD_VERIFY_SSL=false, which is said', async () => {
  const { code, stdout } = await runProgram(['doctor'], {
    ...environment,
    NEXTCLOUD_VERIFY_SSL: 'false',
  })
  expect(stdout).toMatch(/note +tls: the certificate is not checked/)
  expect(code).toBe(0)
})
