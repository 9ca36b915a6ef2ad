/** What stands between a client and a server in tests is made of these. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  request as send,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on a free port of loopback. */
export interface Listening {
  port: number
  /** Ends open connections as well. */
  close(): Promise<void>
}

export async function listen(answer: RequestListener): Promise<Listening> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Passes a request on to a port of loopback, as it is or with another path and headers. */
export function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: {
    port: number
    path?: string | undefined
    headers?: Readonly<Record<string, string | string[] | undefined>>
  },
): void {
  const { method, url: path, headers } = incoming
  const passed = send({ host: '127.0.0.1', method, path, headers, ...to }, answer => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(outgoing)
  })
  passed.on('error', () => outgoing.destroy())
  incoming.pipe(passed)
}
