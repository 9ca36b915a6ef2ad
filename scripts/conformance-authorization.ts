/**
 * The part of the official suite that is about authorization servers, against the built-in one with
 * the demo Nextcloud behind it. The suite asks for a person with a browser; one is played here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { demoBackend } from '../test/support/backend.ts'
import {
  agree,
  type ConnectHarness,
  registerClient,
  startConnect,
} from '../test/support/connect.ts'

const ENDS_WITHIN_MS = 60_000

/** What came of it. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  /** All that the suite said. */
  readonly said: string
}

/** Runs it. @param suite folder of the suite's package */
export async function authorizationConformance(suite: string): Promise<Outcome> {
  const h = await startConnect({ backend: await demoBackend() })
  try {
    const port = await freePort()
    const redirect = `http://127.0.0.1:${port}/callback`
    const { id } = await registerClient(h.url, { redirect_uris: [redirect] })
    const settings = { url: h.url, 'client-id': id, resource: `${h.url}/mcp`, port: String(port) }
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    const said = await run(h, join(suite, 'dist', 'index.js'), ['authorization', ...options])
    const count = (pattern: RegExp) => [...said.matchAll(pattern)].length
    return { passed: count(/^✓ /gm), failed: count(/^✗ /gm), said }
  } finally {
    await h.close()
  }
}

async function run(h: ConnectHarness, script: string, args: string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ENDS_WITHIN_MS,
  })
  let said = ''
  let isAsked = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const address = /^(http\S+\/oauth\/authorize\?\S+)$/m.exec(said)?.[1]
      if (address === undefined || isAsked) return
      isAsked = true
      agree(new URL(address), h.alice)
        .then(back => fetch(back))
        .catch((error: unknown) => {
          said += `${error}\n`
          child.kill()
        })
    })
  }
  await once(child, 'close')
  return said
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address === 'string' || address === null) throw new Error('no port')
  return address.port
}
