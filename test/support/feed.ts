/** A calendar on the web that others subscribe to. */
import { listen } from './relay.ts'

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
  const { port, close } = await listen((_, outgoing) => {
    requests++
    outgoing.writeHead(200, { 'content-type': 'text/calendar; charset=utf-8' }).end(text)
  })
  return { url: `http://127.0.0.1:${port}/feed.ics`, requests: () => requests, close }
}
