/**
 * What this process remembers about the user behind a credential at one instance: discovered
 * names, cached listings, locks. Bounded in number, and gone with the process.
 */
import { LRUCache } from 'lru-cache'
import { type Credential, fingerprint } from './credential.ts'

/** Memory shared by all calls made with one app password, or with the tokens of one user. */
export interface Account {
  /** Says nothing about the credential; for logs and keys. */
  readonly key: string
  /**
   * The value kept under `key`, made on first use. Apps keep their own caches here, so that
   * they live as long as the account and no longer.
   */
  state<T>(key: string, make: () => T): T
  /**
   * The result of `load`, kept for `ttlMs` and loaded once however many ask at the same time.
   * A failure is not kept.
   */
  cached<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T>
  /** Forgets what {@link Account.cached} keeps under a key. */
  forget(key: string): void
  /** Runs tasks with the same key one after the other, in the order they came. */
  serialised<T>(key: string, task: () => Promise<T>): Promise<T>
}

/** Hands out the account of a credential; the least recently used beyond `max` are forgotten. */
export interface Accounts {
  of(credential: Credential): Account
}

/** A registry of the accounts at one instance; `max` bounds what many users can make it hold. */
export function createAccounts(baseUrl: string, max = 1_000): Accounts {
  const accounts = new LRUCache<string, Account>({ max })
  // One object per configured credential is the common case: spare it the hash on each call.
  const known = new WeakMap<Credential, Account>()
  return {
    of(credential) {
      const direct = known.get(credential)
      if (direct !== undefined) return direct
      const key = fingerprint(credential, baseUrl)
      let account = accounts.get(key)
      if (account === undefined) {
        account = createAccount(key)
        accounts.set(key, account)
      }
      known.set(credential, account)
      return account
    },
  }
}

function createAccount(key: string): Account {
  const states = new Map<string, unknown>()
  const results = new LRUCache<string, { value: Promise<unknown>; until: number }>({ max: 200 })
  const queues = new Map<string, Promise<unknown>>()
  return {
    key,
    state<T>(name: string, make: () => T): T {
      if (!states.has(name)) states.set(name, make())
      return states.get(name) as T
    },
    cached<T>(name: string, ttlMs: number, load: () => Promise<T>): Promise<T> {
      const kept = results.get(name)
      if (kept !== undefined && kept.until > Date.now()) return kept.value as Promise<T>
      const value = load()
      const entry = { value, until: Date.now() + ttlMs }
      results.set(name, entry)
      value.catch(() => {
        if (results.get(name) === entry) results.delete(name)
      })
      return value
    },
    forget(name) {
      results.delete(name)
    },
    serialised<T>(name: string, task: () => Promise<T>): Promise<T> {
      const run = (queues.get(name) ?? Promise.resolve()).then(task, task)
      queues.set(name, run)
      const settle = () => {
        if (queues.get(name) === run) queues.delete(name)
      }
      run.then(settle, settle)
      return run
    },
  }
}
