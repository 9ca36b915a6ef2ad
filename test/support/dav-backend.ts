/** A Nextcloud whose calendars and contacts are those of another server. */
import type { DavServerName } from './abilities.ts'
import type { Backend } from './backend.ts'
import { basic, type TestUser } from './credentials.ts'
import { DAV_ROOT, startRadicale, startSabre } from './dav-servers.ts'
import { listen, passOn } from './relay.ts'

/** Puts a server between a demo and its users; closing it closes the demo as well. */
export async function davBackend(demo: Backend, name: DavServerName): Promise<Backend> {
  const users = demo.bob === undefined ? [demo.alice] : [demo.alice, demo.bob]
  // The same passwords: requests pass through with what the server under test sent.
  const dav = await (name === 'radicale' ? startRadicale : startSabre)(users)
  const demoPort = Number(new URL(demo.url).port)
  const front = await listen((incoming, outgoing) => {
    const { url: path = '/', headers } = incoming
    const isDav = path === DAV_ROOT || path.startsWith(`${DAV_ROOT}/`)
    const to = isDav ? { port: dav.port, ...dav.incoming({ path, headers }) } : { port: demoPort }
    passOn(incoming, outgoing, to)
  })
  const backend: Backend = {
    ...demo,
    url: `http://127.0.0.1:${front.port}`,
    demo: undefined,
    homes: dav,
    async close() {
      await front.close()
      await dav.stop()
      await demo.close()
    },
  }
  for (const user of users) await furnish(backend, user)
  return backend
}

/** What Nextcloud makes for every user: a calendar and an address book. */
async function furnish({ url, homes }: Backend, user: TestUser): Promise<void> {
  const make = async (method: string, path: string, body: string) => {
    const headers = { authorization: basic(user), 'content-type': 'application/xml' }
    const { status } = await fetch(url + path, { method, headers, body })
    if (status !== 201) throw new Error(`${method} ${path}: ${status}`)
  }
  await make(
    'MKCALENDAR',
    `${homes.calendars(user)}personal/`,
    '<c:mkcalendar xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop><d:displayname>Personal</d:displayname></d:prop></d:set></c:mkcalendar>',
  )
  await make(
    'MKCOL',
    `${homes.addressBooks(user)}contacts/`,
    '<d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>Contacts</d:displayname></d:prop></d:set></d:mkcol>',
  )
}
