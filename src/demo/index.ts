import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { appPasswordsOf, mintAppPassword, revokeById } from './auth.ts'
import { createInstance, type Instance, knownApps, resetInstance } from './instance.ts'
import {
  accountsOf,
  type DemoMail,
  deliver,
  type MailAccount,
  type MailServers,
  mailboxFor,
} from './mail/store.ts'
import { samplePages } from './samples/pages.ts'
import { createDemoServer } from './server.ts'
import type { SharingPolicy } from './shares/policy.ts'
import { type Account, type DemoUser, defaultUsers } from './users.ts'
import { type Web, webOf } from './web.ts'

export type { DemoMail, MailServers } from './mail/store.ts'
export type { DemoUser } from './users.ts'
export type { Web, WebPage } from './web.ts'

/** Settings of a demo; every one has a default. */
export interface DemoOptions {
  /** Address to listen at. Default: 127.0.0.1. */
  host?: string
  /** Port to listen at. Default: 0, any free one. */
  port?: number
  /** Path prefix such as `/nextcloud`, for an instance that does not have a host of its own. */
  basePath?: string
  /** Default: alice, bob and admin, each with the password `<id>-demo`. */
  users?: DemoUser[]
  /** Enabled apps. Default: all the demo knows. A disabled app is as unknown as in Nextcloud. */
  apps?: string[]
  /** Whether the users called alice and bob begin with notes and files. Default: true. */
  sampleData?: boolean
  /** The web that Nextcloud downloads from. Default: a few pages of its own, and nothing else. */
  web?: Web
  /** Clock, in milliseconds. Default: Date.now. */
  now?: () => number
  /**
   * Whether the twelfth request after eleven wrong passwords from one address, and every one
   * thereafter, answers 429. Nextcloud's growing delays before that are left out. Default: false.
   */
  bruteForceProtection?: boolean
  /** What the administrator allows of sharing. Default: everything. */
  sharing?: SharingPolicy
  /** Called for every request before it is answered; `path` includes base path and query. */
  onRequest?: (request: DemoRequest) => void
}

/** What an observer is told of a request. */
export interface DemoRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
}

/** A running demo. */
export interface DemoNextcloud {
  /** Address of the instance with its base path, without trailing slash. */
  url: string
  port: number
  /**
   * Mints an app password (five groups of five characters) for the user's first login name. It
   * stays valid over a reset.
   *
   * @throws RangeError when there is no such user
   */
  appPassword(userId: string): string
  /**
   * What Nextcloud's settings list of a user's app passwords, oldest first: the name is that of
   * the client which asked, `lastUsed` is in Unix seconds and lags behind by up to a minute.
   *
   * @throws RangeError when there is no such user
   */
  appPasswords(userId: string): { id: number; name: string; lastUsed: number }[]
  /**
   * Revokes an app password, as its user does in the settings.
   *
   * @throws RangeError when the user has none with this id
   */
  revokeAppPassword(userId: string, id: number): void
  /**
   * Holds an exclusive lock on a path of a user's files, as another request would, so that
   * reading and writing it answers 423. Returns the function that releases it.
   */
  lock(userId: string, path: string): () => void
  /**
   * Has a feed of the News app fail once more, as when it is fetched and cannot be read.
   *
   * @throws RangeError when there is no such feed
   */
  breakFeed(feedId: number, message: string): void
  /**
   * Brings a mail to a user's inbox, where Nextcloud finds it with the next sync.
   *
   * @throws RangeError when there is no such user, or none with a mail account
   */
  deliverMail(userId: string, mail: DemoMail): void
  /** Changes how the mail servers behind a user's account behave. */
  setMailServers(userId: string, change: Partial<MailServers>): void
  /** Replaces the observer of requests. */
  setRequestHook(hook: DemoOptions['onRequest'] | undefined): void
  /** Puts users, files and everything else back to the initial data; locks are released. */
  reset(): void
  /** Stops listening and drops all connections. */
  close(): Promise<void>
}

/**
 * Starts a small Nextcloud that lives in memory: status, capabilities, users, WebDAV, Notes, Deck and the
 * pages to log in with, answering like Nextcloud 31. What it does not have answers like an unknown
 * route.
 *
 * @throws Error when the port cannot be listened at
 */
export async function startDemoNextcloud(options: DemoOptions = {}): Promise<DemoNextcloud> {
  const instance = createInstance({
    basePath: normaliseBasePath(options.basePath),
    users: options.users ?? defaultUsers,
    apps: new Set(options.apps ?? knownApps),
    sampleData: options.sampleData ?? true,
    now: options.now ?? Date.now,
    web: options.web ?? webOf(samplePages),
    protectAgainstBruteForce: options.bruteForceProtection ?? false,
    sharing: options.sharing ?? {},
  })
  let hook = options.onRequest
  const server = createDemoServer(instance, ({ method = 'GET', url = '/', headers }) =>
    hook?.({ method, path: url, headers }),
  )
  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  instance.url = `http://${authority}${instance.settings.basePath}`

  return {
    url: instance.url,
    port,
    appPassword(userId) {
      const account = accountOf(instance, userId)
      return mintAppPassword(instance.credentials, account, { name: 'Typed in', typed: true })
    },
    appPasswords(userId) {
      const { id: owner } = accountOf(instance, userId)
      return appPasswordsOf(instance.credentials, owner).map(([, { id, name, lastUsed }]) => ({
        id,
        name,
        lastUsed,
      }))
    },
    revokeAppPassword(userId, id) {
      if (!revokeById(instance.credentials, userId, id)) {
        throw new RangeError(`The demo has no app password ${id} of "${userId}"`)
      }
    },
    lock(userId, path) {
      const { locks } = instance.state
      const key = `${userId}:/${path.replace(/^\/+|\/+$/g, '')}`
      locks.set(key, (locks.get(key) ?? 0) + 1)
      let held = true
      return () => {
        const count = locks.get(key) ?? 0
        if (held && count > 1) locks.set(key, count - 1)
        else if (held) locks.delete(key)
        held = false
      }
    },
    breakFeed(feedId, message) {
      const feed = instance.state.news.feeds.get(feedId)
      if (feed === undefined) throw new RangeError(`The demo has no feed ${feedId}`)
      feed.errors++
      feed.lastError = message
    },
    deliverMail(userId, mail) {
      deliver(instance.state.mail, mailboxFor(mailAccountOf(instance, userId), 'inbox'), mail)
    },
    setMailServers(userId, change) {
      Object.assign(mailAccountOf(instance, userId).servers, change)
    },
    setRequestHook(replacement) {
      hook = replacement
    },
    reset: () => resetInstance(instance),
    async close() {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function accountOf({ state }: Instance, userId: string): Account {
  const account = state.directory.accounts.get(userId)
  if (account === undefined) throw new RangeError(`The demo has no user "${userId}"`)
  return account
}

function mailAccountOf(instance: Instance, userId: string): MailAccount {
  const [account] = accountsOf(instance.state.mail, accountOf(instance, userId))
  if (account === undefined) throw new RangeError(`"${userId}" has no mail account in the demo`)
  return account
}

function normaliseBasePath(path = ''): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '')
  return trimmed === '' ? '' : `/${trimmed}`
}
