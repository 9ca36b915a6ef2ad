/** Calendars and task lists for tests, made and removed beside the server under test. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Backend } from './backend.ts'
import { basic, type TestUser } from './credentials.ts'

/** What CalDAV answered. */
export interface DavAnswer {
  status: number
  text: string
  etag: string | undefined
}

/** A user's calendars, without this project's code between. */
export interface Caldav {
  /** `path` below the user's calendars. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string; user?: TestUser },
  ): Promise<DavAnswer>
  /** Makes a calendar; `removeAll` removes it for good. */
  make(name: string, options?: ListOptions): Promise<void>
  /** Subscribes to an address; by default one that nothing answers at. */
  subscribe(name: string, source?: string): Promise<void>
  /** Shares a calendar of the other user with this one. */
  share(name: string, access: 'read' | 'read-write'): Promise<void>
  /** Stores an object as it is. */
  put(list: string, file: string, body: string): Promise<DavAnswer>
  /** An object as it is stored. */
  get(list: string, file: string): Promise<DavAnswer>
  removeAll(): Promise<void>
}

export interface ListOptions {
  displayName?: string
  components?: readonly string[]
  /** IANA. */
  timezone?: string
  user?: TestUser
}

export function caldav({ url, homes, alice, bob }: Backend): Caldav {
  const made: { name: string; user: TestUser }[] = []
  const send: Caldav['send'] = async (method, path, { headers = {}, body, user = alice } = {}) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(`${url}${homes.calendars(user)}${path}`, {
        method,
        headers: {
          authorization: basic(user),
          'ocs-apirequest': 'true',
          'content-type': body?.startsWith('<') ? 'application/xml' : 'text/calendar',
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      })
      const text = await response.text()
      // SQLite, with other tests at work.
      if (response.status === 500 && /locked/.test(text) && tries < 8) {
        await wait(100 * tries)
        continue
      }
      const etag = response.headers.get('etag')?.replace(/"/g, '')
      return { status: response.status, text, etag }
    }
  }
  return {
    send,
    async make(name, options = {}) {
      const { displayName = name, components = ['VTODO'], timezone, user = alice } = options
      const zone =
        timezone === undefined
          ? ''
          : `<c:calendar-timezone>${zoneText(timezone)}</c:calendar-timezone>`
      const set = components.map(component => `<c:comp name="${component}"/>`).join('')
      const { status, text } = await send('MKCALENDAR', `${name}/`, {
        user,
        body: `<c:mkcalendar xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop><d:displayname>${displayName}</d:displayname>${zone}<c:supported-calendar-component-set>${set}</c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`,
      })
      if (status !== 201) throw new Error(`MKCALENDAR ${name}: ${status} ${text}`)
      made.push({ name, user })
    },
    async subscribe(name, source = 'https://example.invalid/x.ics') {
      const { status, text } = await send('MKCOL', `${name}/`, {
        body: `<d:mkcol xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:set><d:prop><d:resourcetype><d:collection/><cs:subscribed/></d:resourcetype><d:displayname>Elsewhere</d:displayname><cs:source><d:href>${source}</d:href></cs:source></d:prop></d:set></d:mkcol>`,
      })
      // Nextcloud may fail to fetch it when it is made already.
      if (status !== 201 && status !== 500) throw new Error(`MKCOL ${name}: ${status} ${text}`)
      made.push({ name, user: alice })
    },
    async share(name, access) {
      if (bob === undefined) throw new Error('needs a second user')
      const write = access === 'read-write' ? '<o:read-write/>' : ''
      const { status, text } = await send('POST', `${name}/`, {
        user: bob,
        body: `<o:share xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><o:set><d:href>principal:principals/users/${alice.loginName}</d:href>${write}</o:set></o:share>`,
      })
      if (status !== 200) throw new Error(`share ${name}: ${status} ${text}`)
    },
    put: (list, file, body) => send('PUT', `${list}/${file}`, { body }),
    get: (list, file) => send('GET', `${list}/${file}`),
    async removeAll() {
      for (const { name, user } of made.splice(0)) {
        await send('DELETE', `${name}/`, { user, headers: { 'x-nc-caldav-no-trashbin': '1' } })
      }
    },
  }
}

/** The text of an object with one component, or with what else is given as `around`. */
export function objectText(
  kind: 'VEVENT' | 'VTODO',
  uid: string,
  lines: readonly string[],
  around: readonly string[] = [],
): string {
  const component = componentLines(kind, uid, lines)
  const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//another program//EN']
  return [...head, ...around, ...component, 'END:VCALENDAR', ''].join('\r\n')
}

/** The lines of a component by itself. */
export function componentLines(kind: string, uid: string, lines: readonly string[]): string[] {
  return [`BEGIN:${kind}`, `UID:${uid}`, 'DTSTAMP:20260101T000000Z', ...lines, `END:${kind}`]
}

/** The text of an object with one todo. */
export function todoText(uid: string, lines: readonly string[], around: readonly string[] = []) {
  return objectText('VTODO', uid, lines, around)
}

function zoneText(tzid: string): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    'BEGIN:STANDARD',
    'DTSTART:19701025T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'END:STANDARD',
    'END:VTIMEZONE',
    'END:VCALENDAR',
  ].join('\r\n')
}
