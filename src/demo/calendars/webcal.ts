import { randomUUID } from 'node:crypto'
import {
  type Component,
  newCalendar,
  ParseError,
  parseDocument,
  removeProperties,
  serialise,
  textOf,
} from '../vobject/document.ts'
import { indexOf, partsOf, writeObject } from './objects.ts'
import type { Calendar, CalendarStore } from './store.ts'

const timeLimitMs = 5_000
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Copies what is at the address of a subscription, as Nextcloud does when one is made: without
 * todos, alarms and attachments. The demo asks only this machine; of other addresses, and of what
 * does not answer, there is nothing to see. `now` is in Unix seconds.
 */
export async function copySubscription(
  store: CalendarStore,
  calendar: Calendar,
  now: number,
): Promise<void> {
  const feed = await fetchFeed(calendar.source ?? '')
  for (const data of feed === undefined ? [] : objectsIn(feed)) {
    const { document } = parseDocument(data)
    writeObject(store, calendar, `${randomUUID()}.ics`, { data, index: indexOf(document), now })
  }
}

async function fetchFeed(source: string): Promise<Component | undefined> {
  const url = URL.parse(source.replace(/^webcal:/i, 'https:'))
  if (url === null || !loopback.has(url.hostname)) return undefined
  try {
    const headers = { 'User-Agent': 'Nextcloud Webcal Service', Accept: 'text/calendar' }
    const reply = await fetch(url, { headers, signal: AbortSignal.timeout(timeLimitMs) })
    return reply.ok ? parseDocument(await reply.text()).document : undefined
  } catch (error) {
    const isExpected = error instanceof ParseError || error instanceof TypeError
    if (isExpected || (error instanceof Error && error.name === 'TimeoutError')) return undefined
    throw error
  }
}

/** One object for each UID, with the zones of all. */
function objectsIn(feed: Component): string[] {
  const zones = feed.components.filter(({ name }) => name === 'VTIMEZONE')
  const byUid = Map.groupBy(
    partsOf(feed).filter(({ name }) => name !== 'VTODO'),
    part => textOf(part, 'UID') ?? '',
  )
  byUid.delete('')
  return [...byUid.values()].map(parts => {
    for (const part of parts) {
      removeProperties(part, 'ATTACH')
      part.components = part.components.filter(({ name }) => name !== 'VALARM')
    }
    return serialise(newCalendar([...zones, ...parts]))
  })
}
