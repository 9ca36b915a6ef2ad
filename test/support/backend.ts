/** The Nextcloud that end-to-end tests run against: the demo, or a real one when it is given. */
import { type DemoNextcloud, type DemoOptions, startDemoNextcloud } from '../../src/demo/index.ts'
import { davServer } from './abilities.ts'
import type { TestUser } from './credentials.ts'
import { davBackend } from './dav-backend.ts'

export type { TestUser } from './credentials.ts'

/** Where the collections of users are: paths with a slash at the end. */
export interface DavHomes {
  calendars(user: TestUser): string
  addressBooks(user: TestUser): string
}

/** Nextcloud's. */
const HOMES: DavHomes = {
  calendars: ({ loginName }) => `/remote.php/dav/calendars/${encodeURIComponent(loginName)}/`,
  addressBooks: ({ loginName }) =>
    `/remote.php/dav/addressbooks/users/${encodeURIComponent(loginName)}/`,
}

/** An instance to test against. */
export interface Backend {
  url: string
  alice: TestUser
  /** Undefined where the real instance was given with one user only. */
  bob: TestUser | undefined
  /** Undefined for a real instance. */
  demo: DemoNextcloud | undefined
  homes: DavHomes
  close(): Promise<void>
}

/** Whether the suite runs against a real Nextcloud (`NEXTCLOUD_TEST_URL`, `_USER`, `_PASSWORD`). */
export const isReal = process.env.NEXTCLOUD_TEST_URL !== undefined

/**
 * The configured real instance, else a demo of its own, with another CalDAV and CardDAV server in
 * the place of the demo's where one is asked for. Options apply to the demo only.
 */
export async function startBackend(options: DemoOptions = {}): Promise<Backend> {
  if (isReal) return realBackend()
  const demo = await demoBackend(options)
  return davServer === undefined ? demo : davBackend(demo, davServer)
}

/**
 * A demo, also when a real instance is configured: for what cannot be asked of a real one.
 * With `users` of its own, the first of them stands in for alice.
 */
export async function demoBackend(options: DemoOptions = {}): Promise<Backend> {
  const demo = await startDemoNextcloud(options)
  const [first] = options.users ?? []
  const user = (id: string) => ({ loginName: id, password: demo.appPassword(id) })
  return {
    url: demo.url,
    alice: first
      ? { loginName: first.loginNames?.[0] ?? first.id, password: first.password }
      : user('alice'),
    bob: first ? undefined : user('bob'),
    demo,
    homes: HOMES,
    close: () => demo.close(),
  }
}

/** Something that answers as a test wants it. */
export function backendAt(url: string, alice: TestUser): Backend {
  return { url, alice, bob: undefined, demo: undefined, homes: HOMES, close: async () => {} }
}

function realBackend(): Backend {
  const { env } = process
  const user = (suffix: string): TestUser | undefined => {
    const loginName = env[`NEXTCLOUD_TEST_USER${suffix}`]
    const password = env[`NEXTCLOUD_TEST_PASSWORD${suffix}`]
    return loginName && password ? { loginName, password } : undefined
  }
  const alice = user('')
  if (!alice || !env.NEXTCLOUD_TEST_URL) {
    throw new Error('NEXTCLOUD_TEST_URL needs NEXTCLOUD_TEST_USER and NEXTCLOUD_TEST_PASSWORD')
  }
  return { ...backendAt(env.NEXTCLOUD_TEST_URL.replace(/\/$/, ''), alice), bob: user('2') }
}
