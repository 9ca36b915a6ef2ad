/** An address that stays while servers behind it come and go, as a proxy in front of them has. */
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The address, and what it leads to. */
export interface Front {
  /** `http://localhost:PORT` */
  readonly url: string
  /** Passes requests on to this port of loopback from here on. */
  lead(port: number): void
  close(): Promise<void>
}

/** An address that is known before the server behind it is started. */
export async function startFront(): Promise<Front> {
  let target = 0
  const server = createServer((incoming, outgoing) => {
    const passed = send(
      {
        host: '127.0.0.1',
        port: target,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    lead(port: number) {
      target = port
    },
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
