/** A reverse proxy that counts what passes. */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy in front of a Nextcloud. */
export interface CountingProxy {
  readonly url: URL
  /** Runs `work` and resolves with the requests made meanwhile, as `GET /path -> 200`. */
  during(work: () => Promise<unknown>): Promise<string[]>
  close(): Promise<void>
}

/** Starts a proxy to `target` on a free port of the loopback interface. */
export async function startCountingProxy(target: URL): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true })
  let seen: string[] = []

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method, url: path, headers } = incoming
    const options = { method, path, headers, agent, host: target.hostname, port: target.port }
    const onward = request(options, answer => {
      seen.push(`${method} ${path} -> ${answer.statusCode}`)
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(outgoing)
    })
    onward.once('error', error => outgoing.destroy(error))
    incoming.pipe(onward)
  }

  const server = createServer(forward).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    async during(work) {
      seen = []
      await work()
      return seen
    },
    async close() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
