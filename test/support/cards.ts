/** Address books beside the tools: cards as they are stored, put there and read byte for byte. */
import type { Backend } from './backend.ts'
import { basic, type TestUser } from './credentials.ts'

const DATA =
  '<d:propfind xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav"><d:prop><d:getetag/><card:address-data/></d:prop></d:propfind>'

/** An address book of a user, without the server under test. */
export interface RawBook {
  /** Writes a card; the status tells whether the server takes it. */
  put(name: string, text: string): Promise<number>
  /** The text as it is stored; undefined where there is none. */
  read(name: string): Promise<string | undefined>
  remove(name: string): Promise<number>
  send(
    method: string,
    name: string,
    body?: string,
    headers?: Record<string, string>,
  ): Promise<Response>
}

export function rawBook(backend: Backend, book: string, user: TestUser = backend.alice): RawBook {
  const home = `${backend.url}${backend.homes.addressBooks(user)}${book}/`
  const send = (method: string, name: string, body?: string, headers = {}) =>
    fetch(home + encodeURIComponent(name), {
      method,
      headers: { authorization: basic(user), 'ocs-apirequest': 'true', ...headers },
      ...(body === undefined ? {} : { body }),
    })
  return {
    send,
    async put(name, text) {
      // On SQLite writes by others at the same time are answered with 500.
      for (let tries = 1; ; tries++) {
        const { status } = await send('PUT', name, text, {
          'content-type': 'text/vcard; charset=utf-8',
        })
        if (status < 500 || tries === 5) return status
      }
    },
    async read(name) {
      const reply = await send('PROPFIND', name, DATA, {
        depth: '0',
        'content-type': 'application/xml',
      })
      if (reply.status !== 207) return undefined
      const answer = await reply.text()
      const text = /<card:address-data>([\s\S]*?)<\/card:address-data>/.exec(answer)?.[1]
      // Not every server has it as a property.
      if (text === undefined) return (await send('GET', name)).text()
      return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
        name === undefined
          ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
          : ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name as string] ?? ''),
      )
    },
    async remove(name) {
      return (await send('DELETE', name)).status
    },
  }
}
