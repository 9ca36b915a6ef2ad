/** A calendar on the web that others subscribe to. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Feed {
  url: string
  /** How often it was asked for. */
  requests(): number
  close(): Promise<void>
}

/** Serves these components as one calendar. */
export async function startFeed(lines: readonly string[]): Promise<Feed> {
  const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//feed//EN']
  const text = [...head, ...lines, 'END:VCALENDAR', ''].join('\r\n')
  let requests = 0
  const server = createServer((_, outgoing) => {
    requests++
    outgoing.writeHead(200, { 'content-type': 'text/calendar; charset=utf-8' }).end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.ics`,
    requests: () => requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
